/** Where a finding about a mapping can be read: its line in the second listing, and the lines of LVM's report. */
import type { EvidenceLine } from '../../report-shape';

/** Lines are 1-based; 0 or undefined: there is none. The engine fills in the node: a rule about one node need not know which. */
export function mappingEvidence(mapping: number, ...lvm: readonly (number | undefined)[]): readonly EvidenceLine[] {
  const inReport = lvm.flatMap((line) => (line === undefined || line === 0 ? [] : [line]));
  return [{ node: '', capture: 'dm.info.2', line: mapping }, ...inReport.map((line) => ({ node: '', capture: 'lvm.report', line }))];
}
