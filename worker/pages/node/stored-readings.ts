/** The stored readings of a node; undefined: none, or of an older release. */
import type { NodeReadings } from '../../analyzer';

export function readStoredReadings(json = '{}'): NodeReadings | undefined {
  const stored = JSON.parse(json) as Partial<NodeReadings>;
  const { spaces, network, busiest, stuck } = stored;
  if (spaces === undefined || network === undefined || busiest === undefined || stuck === undefined) return undefined;
  return { ...stored, spaces, network, busiest, stuck };
}
