/** The one line for the journal. */
import type { Answer, State } from '../../worker/wire/snapshot';
import { clockTime } from '../clock-time';

export function summarise(node: string, state: State, { open }: Answer, nextDueAt: number): string {
  return `${node}: ${sayMappings(state)}, ${sayOpen(open)}; next ${clockTime(nextDueAt)}`;
}

function sayMappings({ captures }: State): string {
  const listing = captures.find(({ id }) => id === 'dm.info.2');
  if (listing?.status !== 'ok') return 'mappings not checked';
  const lines = (listing.out ?? '').split('\n').filter((line) => line.includes('|'));
  return lines.length === 1 ? '1 mapping' : `${lines.length} mappings`;
}

/** `1 critical, 2 warnings open`, or `nothing open`. */
export function sayOpen({ critical, warning, info }: Answer['open']): string {
  const parts = [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
    ...(info > 0 ? [`${info} info`] : []),
  ];
  return parts.length === 0 ? 'nothing open' : `${parts.join(', ')} open`;
}
