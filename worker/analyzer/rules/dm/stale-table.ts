/**
 * A volume resized or moved elsewhere while this node had it active: the mapping keeps the old table. Compared only where
 * a table maps straight; tried on a kernel: `lvchange --refresh` loads what LVM has, and shrinks an open device without a word.
 */
import type { Evidence } from '../../evidence';
import type { Mapping, TableComparison } from '../../facts';
import { findGuestsOwn } from '../../node/guest-disks';
import type { JudgedMapping, Presence } from '../../node/judged-mapping';
import type { Circumstances, NodeInputs } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { type BlastRadius, blastRadiusOf } from './blast-radius';
import { foreignOwner } from './foreign-owner';
import { mappingsNotChecked } from './leftover';
import { mappingEvidence } from './mapping-evidence';
import { explainStaleTable, isMended } from './stale-table-words';
import { layeredVolumes, volumeRemedy } from './volume-commands';

export type StaleTableDetail = Partial<BlastRadius> & {
  readonly name: string;
  readonly number: string;
  readonly group: string;
  readonly volume: string;
  /** `VM 100`; null: nobody's that is known. */
  readonly who: string | null;
  readonly verdict: 'grown' | 'shrunk' | 'moved';
  /** 512-byte sectors: what is mapped, and what LVM has. */
  readonly mapped: number;
  readonly wanted: number;
  readonly vgUuid: string;
  readonly lvUuid: string;
  readonly isOpen: boolean;
  /** A snapshot, a pool or something else lies above or beside it. */
  readonly isLayered: boolean;
  /** Its guest lives on another node. */
  readonly isForeign: boolean;
};

export const staleTable = defineRule<NodeInputs>()({
  id: 'dm.stale-table',
  title: 'Mapping has an old size',
  brief: 'maps old blocks',
  severity: ({ isOpen, verdict }: StaleTableDetail) => (isOpen && verdict !== 'grown' ? 'critical' : 'warning'),
  counts: ({ isOpen, verdict }: StaleTableDetail) => (isOpen && verdict !== 'grown' ? 'duplicate' : 'none'),
  word: 'old size',
  doesNotApply: 'This node has no mapping of LVM.',
  reference: {
    what: "A volume's live mapping does not map what LVM's metadata says of it: it was resized, or moved to other extents, on another node.",
    why: 'Grown elsewhere: the new space cannot be used here. Shrunk or moved elsewhere: reads and writes here go to extents that belong to other volumes, or soon will.',
    how: 'Linear and striped tables are compared, sector by sector, with the segments of the volume and the beginning of extents on its physical volumes, neighbours joined first; thin volumes by pool, number in the pool and size.',
    severity: 'A warning; critical where the mapping is open and the volume was moved or made smaller.',
    evidence: ['dm.table', 'dm.info.1', 'dm.info.2', 'lvm.report'],
    guards: [
      'pvmove, RAID, cache, snapshots, pools, encryption, error tables: not compared.',
      'A volume with a snapshot: its lower layer is compared.',
      'Another name than LVM has, a guest that lives on another node, or a volume inside a guest’s disk that the guest resized itself: those are findings of their own.',
      'The mapping must be the same in both readings, the table be of the same uuid and number, the group seen whole.',
      'Parts on a missing device: not compared.',
    ],
    remedy:
      'lvchange --refresh by uuid: closed, or open and only grown. Open and moved or smaller, with snapshots, or open here while its guest lives elsewhere: by hand.',
    sources: [
      'lvm2 lib/activate/dev_manager.c; dmsetup(8), CONCISE FORMAT',
      'our kernel machine: lvresize on another node, then --refresh open and closed',
    ],
  },
  needs: ['mappings', 'tree', 'tables', 'circumstances'],
  detect({ mappings, tree, circumstances }): Detection<StaleTableDetail> {
    const layered = layeredVolumes(mappings);
    const isClosedOrigin = ({ lvm, mapping }: JudgedMapping) => lvm?.suffix === '' && mapping.open === 0 && layered.has(lvm.lvUuid);
    const closedOrigins = new Set(layered.size === 0 ? [] : mappings.filter(isClosedOrigin).flatMap(({ lvm }) => lvm?.lvUuid ?? []));
    const own = findGuestsOwn(mappings, tree, circumstances.ownership);
    const found: Hit<StaleTableDetail>[] = [];
    const notChecked: NotChecked[] = [...mappingsNotChecked(mappings)];
    for (const judged of mappings) {
      const { mapping, presence } = judged;
      if (presence.status === 'unknown' || presence.value.kind === 'absent' || own.diskOf.has(mapping)) continue;
      const against = mapping.table?.against;
      const why = own.undecided.get(mapping) ?? whyNotCompared(mapping, against);
      if (why !== undefined) notChecked.push({ subject: mapping.uuid, name: mapping.name, why });
      if (
        own.undecided.has(mapping) ||
        against === undefined ||
        !isStale(against) ||
        isToldElsewhere(judged, presence.value, closedOrigins, circumstances)
      )
        continue;
      found.push(toHit(judged, presence.value, against, layered, circumstances));
    }
    return { applies: mappings.some(({ lvm }) => lvm !== undefined), found, notChecked };
  },
  explain: (detail, { node }) => explainStaleTable(detail, node),
  remedy: (detail) => (isMended(detail) ? volumeRemedy('refresh-volume', detail) : undefined),
});

