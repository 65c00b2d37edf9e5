/** The program: real terminal, real clock, real end. Everything else is handed in and tested without it. */
import { writeSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { askHidden } from './ask-hidden';
import { exitCode } from './exit-codes';
import { answerFencedRead, fencedReaderCommand } from './machine/fenced-reader';
import { endRunningCommands } from './machine/run-command';
import { runCli } from './run-cli';
import { safeLine } from './safe-text';

const script = fileURLToPath(import.meta.url);
const [, calledAs = script, ...argv] = process.argv;
const releases: (() => void)[] = [];
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Straight to the descriptor: everything is written before the process ends, also into a slow pipe. */
function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') process.exit(exitCode.done); // the reader has seen enough
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 20); // a pager that is not read on: wait for it, do not spin
    }
  }
}

function endEarly(code: number): never {
  for (const release of releases) {
    try {
      release();
    } catch {
      // A disk that takes nothing any more must not keep the others from their turn.
    }
  }
  endRunningCommands();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => endEarly(signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 129));
}

// Ending waits for a name that is being looked up: with two name servers that do not answer, 40 seconds. See resolv.conf(5).
process.env.RES_OPTIONS = process.env.RES_OPTIONS ?? 'timeout:2 attempts:1';

/** Everything is bounded by itself; this is for what nobody thought of: the next run must find this one gone. */
const longestRunMs = 89_000;
if (argv.some((word) => word === 'send' || word === 'collect')) {
  setTimeout(() => {
    writeAll(2, `sexton-collector took more than ${longestRunMs / 1000} s and was ended.\n`);
    endEarly(exitCode.unreachable);
  }, longestRunMs).unref();
}

/** For whoever starts the file itself; the package's launcher looks before. Much older ones cannot even read it. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isTooOld = major < 12 || (major === 12 && minor < 22);

async function main(): Promise<number> {
  if (isTooOld) {
    writeAll(2, "sexton-collector needs Node.js 12.22 or newer. Proxmox VE has it in Debian's own repository: apt install nodejs\n");
    return exitCode.usage;
  }
  if (argv[0] === fencedReaderCommand) {
    writeAll(1, answerFencedRead(argv[1] ?? '', argv[2] ?? '[]'));
    return exitCode.done;
  }
  return runCli(argv, {
    script,
    // As it was typed, so that what is printed can be typed: a path by its path, a command by its name.
    program: calledAs.endsWith('.mjs') ? `node ${relative(process.cwd(), calledAs) || calledAs}` : basename(calledAs),
    env: process.env,
    random: Math.random,
    sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
    now: Date.now,
    elapsedMs: () => performance.now(),
    print: (line) => writeAll(1, `${line}\n`),
    complain: (line) => writeAll(2, `${line}\n`),
    terminal: {
      isStdout: process.stdout.isTTY === true,
      hasColour: process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
      askHidden: process.stdin.isTTY === true ? (prompt) => askHidden(process.stdin, process.stdout, prompt) : undefined,
    },
    resolvePath: (path) => resolve(path),
    onEarlyEnd: (action) => releases.push(action),
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    writeAll(2, `sexton-collector failed: ${safeLine(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
    process.exit(exitCode.internal);
  },
);
