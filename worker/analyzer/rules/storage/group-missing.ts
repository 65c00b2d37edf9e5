/**
 * A storage of this node lies on a volume group that this node's LVM does not show, or shows with a disk missing: one cause
 * for every disk on it. LVM says nothing about a group it cannot see: its report is empty and ends well.
 * @see pve-storage LVMPlugin.pm `activate_volume`, `alloc_image`; our own runs: hidden LUN, lost disk
 */
import type { NodeInputs } from '../../node/node-inputs';
import { type GroupUse, type StorageUse, sayGuests } from '../../node/storage-use';
import { commandWith } from '../../plain-text';
import type { NotChecked } from '../../report-shape';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';

type Detail = {
  readonly name: string;
  readonly storages: string;
  readonly isShared: boolean;
  /** `hidden`: LVM shows nothing of it. */
  readonly how: 'hidden' | 'partial' | 'exported';
  readonly says: string;
  /** Guests of this node on it, for people; empty: none. */
  readonly guests: string;
  readonly disks: number;
  readonly example: string;
  /** Other members that show it. */
  readonly elsewhere: string;
  /** Mappings of a group of this name are active here: the node had it not long ago. */
  readonly isStillMapped: boolean;
};

export const groupMissing = defineRule<NodeInputs>()({
  id: 'storage.group-missing',
  title: 'Volume group of a storage is missing here',
  brief: 'volume group missing',
  severity: ({ guests }: Detail) => (guests !== '' ? 'critical' : 'warning'),
  counts: 'none',
  doesNotApply: 'No storage of this node lies on LVM.',
  reference: {
    what: 'A storage of type LVM or LVM-thin is enabled for this node, and the node does not see its volume group, or not all of its disks.',
    why: 'No guest on it can start, be made, moved here or recovered here. All its disks fail for one reason, so it is one finding.',
    how: 'The group of every enabled storage of this node is looked for by name in LVM’s report of the same check-in, which must have ended well.',
    severity:
      'Critical when a guest of this node is configured on it. Without one: warning, when a storage calls it shared and another member sees it, for migration and HA fail here.',
    evidence: ['lvm.report', 'pve.storage', 'pve.guests', 'dm.info.2'],
    guards: [
      'A report that failed, was cut or not made says nothing about any group.',
      'Storages that are disabled, or restricted to other nodes, are not missed.',
      'A node without quorum may have an old storage.cfg: not checked.',
      'A group that nobody uses and nobody sees is an old entry, not a fault; a local storage that is offered on a node without it, and used by nobody there, is everyday.',
    ],
    remedy: 'By hand: the cause lies below LVM (LUN, path, filter).',
    sources: ['pve-storage LVMPlugin.pm', 'lvm.conf(5) global_filter, lvmdevices(8)', 'our own runs on a kernel'],
  },
  needs: ['storageUse', 'mappings'],
  detect({ storageUse, mappings }): Detection<Detail> {
    const found: Hit<Detail>[] = [];
    const notChecked: NotChecked[] = [];
    for (const use of storageUse.groups) {
      const state = stateOf(use);
      if (state === undefined) continue;
      const users = storageUse.usersOf(use.name);
      const isStillMapped = mappings.some(({ name, lvm, mapping }) => lvm !== undefined && name.vg === use.name && mapping.agreed);
      if (users.size > 0 || isMissed(use)) found.push(toHit(use, state, users, isStillMapped));
      // A member that could not be asked may see it.
      else if (use.unread !== undefined && isShared(use)) notChecked.push({ subject: subjectOf(use), name: use.name, why: use.unread });
    }
    return { applies: storageUse.groups.length > 0, found, notChecked };
  },
  explain: (detail, { node }) => ({
    sentence:
      detail.how === 'hidden'
        ? `${node} does not see volume group ${detail.name}, on which ${detail.storages} lies.${countDisks(detail)}`
        : detail.how === 'exported'
          ? `Volume group ${detail.name}, on which ${detail.storages} lies, is exported: ${node} does not use it.${countDisks(detail)}`
          : `${node} sees volume group ${detail.name} without all of its disks (${detail.says}).${countDisks(detail)}`,
    breaks:
      detail.guests === ''
        ? `No guest of ${node} lies on it. Migration and HA recovery to ${node} fail for every guest on it.`
        : `Nothing on it can be started, made, moved here or backed up on ${node}. At risk: ${detail.guests}. Guests that still run may hang or get errors.`,
    messages: messagesOf(detail),
    because:
      `LVM's report on ${node} ended well, and ${detail.how === 'hidden' ? 'has no group of this name' : `says of it: ${detail.says}`}. ` +
      (detail.elsewhere === ''
        ? 'No other member that was heard shows it.'
        : `${detail.isShared ? 'Seen by' : 'A group of this name is on'} ${detail.elsewhere}.`) +
      (detail.isStillMapped ? ` Volumes of it are still mapped on ${node}: it was visible before.` : ''),
    todo: todoOf(detail, node),
    commands:
      detail.how === 'partial'
        ? [commandWith('vgs -o+vg_missing_pv_count', detail.name), 'pvs -a', 'multipath -l']
        : ['pvs -a', 'lsblk', 'multipath -l'],
  }),
  remedy: () => undefined,
});

