/** The real machine: commands from PATH, files below the root; what can hang is read by a child. */
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { listBlockedTasks } from './blocked-tasks';
import { readFenced } from './fenced-reader';
import { isStillThere } from './process-group';
import { readSources } from './read-sources';
import { defaultGraceMs, runCommand } from './run-command';
import type { Machine } from './take-captures';

const maxErrBytes = 64 * 1024;

/** `script` is the path of this program: it starts itself to read /etc/pve. */
export function openMachine(root: string, script: string): Machine {
  const started = performance.now();
  const cleanEnv = { PATH: searchPath(process.env.PATH ?? ''), LC_ALL: 'C', HOME: '/root' };
  return {
    run: (argv, env, limitSeconds, maxOutBytes) =>
      runCommand(argv, { ...cleanEnv, ...env }, { limitSeconds, maxOutBytes, maxErrBytes, graceMs: defaultGraceMs }),
    readDirect: (requests) => readSources(root, requests),
    readFenced: (requests, limitSeconds) => readFenced(script, root, requests, limitSeconds),
    listBlockedTasks: () => listBlockedTasks(root),
    isStillThere,
    wait: (seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
    now: Date.now,
    elapsedMs: () => performance.now() - started,
  };
}

/** Commands run in `/`: relative directories are made absolute first, empty ones dropped. Whoever became root without root's own PATH would miss half of the commands. */
function searchPath(path: string): string {
  const directories = path.split(':').filter((directory) => directory !== '');
  return [...directories.map((directory) => resolve(directory)), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
}
