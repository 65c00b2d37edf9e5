/**
 * One run over the catalogue, in its order, bounded as a whole: what finds no time left is skipped, a command that got
 * stuck is never started a second time, and none starts that would. Reads and runs; filters and judges nothing.
 */

import type { CaptureEntry, CommandSource } from '../captures/entry';
import { storageLooks } from '../captures/needs';
import { chooseLocalStorages } from '../look/local-storages';
import type { BlockedTask } from './blocked-tasks';
import { fencedReader, keepGates } from './gate-keeper';
import type { LeftBehind } from './process-group';
import type { RawCapture } from './raw-capture';
import { type FileAnswer, type FileRequest, isBelowPve } from './read-sources';
import { type CommandOutcome, commandName } from './run-command';
import type { Stuck } from './stuck';

export type FencedAnswers = {
  readonly answers: readonly FileAnswer[];
  /** Set when the reader had to be left behind. */
  readonly left?: readonly LeftBehind[];
};

export type Machine = {
  readonly run: (
    argv: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
    limitSeconds: number,
    maxBytes: number,
  ) => Promise<CommandOutcome>;
  readonly readDirect: (requests: readonly FileRequest[]) => readonly FileAnswer[];
  readonly readFenced: (requests: readonly FileRequest[], limitSeconds: number) => Promise<FencedAnswers>;
  readonly listBlockedTasks: () => readonly BlockedTask[];
  readonly isStillThere: (left: LeftBehind) => boolean;
  readonly wait: (seconds: number) => Promise<void>;
  readonly elapsedMs: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
};

export type Taken = {
  readonly raw: ReadonlyMap<string, RawCapture>;
  /** Commands left behind and still there: by this run, and by earlier ones. */
  readonly stuck: readonly Stuck[];
};

/** What ending a command that does not want to end can take on top of its time. */
const endingSeconds = 4;
/** The same words in the run that met it and in all that follow: the state of the node did not change. */
const hangs = { status: 'stuck', reason: 'hangs in the kernel and was left alone' } as const;
const noAnswer: FileAnswer = { status: 'unreadable', reason: 'no answer' };
/** One silence is enough: what did not answer a moment ago is not waited for again. */
const didNotAnswer = { status: 'timeout', reason: 'did not answer a moment before' } as const;

