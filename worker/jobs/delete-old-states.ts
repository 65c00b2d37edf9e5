/**
 * Deletes raw states by the day in their key (`s/<yyyy-mm-dd>/…`), oldest first. Where the bucket has a rule of its own
 * there is nothing to find and it costs one listing a day.
 */
import type { RawStore } from '../ports';

const prefix = 's/';

/** One page of the bucket. `oldestKept`: yyyy-mm-dd. */
export async function deleteOldStates(raw: RawStore | undefined, oldestKept: string): Promise<{ deleted: number; isDone: boolean }> {
  if (raw === undefined) return { deleted: 0, isDone: true };
  const { keys, isLast } = await raw.list(prefix);
  const old = keys.filter((key) => key.slice(prefix.length, prefix.length + oldestKept.length) < oldestKept);
  if (old.length > 0) await raw.delete(old);
  // Keys come in order: the first one that is kept is followed by others that are.
  return { deleted: old.length, isDone: isLast || old.length < keys.length };
}
