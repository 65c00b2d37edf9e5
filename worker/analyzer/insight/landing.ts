/**
 * Guest × node: would it start there, or could it migrate there? Judged by what stops LVM: a storage that is not offered,
 * a group that is missing or there twice, a disk that does not exist, a name that is taken. Disks elsewhere are not judged.
 */
import type { ClusterContext } from '../cluster-context';
import type { Guest, StorageEntry } from '../facts';
import { kindOfVolume } from '../parse/volume-name';
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

type Question = {
  readonly guests: readonly Guest[];
  readonly storages: readonly StorageEntry[];
  readonly context: ClusterContext;
};

export function landGuests({ guests, storages, context }: Question): Landing {
  const byId = new Map(storages.map((storage) => [storage.id, storage]));
  const disks = guests.map((guest) => ({ guest, volumes: attachedVolumes(guest) }));
  const blocked: Blocked[] = [];
  const nodes = context.fresh.map((member): LandingNode => {
    const names = indexNames(member);
    const count = { ready: 0, copied: 0, blocked: 0, notChecked: 0 };
    const node = member.facts.node || member.name;
    for (const { guest, volumes } of disks) {
      const answer = names === undefined ? 'notChecked' : landOn(names, guest, volumes, byId);
      if (typeof answer === 'string') count[answer] += 1;
      else {
        count.blocked += 1;
        blocked.push({ vmid: guest.vmid, name: guest.name.slice(0, 40), node, why: answer.why });
      }
    }
    return { node, ...count };
  });
  const silent = context.absentMembers.map((node) => ({ node, ready: 0, copied: 0, blocked: 0, notChecked: guests.length }));
  blocked.sort((a, b) => a.vmid - b.vmid || (a.node < b.node ? -1 : 1));
  return { nodes: [...nodes, ...silent].sort((a, b) => (a.node < b.node ? -1 : 1)), blocked: blocked.slice(0, maxBlocked) };
}

type Volume = { readonly storage: string; readonly name: string };

/** What must be active for it to start: attached drives of the current section. */
function attachedVolumes({ references }: Guest): readonly Volume[] {
  return references.flatMap(({ section, key, volume }) => {
    const colon = volume.indexOf(':');
    const isAttached = section === '' && !key.startsWith('unused') && key !== 'fleecing-images';
    return isAttached && colon > 0 && !volume.startsWith('/')
      ? [{ storage: volume.slice(0, colon), name: volume.slice(Math.max(colon, volume.lastIndexOf('/')) + 1) }]
      : [];
  });
}

type Answer = 'ready' | 'copied' | 'notChecked' | { readonly why: string };

/** The worst of its disks: what stops it before what is not known before what is copied. */
function landOn(names: NodeNames, guest: Guest, volumes: readonly Volume[], storages: ReadonlyMap<string, StorageEntry>): Answer {
  let answer: Answer = 'ready';
  for (const volume of volumes) {
    const storage = storages.get(volume.storage);
    const one = storage === undefined ? 'notChecked' : landVolume(names, guest, volume.name, storage);
    if (typeof one !== 'string') return one;
    if (one === 'notChecked' || answer === 'ready') answer = one;
  }
  return answer;
}

function landVolume(names: NodeNames, { node: home, template }: Guest, name: string, storage: StorageEntry): Answer {
  const { type, id, vgname } = storage;
  if (storage.disabled) return { why: `storage ${id} is disabled` };
  if (storage.nodes.length > 0 && !storage.nodes.includes(names.node)) return { why: `storage ${id} is not offered on ${names.node}` };
  if (type !== 'lvm' && type !== 'lvmthin') return 'ready';
  if (!storage.shared && home !== names.node) return 'copied';
  const [group, second] = names.groupsCalled(vgname);
  if (group === undefined) return { why: `${names.node} does not show volume group ${vgname}` };
  if (second !== undefined) return { why: `two volume groups are called ${vgname}` };
  if (group.notWhole !== undefined) return 'notChecked';
  const volume = names.volumeOf(group, name);
  // A cloud-init drive is made anew at start.
  if (volume === undefined && kindOfVolume(name) !== 'cloudinit') return { why: `${vgname} has no ${name}` };
  // A template is never started; its disks are read where they are.
  return !template && names.isTaken(vgname, name, volume) ? { why: `the name ${name} is taken by another mapping` } : 'ready';
}
