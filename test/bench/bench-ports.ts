/** The app's ports in Node: a database handed in, raw states thrown away, a clock that stands still when told to. */
import { readConfig } from '../../worker/config';
import { makePorts } from '../../worker/make-ports';
import type { Ports } from '../../worker/ports';

const secret = Buffer.alloc(32, 7).toString('base64');
export const benchEnvironment: Readonly<Record<string, string>> = { SEXTON_SECRET: secret };

export async function makeBenchPorts(db: D1Database, now: () => number = Date.now): Promise<Ports> {
  const config = await readConfig({ SEXTON_SECRET: secret });
  if (!config.ok) throw new Error(config.error);
  return {
    ...makePorts({ DB: db }, config.value),
    limiter: async () => true,
    now,
    raw: { put: async () => undefined, get: async () => undefined, list: async () => ({ keys: [], isLast: true }), delete: async () => undefined },
  };
}
