/**
 * Guest × node: would it start there, or could it migrate there? Judged by what stops LVM: a storage that is not offered,
 * a group that is missing or there twice, a disk that does not exist, a name that is taken. Disks elsewhere are not judged.
 */
import type { ClusterContext } from '../cluster-context';
import type { Guest, StorageEntry } from '../facts';
import { encodeDmName } from '../parse/dm-name';
import { kindOfVolume } from '../parse/volume-name';
import { isOnLvm } from '../volume-places';
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
  const disks = guests.map((guest) => ({ guest, volumes: attachedVolumes(guest, byId) }));
  const blocked: Blocked[] = [];
  const nodes = context.fresh.map((member): LandingNode => {
    const names = indexNames(member);
    const count = { ready: 0, copied: 0, blocked: 0, notChecked: 0 };
    const node = member.facts.node || member.name;
    for (const { guest, volumes } of disks) {
      const answer = names === undefined ? 'notChecked' : landOn(names, guest, volumes);
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

/** Made once for all nodes: there are thousands. */
type Volume = { readonly storage: StorageEntry | undefined; readonly name: string /** As the device mapper writes it. */; readonly dmName: string };

/** What must be active for it to start: attached drives of the current section. */
function attachedVolumes({ references }: Guest, storages: ReadonlyMap<string, StorageEntry>): readonly Volume[] {
  const attached: Volume[] = [];
  for (const { section, key, volume } of references) {
    if (section !== '' || key.startsWith('unused') || key === 'fleecing-images' || volume.startsWith('/')) continue;
    const colon = volume.indexOf(':');
    if (colon <= 0) continue;
    const [storage, name] = [storages.get(volume.slice(0, colon)), volume.slice(Math.max(colon, volume.lastIndexOf('/')) + 1)];
    attached.push({ storage, name, dmName: storage === undefined || !isOnLvm(storage) ? '' : encodeDmName(storage.vgname, name) });
  }
  return attached;
}

type Answer = 'ready' | 'copied' | 'notChecked' | { readonly why: string };

/** The worst of its disks: what stops it before what is not known before what is copied. */
function landOn(names: NodeNames, guest: Guest, volumes: readonly Volume[]): Answer {
  let answer: Answer = 'ready';
  for (const volume of volumes) {
    const one = volume.storage === undefined ? 'notChecked' : landVolume(names, guest, volume, volume.storage);
    if (typeof one !== 'string') return one;
    if (one === 'notChecked' || answer === 'ready') answer = one;
  }
  return answer;
}

function landVolume(names: NodeNames, { node: home, template }: Guest, { name, dmName }: Volume, storage: StorageEntry): Answer {
  const { id, vgname } = storage;
  if (storage.disabled) return { why: `storage ${id} is disabled` };
  if (storage.nodes.length > 0 && !storage.nodes.includes(names.node)) return { why: `storage ${id} is not offered on ${names.node}` };
  if (!isOnLvm(storage)) return 'ready';
  if (!storage.shared && home !== names.node) return 'copied';
  const [group, second] = names.groupsCalled(vgname);
  if (group === undefined) return { why: `${names.node} does not show volume group ${vgname}` };
  if (second !== undefined) return { why: `two volume groups are called ${vgname}` };
  if (group.notWhole !== undefined) return 'notChecked';
  const volume = names.volumeOf(group, name);
  // A cloud-init drive is made anew at start.
  if (volume === undefined && kindOfVolume(name) !== 'cloudinit') return { why: `${vgname} has no ${name}` };
  // A template is never started; its disks are read where they are.
  return !template && names.isTaken(dmName, volume) ? { why: `the name ${name} is taken by another mapping` } : 'ready';
}
