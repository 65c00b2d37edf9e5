// The whole system on one machine: the built Worker in workerd through miniflare, D1 and R2 on disk, cron from a timer.
// Listens where it is told and nowhere else, and calls nobody.
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { root } from './build.mjs';
import { applyMigrations } from './migrate.mjs';

const minute = 60_000;

/**
 * @typedef {{ url: string, db: import('@cloudflare/workers-types').D1Database, migrated: string[], runCron: () => Promise<void>, stop: () => Promise<void> }} Server
 * @param {{ dataDir: string, port: number, host?: string, env?: Record<string, string> }} options port 0: any free one
 * @returns {Promise<Server>}
 */
export async function startServer({ dataDir, port, host = '127.0.0.1', env = {} }) {
  const data = resolve(dataDir);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  const text = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, /** @type {const} */ ({ type: 'text', value })]));
  const miniflare = new Miniflare({
    // Its own door, on any port of the loopback: only this process uses it. People and nodes come in by the direct
    // socket below, which leads to the Worker alone and knows none of miniflare's control paths (/cdn-cgi/…).
    host: '127.0.0.1',
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    log: new Log(LogLevel.ERROR),
    enableDevRegistry: false,
    resourcePersistencePath: data,
    workers: [
      {
        dev: { unsafeDirectSockets: [{ host, port }] },
        config: {
          name: 'sexton',
          compatibilityDate: '2026-10-01',
          compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
          manifest: {
            mainModule: 'worker.mjs',
            modulesRoot: join(root, 'dist'),
            modules: { 'worker.mjs': { type: 'esm', contents: readFileSync(join(root, 'dist/worker.mjs'), 'utf8') } },
          },
          env: { ...text, DB: { type: 'd1', id: 'sexton' }, RAW: { type: 'r2', name: 'sexton-raw' } },
        },
      },
    ],
  });
  await miniflare.ready;
  const db = /** @type {import('@cloudflare/workers-types').D1Database} */ (/** @type {unknown} */ (await miniflare.getD1Database('DB')));
  const migrated = await applyMigrations(db, join(root, 'migrations'));
  const direct = await miniflare.unsafeGetDirectURL('sexton');

  const worker = await miniflare.getWorker();
  const runCron = async () => {
    await worker.scheduled({ scheduledTime: new Date(Math.floor(Date.now() / minute) * minute), cron: '* * * * *' });
  };
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    runCron()
      .catch((error) => console.error(`The minute's work failed and is tried again: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        isRunning = false;
      });
  }, minute);
  timer.unref();

  return {
    url: direct.origin,
    db,
    migrated,
    runCron,
    stop: async () => {
      clearInterval(timer);
      await miniflare.dispose();
    },
  };
}
