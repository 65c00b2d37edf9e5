/**
 * Guest × node: would it start there, or could it migrate there? Judged by what stops LVM: a storage that is not offered,
 * a group that is missing or there twice, a disk that does not exist, a name that is taken. Disks elsewhere are not judged.
 */
import type { ClusterContext } from '../cluster/cluster-context';
import type { Member } from '../cluster/cluster-evidence';
import type { Guest, LogicalVolume, StorageEntry, VolumeGroup } from '../facts';
import type { NodeInputs } from '../node/node-inputs';
import { kindOfVolume } from '../parse/volume-name';
import { volumeCalled } from '../volumes/volume-names';
import { isOnLvm } from '../volumes/volume-places';
import { indexNames, type NodeNames } from './taken-names';

export type LandingNode = {
  readonly node: string;
  /** Guests that would start here as they are. */
  readonly ready: number;
  /** Guests with local disks elsewhere: they migrate by copying, and HA cannot move them. */
  readonly copied: number;
  readonly blocked: number;
  /** Guests nothing can be said about here. */
  readonly notChecked: number;
};

export type Blocked = { readonly vmid: number; readonly name: string; readonly node: string; readonly why: string };

export type Landing = {
  readonly nodes: readonly LandingNode[];
  /** At most `maxBlocked`, by guest. */
  readonly blocked: readonly Blocked[];
};

export const maxBlocked = 200;
/** Members are what a node says they are, names what a configuration says: the report is stored in one row. */
const maxNodes = 128;
const maxText = 200;
const shortName = (name: string): string => name.slice(0, 64);

type Question = {
  readonly guests: readonly Guest[];
  readonly storages: readonly StorageEntry[];
  readonly context: ClusterContext;
  readonly inputs: ReadonlyMap<Member, Pick<NodeInputs, 'mappings'>>;
};

export function landGuests({ guests, storages, context, inputs }: Question): Landing {
  const byId = new Map(storages.map((storage) => [storage.id, storage]));
  const disks = guests.map((guest) => ({ guest, volumes: attachedVolumes(guest, byId) }));
  const blocked: Blocked[] = [];
  const nodes = context.fresh.map((member): LandingNode => {
    const own = inputs.get(member);
    const names = own && indexNames(member, own.mappings);
    const here = names && standOn(names);
    const count = { ready: 0, copied: 0, blocked: 0, notChecked: 0 };
    const node = shortName(member.facts.node || member.name);
    for (const { guest, volumes } of disks) {
      const answer = here === undefined ? 'notChecked' : landOn(here, guest, volumes);
      if (typeof answer === 'string') count[answer] += 1;
      else {
        count.blocked += 1;
        if (blocked.length < 50 * maxBlocked)
          blocked.push({ vmid: guest.vmid, name: guest.name.slice(0, 40), node, why: answer.why.slice(0, maxText) });
      }
    }
    return { node, ...count };
  });
  const silent = context.absentMembers.map((node) => ({ node: shortName(node), ready: 0, copied: 0, blocked: 0, notChecked: guests.length }));
  blocked.sort((a, b) => a.vmid - b.vmid || (a.node < b.node ? -1 : 1));
  return { nodes: [...nodes, ...silent.slice(0, maxNodes)].sort((a, b) => (a.node < b.node ? -1 : 1)), blocked: blocked.slice(0, maxBlocked) };
}

/** Made once for all nodes: there are thousands. */
type Volume = {
  readonly storage: StorageEntry | undefined;
  readonly name: string;
  /** Where it was looked up last: a shared group is the same on the next node. */
  found?: { readonly group: VolumeGroup; readonly volume: LogicalVolume | undefined };
};

/** What must be active for it to start: attached drives of the current section. */
function attachedVolumes({ references }: Guest, storages: ReadonlyMap<string, StorageEntry>): readonly Volume[] {
  const attached: Volume[] = [];
  for (const { section, key, volume } of references) {
    if (section !== '' || key.startsWith('unused') || key === 'fleecing-images' || volume.startsWith('/')) continue;
    const colon = volume.indexOf(':');
    if (colon <= 0) continue;
    const [storage, name] = [storages.get(volume.slice(0, colon)), volume.slice(Math.max(colon, volume.lastIndexOf('/')) + 1)];
    attached.push({ storage, name });
  }
  return attached;
}

type Answer = 'ready' | 'copied' | 'notChecked' | { readonly why: string };

/** The worst of its disks: what stops it before what is not known before what is copied. */
function landOn(here: Here, guest: Guest, volumes: readonly Volume[]): Answer {
  let answer: Answer = 'ready';
  for (const volume of volumes) {
    const one = volume.storage === undefined ? 'notChecked' : landVolume(here, guest, volume, volume.storage);
    if (typeof one !== 'string') return one;
    if (one === 'notChecked' || answer === 'ready') answer = one;
  }
  return answer;
}

function landVolume(here: Here, { node: home, template }: Guest, disk: Volume, storage: StorageEntry): Answer {
  const { name } = disk;
  const place = here.placeOf(storage);
  if (!('group' in place)) return place.answer;
  if (!storage.shared && home !== here.names.node) return 'copied';
  const { group } = place;
  if (typeof group === 'string') return { why: group };
  if (group.notWhole !== undefined) return 'notChecked';
  const volume = lookUp(group, disk);
  // A cloud-init drive is made anew at start.
  if (volume === undefined && kindOfVolume(name) !== 'cloudinit') return { why: `${storage.vgname} has no ${name}` };
  // A template is never started; its disks are read where they are.
  return !template && here.names.isTaken(storage.vgname, name, volume) ? { why: `the name ${name} is taken by another mapping` } : 'ready';
}

/** What is the same for every disk on a storage: an answer, or the group to look into; in words: why there is none. */
type StoragePlace = { readonly answer: Answer } | { readonly group: VolumeGroup | string };
type Here = { readonly names: NodeNames; placeOf(storage: StorageEntry): StoragePlace };

function standOn(names: NodeNames): Here {
  const places = new Map<StorageEntry, StoragePlace>();
  return {
    names,
    placeOf: (storage) => {
      const place = places.get(storage) ?? findPlace(names, storage);
      places.set(storage, place);
      return place;
    },
  };
}

function findPlace(names: NodeNames, storage: StorageEntry): StoragePlace {
  const { id, vgname, nodes } = storage;
  if (storage.disabled) return { answer: { why: `storage ${id} is disabled` } };
  if (nodes.length > 0 && !nodes.includes(names.node)) return { answer: { why: `storage ${id} is not offered on ${names.node}` } };
  if (!isOnLvm(storage)) return { answer: 'ready' };
  const [group, second] = names.groupsCalled(vgname);
  if (group === undefined) return { group: `${names.node} does not show volume group ${vgname}` };
  return { group: second === undefined ? group : `two volume groups are called ${vgname}` };
}

/** Two readings of one group with one number and as many volumes say the same. */
function lookUp(group: VolumeGroup, disk: Volume): LogicalVolume | undefined {
  const before = disk.found?.group;
  const isSame = before?.uuid === group.uuid && before.seqno === group.seqno && before.volumes.length === group.volumes.length;
  if (!isSame) disk.found = { group, volume: volumeCalled(group, disk.name) };
  return disk.found?.volume;
}
