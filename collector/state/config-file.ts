/** The optional configuration file: four settings, nothing else. */
import { readFileSync } from 'node:fs';
import { errnoOf } from '../errno';
import { err, ok, type Result } from '../result';
import { parseProxy } from '../server/proxy';

export type CollectorConfig = {
  /** Of the file, for the texts. */
  readonly path: string;
  readonly isHttpAllowed: boolean;
  /** PEM text. */
  readonly ca: string | undefined;
  /** Instead of the environment's and the one kept from the enrolment; empty: none. */
  readonly proxy: string | undefined;
  /** Seconds; instead of the server's wish. */
  readonly intervalSeconds: number | undefined;
};

const defaults = { isHttpAllowed: false, ca: undefined, proxy: undefined, intervalSeconds: undefined };

/** A file that was not asked for may be missing. The error is a sentence for people. */
export function readConfigFile(root: string, chosen: string | undefined): Result<CollectorConfig, string> {
  const path = chosen ?? `${root}/etc/sexton/collector.json`;
  try {
    return parseConfig(readFileSync(path, 'utf8'), path);
  } catch (error) {
    return chosen === undefined && errnoOf(error) === 'ENOENT' ? ok({ ...defaults, path }) : err(`${path}: cannot be read (${errnoOf(error)})`);
  }
}

function parseConfig(text: string, path: string): Result<CollectorConfig, string> {
  let settings: Readonly<Record<string, unknown>>;
  try {
    const document: Record<string, unknown> | null = JSON.parse(text);
    if (document === null || typeof document !== 'object' || Array.isArray(document)) return err(`${path}: not a JSON object`);
    settings = document;
  } catch {
    return err(`${path}: not JSON`);
  }
  const { insecure_http: insecureHttp = false, ca_file: caFile, proxy, interval, ...others } = settings;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) return err(`${path}: unknown setting "${stranger}"`);
  if (typeof insecureHttp !== 'boolean') return err(`${path}: "insecure_http" is true or false`);
  if (caFile !== undefined && typeof caFile !== 'string') return err(`${path}: "ca_file" is a path`);
  if (proxy !== undefined && (typeof proxy !== 'string' || (proxy !== '' && !parseProxy(proxy).ok)))
    return err(`${path}: "proxy" is http://HOST:PORT, or empty for none`);
  if (interval !== undefined && (typeof interval !== 'number' || !(interval >= 60)))
    return err(`${path}: "interval" is a number of seconds, at least 60`);
  if (caFile !== undefined && /^\/(?:root|home)\//.test(caFile))
    return err(`${path}: "ca_file" lies in a home directory, where the timer cannot look: copy it to /etc/sexton`);
  try {
    const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
    return ok({ path, isHttpAllowed: insecureHttp, ca, proxy, intervalSeconds: interval });
  } catch (error) {
    return err(`${path}: "ca_file" cannot be read (${errnoOf(error)})`);
  }
}