/** Nobody here needs it yet: only a shared group that others see is expected here. */
const isMissed = (use: GroupUse) => use.elsewhere.length > 0 && isShared(use);
const isShared = ({ storages }: GroupUse) => storages.some(({ shared }) => shared);

const subjectOf = ({ name }: GroupUse) => `group/${name}`;

function stateOf({ seen }: GroupUse): Pick<Detail, 'how' | 'says'> | undefined {
  const [group, ...more] = seen;
  if (group === undefined) return { how: 'hidden', says: '' };
  // Two of one name are another story; what LVM only complains about is there.
  if (more.length > 0 || group.notWhole === undefined) return undefined;
  if (group.notWhole === 'exported') return { how: 'exported', says: group.notWhole };
  const isPartial =
    group.notWhole === 'partial' || group.notWhole.endsWith('physical volumes missing') || group.notWhole === 'a physical volume is missing';
  return isPartial ? { how: 'partial', says: group.notWhole } : undefined;
}

function toHit(use: GroupUse, state: Pick<Detail, 'how' | 'says'>, users: ReturnType<StorageUse['usersOf']>, isStillMapped: boolean): Hit<Detail> {
  const guests = [...users.keys()];
  const volumes = new Set([...users.values()].flatMap((names) => [...names]));
  const [group] = use.seen;
  return {
    subject: subjectOf(use),
    guests: guests
      .map(({ vmid }) => vmid)
      .sort((a, b) => a - b)
      .slice(0, 64),
    evidence: group === undefined ? [] : [{ node: '', capture: 'lvm.report', line: group.line }],
    detail: {
      name: use.name,
      storages: listNames(use.storages.map(({ id }) => id)),
      isShared: isShared(use),
      ...state,
      guests: listNames(sayGuests(guests)),
      disks: volumes.size,
      example: [...volumes].sort()[0] ?? '',
      elsewhere: listNames(use.elsewhere),
      isStillMapped,
    },
  };
}

const countDisks = ({ disks }: Detail) =>
  disks === 0 ? '' : disks === 1 ? ' One disk of its guests is on it.' : ` ${disks} disks of its guests are on it.`;

function messagesOf({ name, example, how }: Detail): readonly string[] {
  const volume = example === '' ? 'vm-100-disk-0' : example;
  if (how === 'partial')
    return [
      `can't activate LV '/dev/${name}/${volume}':   Refusing activation of partial LV ${name}/${volume}.  Use '--activationmode partial' to override.`,
    ];
  if (how === 'exported') return [`can't activate LV '/dev/${name}/${volume}':   Volume group "${name}" is exported`];
  return [
    `can't activate LV '/dev/${name}/${volume}':   Cannot process volume group ${name}`,
    `Volume group "${name}" not found`,
    `no such volume group '${name}'`,
  ];
}

function todoOf({ how, elsewhere, name }: Detail, node: string): string {
  if (how === 'exported')
    return `Somebody ran vgexport, usually to move the disks elsewhere: find out who before ${commandWith('vgimport', name)}. No script is offered.`;
  if (how === 'partial')
    return `One of its disks is not there: look for the LUN, its paths, and the filter in lvm.conf. Never vgreduce --removemissing: that gives up what is on the missing disk. No script is offered.`;
  return (
    `Look from below: does ${node} see the LUN (lsblk, multipath -l), does LVM see it as a disk of the group (pvs -a), or does a filter or the devices file hide it (lvmconfig devices, /etc/lvm/devices/system.devices)?` +
    (elsewhere === '' ? '' : ` Compare with ${elsewhere}.`) +
    ' Do not make a new volume group on the disk. No script is offered.'
  );
}
