/** Times on pages: how long ago in words, the full time with its zone in the title. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `40 s`, `4 min`, `2 h 10 min`, `3 days`: at most two units, never negative. */
export function spanText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < minute) return `${Math.floor(span / 1000)} s`;
  if (span < hour) return `${Math.floor(span / minute)} min`;
  if (span < day) {
    const minutes = Math.floor((span % hour) / minute);
    return `${Math.floor(span / hour)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  const days = Math.floor(span / day);
  return days === 1 ? '1 day' : `${days} days`;
}

/** `2026-11-21 09:41:07 UTC`. */
export const fullTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export function Ago({ at, now, bare = false }: { at: number; now: number; bare?: boolean }) {
  return (
    <time datetime={new Date(at).toISOString().slice(0, 19).concat('Z')} title={fullTime(at)}>
      {spanText(now - at)}
      {bare ? '' : ' ago'}
    </time>
  );
}

/** The span alone, for a column of a long list: as short in HTML as it is on the page. */
export function Span({ at, now }: { at: number; now: number }) {
  return <span title={fullTime(at)}>{spanText(now - at)}</span>;
}
