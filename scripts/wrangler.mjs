// Runs wrangler without the calls it makes besides its work: usage figures, update check, the request's sample data.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './build.mjs';

/** @param {readonly string[]} args @returns {Promise<number>} its exit code */
export function runWrangler(args) {
  const bin = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin/wrangler.js');
  const quiet = {
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  };
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ['inherit', 'ignore', 'inherit'], env: { ...process.env, ...quiet } });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}
