/** What is kept of the volumes a node has open: so short that it fits beside the largest facts in one row. */
import { createHash } from 'node:crypto';
import { type ClusterView, listOpenVolumes, type NodeFacts } from '../analyzer';

/** 70 bytes each. A node with more open volumes than this proves nothing about the rest. */
const maxOpen = 700;

const shorten = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 9);

/** Beside the uuids: there were more, so what is not listed may be open all the same. */
const moreKey = 'more';

/** JSON: volume uuid -> `owner.device`, both shortened; `.device` where the owner is nobody or not to be told. */
export function writeOpenVolumes(facts: NodeFacts, view: ClusterView): string {
  const volumes = listOpenVolumes(facts, view);
  // In an order that does not depend on what is under way: whether something was opened or closed is told by comparing the uuids.
  const first = volumes.slice(0, maxOpen).sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const kept = first.map(({ uuid, device, owner }) => [uuid, `${owner === '' ? '' : shorten(owner)}.${shorten(device)}`]);
  return JSON.stringify(Object.fromEntries(volumes.length > maxOpen ? [...kept, [moreKey, '.']] : kept));
}
