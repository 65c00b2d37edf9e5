/** The test machine, from here: builds its image once and runs a script in it. Never guesses: what went wrong is in the error. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export type Outcome = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type Run = {
  /** Shared with the machine as /host. */
  readonly directory: string;
  /** A file of that directory, run by bash. */
  readonly script: string;
  /** `NAME:SIZE`, each a blank SCSI disk. */
  readonly disks: readonly string[];
  readonly limitSeconds: number;
  /** Process 1: a script that starts nothing by itself, unless a test is about services. */
  readonly init?: 'systemd';
};

/** Directory of the image. Half a minute the first time, nothing afterwards. */
export async function buildImage(): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere('build-image.sh', [], {});
  if (exitCode !== 0) throw new Error(`the test machine's image cannot be built (exit code ${exitCode})\n${stderr}`);
  return stdout.trim();
}

export function runInMachine(image: string, { directory, script, disks, limitSeconds, init }: Run): Promise<Outcome> {
  return runHere('run-machine.sh', [image, directory, script, ...disks], { MACHINE_SECONDS: String(limitSeconds), MACHINE_INIT: init ?? '' });
}

/** Never blocks this process: the server the machine talks to may live in it. */
async function runHere(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = spawn(`${import.meta.dirname}/${command}`, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}
