/**
 * One run over the catalogue, in its order, bounded as a whole: what finds no time left is skipped, and a command that
 * got stuck is never started a second time. Reads and runs; filters and judges nothing.
 */
import type { CaptureEntry } from './captures/entry';
import type { RawCapture } from './raw-capture';
import { type FileAnswer, type FileRequest, isBelowPve } from './read-sources';
import type { CommandOutcome } from './run-command';

export type FencedAnswers = { readonly answers: readonly FileAnswer[] /** Set when the reader had to be left behind. */; readonly pid?: number };

export type Machine = {
  readonly run: (
    argv: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
    limitSeconds: number,
    maxBytes: number,
  ) => Promise<CommandOutcome>;
  readonly readDirect: (requests: readonly FileRequest[]) => readonly FileAnswer[];
  readonly readFenced: (requests: readonly FileRequest[], limitSeconds: number) => Promise<FencedAnswers>;
  readonly elapsedMs: () => number;
};

/** Commands left behind: by this run, and by earlier ones as far as they are still there. */
export type Stuck = { readonly command: string; readonly pid: number };

export type Taken = { readonly raw: ReadonlyMap<string, RawCapture>; readonly stuck: readonly Stuck[] };

/** What ending a command that does not want to end can take on top of its time. */
const endingSeconds = 4;
const fencedReader = 'read /etc/pve';

export async function takeCaptures(
  entries: readonly CaptureEntry[],
  machine: Machine,
  runSeconds: number,
  stuckBefore: readonly Stuck[],
): Promise<Taken> {
  const raw = new Map<string, RawCapture>();
  const stuck = [...stuckBefore];
  const secondsLeft = () => runSeconds - endingSeconds - machine.elapsedMs() / 1000;

  /** Runs `attempt` unless an earlier one of its kind still hangs or the time is over. */
  async function guard<T extends { readonly pid?: number }>(
    command: string,
    limitSeconds: number,
    attempt: (seconds: number) => Promise<T>,
  ): Promise<T | RawCapture> {
    const earlier = stuck.find((one) => one.command === command);
    if (earlier !== undefined) return { status: 'stuck', reason: `an earlier one is still there (pid ${earlier.pid})`, ms: 0 };
    const seconds = Math.min(limitSeconds, secondsLeft());
    if (seconds < 1) return { status: 'skipped', reason: 'no time left', ms: 0 };
    const outcome = await attempt(seconds);
    if (outcome.pid !== undefined) stuck.push({ command, pid: outcome.pid });
    return outcome;
  }

  async function takeFenced(fenced: readonly FileEntry[]): Promise<void> {
    if (fenced.length === 0) return;
    const before = machine.elapsedMs();
    const limitSeconds = Math.min(...fenced.map((entry) => entry.limitSeconds));
    const result = await guard(fencedReader, limitSeconds, (seconds) => machine.readFenced(fenced, seconds));
    const ms = Math.round(machine.elapsedMs() - before);
    for (const [index, { id }] of fenced.entries()) raw.set(id, 'answers' in result ? { ...(result.answers[index] ?? noAnswer), ms } : result);
  }

  for (const step of [1, 2, 3, 4, 5, 6]) {
    const ofStep = entries.filter((entry) => entry.step === step);
    const files = ofStep.filter(isFileEntry);
    await takeFenced(files.filter(({ source }) => isBelowPve(source)));
    for (const entry of files.filter(({ source }) => !isBelowPve(source))) {
      const before = machine.elapsedMs();
      const [answer = noAnswer] = machine.readDirect([entry]);
      raw.set(entry.id, { ...answer, ms: Math.round(machine.elapsedMs() - before) });
    }
    for (const { id, source, limitSeconds, maxBytes, attempts = 1 } of ofStep) {
      if (source.kind !== 'command') continue;
      const { argv, env = {} } = source;
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const outcome = await guard(argv.join(' '), limitSeconds, (seconds) => machine.run(argv, env, seconds, maxBytes));
        raw.set(id, outcome);
        if (outcome.status !== 'failed') break;
      }
    }
  }
  return { raw, stuck };
}

type FileEntry = CaptureEntry & { readonly source: FileRequest['source'] };
const isFileEntry = (entry: CaptureEntry): entry is FileEntry => entry.source.kind !== 'command';

const noAnswer: FileAnswer = { status: 'unreadable', reason: 'no answer' };
