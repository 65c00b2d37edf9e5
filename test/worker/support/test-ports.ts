/** The app's ports for tests: a real, counted D1, a bucket in memory, a clock that is set by hand, ids that repeat. */
import { env } from 'cloudflare:workers';
import { type Config, readConfig } from '../../../worker/config';
import { base32 } from '../../../worker/ids';
import type { Ports } from '../../../worker/ports';
import { type CountingDatabase, countDatabase } from './counting-db';
import { makeClock } from './test-clock';

export { noon } from './test-clock';

export type TestPorts = Ports & {
  readonly counted: CountingDatabase;
  readonly bucket: Map<string, Uint8Array>;
  /** Milliseconds. */
  readonly clock: { now: number };
  readonly faults: { bucketFails: boolean; limited: boolean; nodeClockAheadSeconds: number };
};

/** Ids of different ports never meet: all tests of a file share one database. */
let made = 0;

export async function makePorts(more: { readonly withoutBucket?: boolean } = {}): Promise<TestPorts> {
  const counted = countDatabase(env.DB);
  const bucket = new Map<string, Uint8Array>();
  const clock = makeClock();
  const faults = { bucketFails: false, limited: false, nodeClockAheadSeconds: 0 };
  made += 1;
  let drawn = 0;
  // Deterministic and never twice the same: which test, which draw.
  const random = (bytes: number) => {
    drawn += 1;
    const seed = BigInt(made) * 1_000_003n + BigInt(drawn) * 7919n;
    return Uint8Array.from({ length: bytes }, (_, index) =>
      Number(((seed * 6364136223846793005n + BigInt(index) * 1442695040888963407n) >> BigInt((index % 5) * 8 + 3)) & 0xffn),
    );
  };
  const raw = {
    put: async (key: string, bytes: Uint8Array) => {
      counted.counts.subrequests += 1;
      if (faults.bucketFails) throw new Error('the bucket cannot be reached');
      bucket.set(key, bytes);
    },
    get: async (key: string) => bucket.get(key),
    list: async (prefix: string) => {
      if (faults.bucketFails) throw new Error('the bucket cannot be reached');
      const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix)).sort();
      return { keys: keys.slice(0, 1000), isLast: keys.length <= 1000 };
    },
    delete: async (keys: readonly string[]) => {
      for (const key of keys) bucket.delete(key);
    },
  };
  return {
    db: counted.db,
    raw: more.withoutBucket === true ? undefined : raw,
    now: () => clock.now,
    newId: (prefix) => `${prefix}_${base32(random(10))}`,
    random,
    mailer: async () => ({ ok: true, id: 'none' }),
    limiter: async () => !faults.limited,
    config: await testConfig(),
    counted,
    bucket,
    clock,
    faults,
  };
}

async function testConfig(): Promise<Config> {
  const config = await readConfig({ SEXTON_SECRET: Buffer.alloc(32, 7).toString('base64') });
  if (!config.ok) throw new Error(config.error);
  return config.value;
}
