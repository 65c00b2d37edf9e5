/** What a report would let a script do and never may, by the raw words of the nodes: nothing here asks the analyzer's own reading. */
import type { ClusterReport, Found, Remedy } from '../../../../worker/analyzer';
import { type FakeMapping, type FakeNode, uuidOf } from './fake-node';

export function dangersIn(report: ClusterReport, nodes: readonly FakeNode[]): readonly string[] {
  return report.nodes.flatMap(({ findings }, at) => {
    const node = nodes[at];
    if (node === undefined) return ['a node nobody gave'];
    return findings.flatMap((finding) => dangersOf(finding, node, nodes).map((why) => `${node.name} ${finding.ruleId} ${finding.subject}: ${why}`));
  });
}

function dangersOf({ remedy, heldBack }: Found, node: FakeNode, nodes: readonly FakeNode[]): readonly string[] {
  if (remedy === null) return [];
  return remedy.kind === 'remove-mapping' ? dangersOfRemoval(remedy, node) : dangersOfChange(remedy, heldBack, node, nodes);
}

const volumesOf = ({ groups = [] }: FakeNode) =>
  groups.flatMap((group) =>
    group.volumes.map(({ name, uuid, sectors = 65_536 }) => ({ name, sectors, uuid: uuid ?? uuidOf(`${group.name}/${name.replace(/[[\]]/g, '')}`) })),
  );
const holdersOf = ({ holders = '' }: FakeMapping) => holders.split(',').filter((name) => name !== '');

function dangersOfRemoval(remedy: Extract<Remedy, { kind: 'remove-mapping' }>, node: FakeNode): readonly string[] {
  const uuids = [...remedy.after, remedy.uuid];
  const going = (node.mappings ?? []).filter(({ uuid }) => uuids.includes(uuid));
  const volumes = new Set(volumesOf(node).map(({ uuid }) => uuid));
  return [
    ...(going.length === uuids.length ? [] : ['one of them is not there']),
    ...going.flatMap((mapping) => {
      const holders = holdersOf(mapping);
      return [
        ...(volumes.has(mapping.uuid.slice(36, 68)) ? ['its volume is in the metadata'] : []),
        ...((mapping.open ?? 0) > holders.length || holders.some((name) => !going.some((one) => one.name === name)) ? ['it is open'] : []),
        ...(mapping.suspended === true ? ['it is suspended'] : []),
      ];
    }),
  ];
}

type Change = Exclude<Remedy, { kind: 'remove-mapping' }>;
function dangersOfChange(remedy: Change, heldBack: string | null, node: FakeNode, nodes: readonly FakeNode[]): readonly string[] {
  const mapping = (node.mappings ?? []).find(({ uuid }) => uuid === `LVM-${remedy.vgUuid}${remedy.lvUuid}`);
  const volume = volumesOf(node).find(({ uuid }) => uuid === remedy.lvUuid);
  if (mapping === undefined || volume === undefined) return ['no such mapping or volume'];
  // The one change of an open disk that is safe: the kernel gets more of what it has.
  const hasOnlyGrown = remedy.kind === 'refresh-volume' && Number(mapping.table?.split(' ')[1]) < volume.sectors;
  const isNamed = (config: string) => [volume.name, mapping.name].some((name) => hasWord(config, name));
  const users = nodes.flatMap(({ guests = [] }) => guests).filter(({ config }) => isNamed(config));
  const own = (node.guests ?? []).filter((guest) => guest.node === node.name && node.stopped?.includes(guest.vmid) !== true && isNamed(guest.config));
  const isBusy = users.some(
    ({ config, vmid }) => /^lock: (?!suspended|mounted)/m.test(config) || nodes.some(({ tasks = '' }) => tasks.includes(`:${vmid}:`)),
  );
  return [
    ...(!hasOnlyGrown && ((mapping.open ?? 0) > 0 || holdersOf(mapping).length > 0) ? ['it is open'] : []),
    ...(mapping.suspended === true ? ['it is suspended'] : []),
    ...(remedy.kind === 'deactivate-volume' && own.length > 0 ? ['a guest that runs here uses it'] : []),
    ...(isBusy && heldBack === null ? ['something is under way'] : []),
  ];
}

/** As a whole word: `vm-1-disk-0` is not in `vm-1-disk-0.qcow2`. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/[\w.-]/.test(text[at - 1] ?? ' ') && !/[\w.-]/.test(text[at + word.length] ?? ' ')) return true;
  }
  return false;
}
