/**
 * Reads below /etc/pve in a child of its own. A read that pmxcfs never answers blocks its thread for good, and a process
 * with such a thread cannot even exit; so the thread must be somebody else's. Both ends of the conversation are here.
 */
import { fencedReader } from './gate-keeper';
import type { RawFile } from './raw-capture';
import { type FileAnswer, type FileRequest, readSources } from './read-sources';
import { type CommandOutcome, defaultGraceMs, runCommand } from './run-command';
import type { FencedAnswers } from './take-captures';

export const fencedReaderCommand = 'read-sources';
const maxOutBytes = 24 * 1024 * 1024;

type Carried<T extends { readonly out?: Buffer }> = Omit<T, 'out'> & { readonly out?: string };
type CarriedAnswer = Omit<Carried<FileAnswer>, 'files'> & { readonly files?: readonly Carried<RawFile>[] };

/** The child's end: one argument in, one line of JSON out. */
export function answerFencedRead(root: string, requestText: string): string {
  const requests: readonly FileRequest[] = JSON.parse(requestText);
  return JSON.stringify(readSources(root, requests).map(pack));
}

/** Our end. `script` is this very program. A child that fails, or hangs, is an answer for each of the requests. */
export async function readFenced(script: string, root: string, requests: readonly FileRequest[], limitSeconds: number): Promise<FencedAnswers> {
  const asked = requests.map(({ source, maxBytes }): FileRequest => ({ source, maxBytes }));
  const argv = [process.execPath, script, fencedReaderCommand, root, JSON.stringify(asked)] as const;
  const outcome = await runCommand(argv, ownEnvironment(), {
    name: fencedReader,
    limitSeconds,
    maxOutBytes,
    maxErrBytes: 4096,
    graceMs: defaultGraceMs,
  });
  const answers = outcome.status === 'ok' ? parseAnswers(outcome) : undefined;
  if (answers !== undefined && answers.length === requests.length) return { answers };
  const status = outcome.status === 'timeout' || outcome.status === 'stuck' ? outcome.status : 'unreadable';
  const reason = `reading /etc/pve: ${outcome.reason ?? outcome.status}`;
  return { answers: requests.map(() => ({ status, reason })), ...(outcome.left === undefined ? {} : { left: outcome.left }) };
}

/** It is this very program: it needs whatever let this one start. */
function ownEnvironment(): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}

function parseAnswers({ out }: CommandOutcome): readonly FileAnswer[] | undefined {
  try {
    const carried: readonly CarriedAnswer[] = JSON.parse(out.toString());
    return carried.map(unpack);
  } catch {
    return undefined;
  }
}

function pack({ files, ...answer }: FileAnswer): CarriedAnswer {
  return { ...packOut(answer), ...(files === undefined ? {} : { files: files.map(packOut) }) };
}

function unpack({ files, ...answer }: CarriedAnswer): FileAnswer {
  return { ...unpackOut(answer), ...(files === undefined ? {} : { files: files.map(unpackOut) }) };
}

function packOut<T extends { readonly out?: Buffer }>({ out, ...rest }: T): Omit<T, 'out'> & { out?: string } {
  return { ...rest, ...(out === undefined ? {} : { out: out.toString('base64') }) };
}

function unpackOut<T extends { readonly out?: string }>({ out, ...rest }: T): Omit<T, 'out'> & { out?: Buffer } {
  return { ...rest, ...(out === undefined ? {} : { out: Buffer.from(out, 'base64') }) };
}
