/**
 * Which volumes a node has open, and as whose: what is remembered of each check-in so that a later one can prove that two
 * nodes had one volume open at the same time (docs/architecture.md). Pure, from one message alone.
 */
import type { FreshMember } from '../cluster/cluster-evidence';
import { gatherInFlight } from '../cluster/in-flight';
import type { ClusterView, LogicalVolume, Mapping, NodeFacts, VolumeGroup } from '../facts';
import { decodeDmName } from '../parse/dm-name';
import { decodeDmUuid } from '../parse/dm-uuid';
import { guestOfVolume, isConsumerVolume } from '../parse/volume-name';
import { completeView, indexViews } from '../volumes/references';

export type OpenVolume = {
  /** LVM's uuid, 32 characters. */
  readonly uuid: string;
  /** `boot major:minor`: the same device of the same boot. */
  readonly device: string;
  /** `119@pve2 120@pve1`; empty: nobody's, not to be told, or something is under way. */
  readonly owner: string;
};

/** Those of guests first: whoever keeps only some keeps those. */
export function listOpenVolumes(facts: NodeFacts, view: ClusterView): readonly OpenVolume[] {
  if (facts.mappings.status === 'unknown') return [];
  const inUse = findInUse(facts.mappings.value);
  const volumeOf = indexVolumes(facts);
  const ownerOf = findOwners(facts, view);
  const open = facts.mappings.value.flatMap((mapping): OpenVolume[] => {
    const lvm = mapping.open === 0 ? undefined : decodeDmUuid(mapping.uuid);
    if (lvm === undefined || lvm.suffix !== '' || !/^[A-Za-z0-9]{32}$/.test(lvm.lvUuid)) return [];
    const found = mapping.agreed && inUse.has(mapping.name) ? volumeOf.get(`${lvm.vgUuid}${lvm.lvUuid}`) : undefined;
    // Under another name than LVM has, its owners cannot be told by name.
    const owner = found === undefined || found.volume.name !== decodeDmName(mapping.name).lv ? '' : ownerOf(found.group, found.volume);
    return [{ uuid: lvm.lvUuid, device: `${facts.bootId} ${mapping.major}:${mapping.minor}`, owner }];
  });
  return open.sort((a, b) => Number(a.owner === '') - Number(b.owner === '') || (a.uuid < b.uuid ? -1 : 1));
}

function indexVolumes({ groups }: NodeFacts): ReadonlyMap<string, { readonly group: VolumeGroup; readonly volume: LogicalVolume }> {
  const list = groups.status === 'known' ? groups.value : [];
  return new Map(list.flatMap((group) => group.volumes.map((volume) => [`${group.uuid}${volume.uuid}`, { group, volume }])));
}

/** Names of mappings something has open that is no mapping, at both readings: by itself, or through those on top of it. */
export function findInUse(mappings: readonly Mapping[]): ReadonlySet<string> {
  const below = new Map<string, string[]>();
  for (const { name, holders } of mappings)
    for (const holder of holders) {
      const under = below.get(holder);
      if (under === undefined) below.set(holder, [name]);
      else under.push(name);
    }
  const inUse = new Set<string>();
  const queue = mappings.filter(({ staysOpen, open, holders }) => staysOpen === true && open > holders.length).map(({ name }) => name);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (inUse.has(name)) continue;
    inUse.add(name);
    queue.push(...(below.get(name) ?? []));
  }
  return inUse;
}

type Named = { readonly name: string; readonly uuid: string };

/** By this node's own configuration of the same moment, as ownership always is. */
function findOwners(facts: NodeFacts, view: ClusterView): (group: Named, volume: Named) => string {
  const nobody = () => '';
  const complete = completeView(view);
  if (complete === undefined || view.homes.status === 'unknown' || facts.mentions.status === 'unknown') return nobody;
  if (facts.membership.status === 'unknown' || !facts.membership.value.quorate) return nobody;
  if (facts.tasks.status === 'unknown' || facts.movedGuests.status === 'unknown') return nobody;
  const homes = view.homes.value;
  const references = indexViews().join([view], facts.mentions.value);
  const self: FreshMember = { nodeId: '', name: facts.node, facts, view, lastSeenAt: 0, intervalSeconds: 0 };
  const inFlight = gatherInFlight([self]);
  return (group, volume) => {
    const named = isConsumerVolume(volume.name) ? undefined : references.guest(guestOfVolume(volume.name) ?? -1);
    const owners = [...new Set([...references.guestsOf(group, volume), ...(named === undefined ? [] : [named])])];
    if (owners.length > maxOwners || owners.some(({ vmid, node }) => (homes[String(vmid)] ?? node) !== node)) return '';
    if (references.isMentioned(group, volume) || inFlight.holdOf([volume.name], owners) !== undefined) return '';
    return owners
      .map(({ vmid, node }) => `${vmid}@${node}`)
      .sort()
      .join(' ');
  };
}

const maxOwners = 16;
