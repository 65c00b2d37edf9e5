/** pmxcfs' own files, rebuilt from what is known of them: names of nodes and numbers. No addresses. */
import { isObject, type Json, parseObject } from './json';

/** Undefined: not the JSON it should be; also when a member's name is none: with one left out the rest would look whole. */
export function redactMembers(text: string): string | undefined {
  const { nodename, version, cluster, nodelist } = parseObject(text) ?? { nodename: undefined };
  // Without it the node would look as if it stood alone.
  if (!isName(nodename) || (cluster !== undefined && !isObject(cluster))) return undefined;
  if (isObject(nodelist) && !Object.keys(nodelist).every(isName)) return undefined;
  return JSON.stringify({
    nodename,
    ...numberOf('version', version),
    ...(isObject(cluster) ? { cluster: redactCluster(cluster) } : {}),
    ...(isObject(nodelist) ? { nodelist: mapValues(nodelist, redactNode) } : {}),
  });
}

const redactCluster = ({ name, version, nodes, quorate }: Json): Json => ({
  ...nameOf('name', name),
  ...numberOf('version', version),
  ...numberOf('nodes', nodes),
  ...numberOf('quorate', quorate),
});
const redactNode = ({ id, online }: Json): Json => ({ ...numberOf('id', id), ...numberOf('online', online) });

/** @see pve-cluster status.c `cfs_create_vmlist_msg` */
export function redactVmlist(text: string): string | undefined {
  const { version, ids = {} } = parseObject(text) ?? { version: undefined };
  if (!isNumber(version) || !isObject(ids) || !Object.keys(ids).every((vmid) => /^\d{1,10}$/.test(vmid))) return undefined;
  return JSON.stringify({ version, ids: mapValues(ids, redactPlace) });
}

const redactPlace = ({ node, type, version }: Json): Json => ({ ...nameOf('node', node), ...nameOf('type', type), ...numberOf('version', version) });

/** `.version`: change counters by the name of the file they count. */
export function redactCounters(text: string): string | undefined {
  const document = parseObject(text);
  if (document === undefined) return undefined;
  const counters = Object.entries(document).filter(([name, count]) => /^[a-z0-9./_-]{1,64}$/.test(name) && isNumber(count));
  return JSON.stringify(Object.fromEntries(counters));
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isName = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);
const nameOf = (key: string, value: unknown): Json => (isName(value) ? { [key]: value } : {});
const numberOf = (key: string, value: unknown): Json => (isNumber(value) ? { [key]: value } : {});

function mapValues(object: Json, change: (value: Json) => Json): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(isObject(value) ? value : {})]));
}
