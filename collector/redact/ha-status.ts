/** HA's manager_status without its timestamps: which service is where, in which state. */
import { isObject, parseObject } from './json';

type Service = { node?: string; state?: string; target?: string };

/** Undefined: not the JSON it should be. */
export function redactHaStatus(text: string): string | undefined {
  const document = parseObject(text);
  if (document === undefined) return undefined;
  const services = document.service_status ?? {};
  if (!isObject(services)) return undefined;
  const kept: Record<string, Service> = {};
  for (const sid of Object.keys(services).sort()) {
    if (!/^[a-z]{1,16}:[A-Za-z0-9._-]{1,64}$/.test(sid)) continue;
    const service = services[sid];
    kept[sid] = isObject(service) ? { ...word(service, 'node'), ...word(service, 'state'), ...word(service, 'target') } : {};
  }
  return JSON.stringify({ service_status: kept });
}

function word(service: Readonly<Record<string, unknown>>, key: keyof Service): Service {
  const value = service[key];
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value) ? { [key]: value } : {};
}
