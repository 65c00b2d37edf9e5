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
  const kept = volumes.slice(0, maxOpen).map(({ uuid, device, owner }) => [uuid, `${owner === '' ? '' : shorten(owner)}.${shorten(device)}`]);
  return JSON.stringify(Object.fromEntries(volumes.length > maxOpen ? [...kept, [moreKey, '.']] : kept));
}
