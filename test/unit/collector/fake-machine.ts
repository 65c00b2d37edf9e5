/** A machine for runs over the catalogue: nothing is run or read, everything is counted. */
import type { CommandOutcome } from '../../../collector/machine/run-command';
import type { Machine } from '../../../collector/machine/take-captures';

const nothing = Buffer.alloc(0);

type FakeMachine = Machine & { readonly seen: string[]; readonly gone: Set<number> };
type Outcome = Partial<CommandOutcome>;

/** A machine that counts and whose clock moves only by what commands take and by waiting. */
export function fakeMachine(outcomeOf: (argv: readonly string[]) => Outcome, more: Partial<Machine> = {}): FakeMachine {
  let clockMs = 0;
  const seen: string[] = [];
  const gone = new Set<number>();
  return {
    seen,
    gone,
    run: async (argv, _env, limitSeconds) => {
      const outcome: CommandOutcome = { status: 'ok', exit: 0, out: nothing, err: nothing, ms: 1, ...outcomeOf(argv) };
      seen.push(`${argv.slice(0, 2).join(' ')}`);
      clockMs += Math.min(outcome.ms, limitSeconds * 1000 + 4000);
      return outcome;
    },
    readDirect: (requests) => {
      seen.push(...requests.map(({ source }) => ('path' in source ? source.path : `/${source.kind}`)));
      return requests.map(() => ({ status: 'ok', out: nothing }));
    },
    readFenced: async (requests) => {
      seen.push(`fenced ${requests.length}`);
      return { answers: requests.map(() => ({ status: 'ok', out: nothing })) };
    },
    listBlockedTasks: () => [],
    isStillThere: ({ pid }) => !gone.has(pid),
    wait: async (seconds) => {
      clockMs += seconds * 1000;
    },
    elapsedMs: () => clockMs,
    now: () => 1_800_000_000_000 + clockMs,
    ...more,
  };
}
