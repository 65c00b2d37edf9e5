/** A small line of the last day: 0 to 100 percent, left is a day ago. Attributes only: no inline style passes the policy. */

export type Point = { readonly at: number; readonly percent: number };

const width = 144;
const height = 24;
const dayMs = 86_400_000;

export function Spark({ points, now, what }: { points: readonly Point[]; now: number; what: string }) {
  const shown = points.filter(({ at }) => at > now - dayMs && at <= now);
  if (shown.length < 2) return null;
  const percents = shown.map(({ percent }) => percent);
  const [least, most] = [Math.round(Math.min(...percents)), Math.round(Math.max(...percents))];
  const place = ({ at, percent }: Point) =>
    `${(width * (1 - (now - at) / dayMs)).toFixed(1)},${(height - 1 - ((height - 2) * Math.min(100, Math.max(0, percent))) / 100).toFixed(1)}`;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`${what}, last 24 hours: ${least} to ${most} %`}
    >
      <line class="floor" x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} />
      <polyline points={shown.map(place).join(' ')} />
    </svg>
  );
}
