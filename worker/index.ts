/** The Worker's two doors. Bindings and configuration become ports once per isolate; everything else is the app's. */
import { type App, createApp } from './app';
import { type ConfigSource, readConfig } from './config';
import { runJobs } from './jobs/run-jobs';
import { type Bindings, makePorts } from './make-ports';
import type { Ports } from './ports';
import { ok, type Result } from './result';
import type { Downloads } from './routes';
import { logText } from './text/log-text';

type Environment = Bindings & ConfigSource;
type Started = { readonly ports: Ports; readonly app: App };

/** Files put in by the build (scripts/build.mjs); absent when the source runs unbuilt. */
declare const SEXTON_DOWNLOADS: Downloads | undefined;

const started = new WeakMap<Environment, Promise<Result<Started, string>>>();

function start(env: Environment): Promise<Result<Started, string>> {
  const running = started.get(env) ?? boot(env);
  started.set(env, running);
  return running;
}

async function boot(env: Environment): Promise<Result<Started, string>> {
  const config = await readConfig(env);
  if (!config.ok) return config;
  const ports = makePorts(env, config.value);
  return ok({ ports, app: createApp(ports, typeof SEXTON_DOWNLOADS === 'undefined' ? {} : SEXTON_DOWNLOADS) });
}

export default {
  async fetch(request, env) {
    const sexton = await start(env);
    if (sexton.ok) return sexton.value.app.fetch(request);
    console.error(logText('start.failed', { why: sexton.error }));
    return new Response(`Sexton cannot start: ${sexton.error}\n`, {
      status: 503,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    });
  },
  async scheduled(_event, env) {
    const sexton = await start(env);
    if (!sexton.ok) throw new Error(sexton.error);
    await runJobs(sexton.value.ports);
  },
} satisfies ExportedHandler<Environment>;
