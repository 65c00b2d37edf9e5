/** What every command is given. */
import type { CommandLine } from './arguments';
import type { Environment } from './server/proxy';
import type { CollectorConfig } from './state/config-file';
import type { StateDirectory } from './state/state-directory';

export type Context = {
  readonly commandLine: CommandLine;
  readonly config: CollectorConfig;
  readonly directory: StateDirectory;
  /** Path of this program: it starts itself to read /etc/pve. */
  readonly script: string;
  /** How people call it, for the texts. */
  readonly program: string;
  /** Where a proxy may stand. */
  readonly env: Environment;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds since this process began: the whole run is bounded. */
  readonly elapsedMs: () => number;
  /** What is still to be done when a signal ends this run early. */
  readonly onEarlyEnd: (action: () => void) => void;
  /** Both write one line; the text has passed safe-text already. */
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly terminal: {
    readonly isStdout: boolean;
    readonly hasColour: boolean;
    readonly askHidden: ((prompt: string) => Promise<string | undefined>) | undefined;
  };
};

/** The whole run, the looking, and the least that is left for speaking. */
export const runSeconds = { all: 88, captures: 70, leastForAnswer: 5 } as const;

/** Somebody waits for the answer; a timer does not. */
export function isAttended({ commandLine: { flags }, terminal }: Context): boolean {
  return terminal.isStdout || flags.has('now') || flags.has('report') || flags.has('all') || flags.has('json');
}
