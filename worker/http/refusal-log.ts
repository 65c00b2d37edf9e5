/**
 * One line per refused request of a node: why, told apart where the answer is not. Whoever sends much nonsense must not
 * fill the log, so each reason has so many lines a minute; the first line of a later minute says how many were left out.
 * The reasons are a closed set, so what is remembered stays small.
 */
import { logText } from '../text/log-text';

export type Refused = { readonly why: string; readonly fields: Readonly<Record<string, string | number | undefined>> };
export type RefusalLog = (now: number, refused: Refused) => void;

const linesPerMinute = 20;
const minuteMs = 60_000;
/** More reasons than there are; beyond, all share one count. */
const maxReasons = 100;

export function openRefusalLog(write: (line: string) => void): RefusalLog {
  const counts = new Map<string, { minute: number; written: number; leftOut: number }>();
  return (now, { why, fields }) => {
    const minute = Math.floor(now / minuteMs);
    const key = counts.has(why) || counts.size < maxReasons ? why : 'other';
    const count = counts.get(key) ?? { minute, written: 0, leftOut: 0 };
    counts.set(key, count);
    const leftOut = count.minute === minute ? 0 : count.leftOut;
    if (count.minute !== minute) Object.assign(count, { minute, written: 0, leftOut: 0 });
    if (count.written >= linesPerMinute) {
      count.leftOut += 1;
      return;
    }
    count.written += 1;
    write(logText('request.refused', { ...fields, why, ...(leftOut > 0 && { leftOut }) }));
  };
}