/** `onStuck` is called at once: whoever ends this run early must not make the next one start the same again. */
export async function takeCaptures(
  entries: readonly CaptureEntry[],
  machine: Machine,
  runSeconds: number,
  stuckBefore: readonly Stuck[],
  onStuck: (stuck: Stuck) => void = () => undefined,
): Promise<Taken> {
  const raw = new Map<string, RawCapture>();
  const stuck = [...stuckBefore];
  const slow = new Set<string>();
  const hanging = () => stuck.filter(machine.isStillThere);
  const secondsLeft = () => runSeconds - endingSeconds - machine.elapsedMs() / 1000;
  const since = (startMs: number) => Math.round(machine.elapsedMs() - startMs);

  /** Runs `attempt` unless an earlier one of its kind still hangs, had to be ended in this run, or the time is over. */
  async function guard<T extends { readonly status?: string; readonly left?: readonly LeftBehind[] }>(
    command: string,
    limitSeconds: number,
    attempt: (seconds: number) => Promise<T>,
  ): Promise<T | RawCapture> {
    if (hanging().some((one) => one.command === command)) return { ...hangs, ms: 0 };
    if (slow.has(command)) return { ...didNotAnswer, ms: 0 };
    const seconds = Math.min(limitSeconds, secondsLeft());
    if (seconds < 1) return { status: 'skipped', reason: 'no time left', ms: 0 };
    const [startedAt, startMs] = [machine.now(), machine.elapsedMs()];
    const outcome = await attempt(seconds);
    for (const { pid, startTime } of outcome.left ?? []) {
      stuck.push({ command, pid, startTime, since: startedAt });
      onStuck({ command, pid, startTime, since: startedAt });
    }
    if (outcome.status === 'timeout') slow.add(command);
    return outcome.status === 'stuck' ? { ...hangs, ms: since(startMs) } : outcome;
  }

  async function runEntry({ source, limitSeconds, maxBytes, attempts = 1 }: CommandEntry): Promise<RawCapture> {
    const { argv, env = {}, more } = source;
    const added = more === undefined ? [] : pathsOfStorages(raw, machine);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await guard(commandName(argv), limitSeconds, (seconds) => machine.run([...argv, ...added], env, seconds, maxBytes));
      if (outcome.status !== 'failed' || attempt >= attempts) return outcome;
    }
  }

  async function takeFenced(fenced: readonly FileEntry[]): Promise<void> {
    if (fenced.length === 0) return;
    const startMs = machine.elapsedMs();
    const limitSeconds = Math.max(...fenced.map((entry) => entry.limitSeconds));
    const result = await guard(fencedReader, limitSeconds, (seconds) => machine.readFenced(fenced, seconds));
    const ms = since(startMs);
    for (const [index, { id }] of fenced.entries()) {
      const answer = 'answers' in result ? (result.answers[index] ?? noAnswer) : result;
      if (answer.status === 'timeout') slow.add(fencedReader);
      raw.set(id, answer.status === 'stuck' ? { ...hangs, ms } : { ...answer, ms });
    }
  }

  /** Anew each time: what the catalogue captured is a moment old and stays as it is. */
  async function lookAtStorage(): Promise<{ readonly mappings: string; readonly multipath: string } | { readonly says: string }> {
    const texts: string[] = [];
    for (const id of [storageLooks.mappings, storageLooks.multipath]) {
      const entry = entries.find((one) => one.id === id);
      const outcome = entry !== undefined && isCommandEntry(entry) ? await runEntry(entry) : undefined;
      if (outcome?.status !== 'ok') return { says: 'dmsetup does not tell the state of the storage: LVM commands might hang' };
      texts.push(outcome.out?.toString('latin1') ?? '');
    }
    const [mappings = '', multipath = ''] = texts;
    return { mappings, multipath };
  }

  const wait = (seconds: number) => machine.wait(Math.max(0, Math.min(seconds, secondsLeft())));
  const run = { hanging: () => hanging().map(({ command }) => command), slow, elapsedMs: machine.elapsedMs };
  const gate = keepGates(entries, run, { lookAtStorage, listBlockedTasks: machine.listBlockedTasks, wait });

  for (const step of [1, 2, 3, 4, 5, 6]) {
    const ofStep = entries.filter((entry) => entry.step === step);
    const files = ofStep.filter(isFileEntry);
    await takeFenced(files.filter(isFenced));
    for (const entry of files.filter((one) => !isFenced(one))) {
      const startMs = machine.elapsedMs();
      const [answer = noAnswer] = machine.readDirect([entry]);
      raw.set(entry.id, { ...answer, ms: since(startMs) });
    }
    for (const entry of ofStep.filter(isCommandEntry)) {
      const trouble = secondsLeft() < 1 ? undefined : await gate(entry);
      // Without time there was no real look either: then the time is the reason.
      const reason = secondsLeft() < 1 ? undefined : trouble;
      raw.set(entry.id, reason === undefined ? await runEntry(entry) : { status: 'skipped', reason, ms: 0 });
    }
  }
  return { raw, stuck: hanging() };
}

/** Never a network mount, nor anything behind a link that may lead to one. */
function pathsOfStorages(raw: ReadonlyMap<string, RawCapture>, machine: Machine): readonly string[] {
  const textOf = (id: string) => raw.get(id)?.out?.toString('latin1') ?? '';
  const isLink = (path: string) => machine.readDirect([{ source: { kind: 'link', path }, maxBytes: 4096 }])[0]?.reason !== 'EINVAL';
  return chooseLocalStorages(textOf('pve.storage'), textOf('host.mounts'), isLink).map(({ path }) => path);
}

type FileEntry = CaptureEntry & { readonly source: FileRequest['source'] };
type CommandEntry = CaptureEntry & { readonly source: CommandSource };
const isFileEntry = (entry: CaptureEntry): entry is FileEntry => entry.source.kind !== 'command';
const isFenced = (entry: FileEntry) => entry.isFenced === true || isBelowPve(entry.source);
const isCommandEntry = (entry: CaptureEntry): entry is CommandEntry => entry.source.kind === 'command';
