/**
 * `pve.tasks.failed`: tasks of the last days that failed, `ENDED TYPE GUEST SAYS`, from the current index and the one before.
 * @see collector/redact/failed-tasks.ts
 */
import { type Evidence, known, unknown } from '../evidence';
import type { FailedTask } from '../facts';
import { type Captures, fileContent } from './captured';

const id = 'pve.tasks.failed';
const maxTasks = 50;

/** Newest first. A line that is none is passed over: a list for people, no proof that nothing else failed. */
export function parseFailedTasks(captures: Captures): Evidence<readonly FailedTask[]> {
  const capture = captures.get(id);
  if (capture === undefined) return unknown({ reason: 'not_captured', capture: id });
  if (capture.status !== 'ok') return unknown({ reason: 'unreadable', capture: id, says: capture.reason ?? '' });
  const tasks: FailedTask[] = [];
  for (const file of capture.files ?? []) {
    const text = fileContent(file, id);
    if (text.status === 'unknown') return text;
    for (const line of text.value.split('\n')) {
      const [, endedAt, type, guest, says = ''] = /^([0-9]{1,12}) ([a-z0-9_-]{1,64}) (\S{1,128}) ?(.*)$/i.exec(line) ?? [];
      if (endedAt !== undefined && type !== undefined && guest !== undefined)
        tasks.push({ type, id: guest === '-' ? '' : guest, endedAt: Number(endedAt), says: says.slice(0, 200) });
    }
  }
  return known(tasks.sort((a, b) => b.endedAt - a.endedAt).slice(0, maxTasks));
}
