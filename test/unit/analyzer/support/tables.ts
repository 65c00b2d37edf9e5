/** Tables of fake nodes, as the facts hold them. */
import { type NodeFacts, readSnapshot } from '../../../../worker/analyzer';
import type { Mapping } from '../../../../worker/analyzer/facts';
import { indexCaptures } from '../../../../worker/analyzer/parse/captured';
import { parseTables } from '../../../../worker/analyzer/parse/dm-table';
import type { Capture } from '../../../../worker/wire/snapshot';
import { capturesOf, type FakeMapping, type FakeNode, type FakeVolume, mapped, text } from './fake-node';

export const factsOf = (node: FakeNode): NodeFacts => readSnapshot(capturesOf(node), {}).facts;
export const mappingsOf = ({ mappings }: NodeFacts): readonly Mapping[] => (mappings.status === 'known' ? mappings.value : []);
export const tableOf = (node: FakeNode, name: string) => mappingsOf(factsOf(node)).find((mapping) => mapping.name === name)?.table;
export const parse = (out: string, more: Partial<Capture> = {}) => parseTables(indexCaptures([text('dm.table', out, more)]));

/** Eight extents, the first of `san`. */
export const volume: FakeVolume = { name: 'vm-100-disk-0' };
export const group = (...volumes: readonly FakeVolume[]) => ({ name: 'san', volumes });
export const name = 'san-vm--100--disk--0';
export function against(table: string, told: FakeVolume = volume, more: Partial<FakeMapping> = {}) {
  return tableOf({ name: 'pve1', groups: [group(told)], mappings: [mapped('san', 'vm-100-disk-0', 1, { table, ...more })] }, name)?.against;
}
