/** The ports as they are in life: real clock, real randomness, the platform's bindings. Tests and commands replace what they need. */
import type { Config } from './config';
import { base32 } from './ids';
import { makeOwnLimiter } from './own-limiter';
import type { Mailer, Ports, RawStore } from './ports';

export type Bindings = {
  readonly DB: D1Database;
  readonly RAW?: R2Bucket;
  readonly INGEST_LIMIT?: RateLimit;
};

const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** Clock, ids and randomness, where nothing else of an installation is at hand. */
export const systemSources: Pick<Ports, 'now' | 'newId' | 'random'> = {
  now: () => Date.now(),
  newId: (prefix) => `${prefix}_${base32(random(10))}`,
  random,
};

/** There is no provider yet: nothing is sent, and nobody is told that it was. */
const noMailer: Mailer = async () => ({ ok: false, retryable: false, why: 'no mail provider is configured' });

function rawStore(bucket: R2Bucket): RawStore {
  return {
    put: async (key, bytes) => {
      await bucket.put(key, bytes);
    },
    get: async (key) => {
      const object = await bucket.get(key);
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
    },
    list: async (prefix) => {
      const page = await bucket.list({ prefix, limit: 1000 });
      return { keys: page.objects.map(({ key }) => key), isLast: !page.truncated };
    },
    delete: async (keys) => {
      await bucket.delete([...keys]);
    },
  };
}

export function makePorts({ DB, RAW, INGEST_LIMIT }: Bindings, config: Config): Ports {
  return {
    db: DB,
    raw: RAW && rawStore(RAW),
    ...systemSources,
    mailer: noMailer,
    limiter: INGEST_LIMIT === undefined ? makeOwnLimiter(systemSources.now) : async (key) => (await INGEST_LIMIT.limit({ key })).success,
    config,
  };
}