type Stale = Extract<TableComparison, { readonly volumeSectors: number }>;
export const isStale = (against: TableComparison): against is Stale => 'volumeSectors' in against;

function whyNotCompared(mapping: Mapping, against: TableComparison | undefined): NotChecked['why'] | undefined {
  // It was read while the table was not, or was not the same then.
  if (mapping.table === undefined) return { reason: 'changed_during_capture' };
  if (against === undefined) return { reason: 'unparseable', capture: 'lvm.report', line: 1 };
  return against.verdict === 'unknown' ? { reason: 'unparseable', capture: against.capture, line: 1 } : undefined;
}

type Present = Extract<Presence, { readonly kind: 'present' }>;

/**
 * Under another name than LVM has, or on a node its guest does not live on: those findings name what mends both, or a guest
 * that may run twice, which is worse.
 */
function isToldElsewhere(
  judged: JudgedMapping,
  { group, volume }: Present,
  closedOrigins: ReadonlySet<string>,
  circumstances: Circumstances,
): boolean {
  const { name, lvm, mapping } = judged;
  if (name.vg === group.name && name.lv !== volume.name) return true;
  // The lower layer of a disk with snapshots is always open, by the disk itself: that one counts.
  const isLayer = lvm?.suffix === 'real' && closedOrigins.has(lvm.lvUuid);
  if ((lvm?.suffix !== '' && !isLayer) || circumstances.ownership.status === 'unknown') return false;
  const foreign = foreignOwner(judged, circumstances.ownership.value, circumstances);
  if (foreign.status === 'unknown' || foreign.value === undefined) return false;
  if (isLayer) return true;
  if (mapping.open === 0) return mapping.holders.length === 0;
  return foreign.value.owners.some(({ vmid }) => isTrue(circumstances.hasProcess(vmid)));
}

const isTrue = (evidence: Evidence<boolean>): boolean => evidence.status === 'known' && evidence.value;

function toHit(
  { mapping, lvm }: JudgedMapping,
  { group, volume }: Present,
  { verdict, volumeSectors }: Stale,
  layered: ReadonlySet<string>,
  circumstances: Circumstances,
): Hit<StaleTableDetail> {
  const ownership = circumstances.ownership.status === 'known' ? circumstances.ownership.value : undefined;
  const owners = ownership?.ownersOf(group, volume) ?? [];
  const guest = owners[0]?.vmid ?? guestOfVolume(volume.name);
  const hold = circumstances.holdOf([volume.name], owners);
  return {
    subject: mapping.uuid,
    guests: guest === undefined ? [] : [guest],
    heldBack: hold === undefined ? (ownership === undefined ? 'who uses it could not be read' : undefined) : circumstances.sayHold(hold),
    evidence: [...mappingEvidence(mapping.line, volume.line), { node: '', capture: 'dm.table', line: 1 }],
    detail: {
      name: mapping.name,
      number: `${mapping.major}:${mapping.minor}`,
      group: group.name,
      volume: volume.name,
      who: guest === undefined ? null : circumstances.whoIs(guest),
      verdict,
      mapped: mapping.table?.sectors ?? 0,
      wanted: volumeSectors,
      vgUuid: group.uuid,
      lvUuid: volume.uuid,
      isOpen: mapping.open > 0,
      isLayered: lvm?.suffix !== '' || layered.has(volume.uuid),
      isForeign: owners.length > 0 && !owners.some((owner) => ownership?.isHere(owner)),
      ...blastRadiusOf(mapping),
    },
  };
}
