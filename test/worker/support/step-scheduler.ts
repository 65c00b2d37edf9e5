/**
 * Runs several pieces of work so that exactly one of them moves at a time, from one of its turns to the next, and the
 * order is somebody else's choice: the same choices give the same run, to the last round trip.
 */

/** Resolves when it is this work's turn to go on. */
export type Turn = () => Promise<void>;
export type Work = (turn: Turn) => Promise<void>;

/** `pick`: of so many that wait, which one goes on. */
export async function interleave(works: readonly Work[], pick: (waiting: number) => number): Promise<void> {
  let wake = () => undefined as undefined;
  const lanes = works.map(() => ({ waiting: [] as (() => void)[], isDone: false }));
  const ends = works.map(async (work, at) => {
    const lane = lanes[at];
    if (lane === undefined) return;
    const turn: Turn = () =>
      new Promise((resolve) => {
        lane.waiting.push(resolve);
        wake();
      });
    try {
      await turn();
      await work(turn);
    } finally {
      lane.isDone = true;
      wake();
    }
  });
  for (;;) {
    while (lanes.some(({ isDone, waiting }) => !isDone && waiting.length === 0)) {
      await new Promise<void>((resolve) => {
        wake = () => void resolve();
      });
    }
    const ready = lanes.filter(({ waiting }) => waiting.length > 0);
    if (ready.length === 0) break;
    ready[pick(ready.length)]?.waiting.shift()?.();
  }
  await Promise.all(ends);
}
