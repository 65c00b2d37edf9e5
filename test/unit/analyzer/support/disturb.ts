/** Anything that may happen to a cluster between one look and the next. */
import fc from 'fast-check';
import { task } from './corpus-parts';
import type { FakeMapping, FakeNode } from './fake-node';

export type Disturbance = { readonly kind: (typeof kinds)[number]; readonly node: number; readonly item: number; readonly value: number };
const kinds = [
  'open',
  'closed',
  'suspended',
  'held',
  'other disk',
  'takes an uuid',
  'renamed here',
  'volume removed',
  'volume renamed',
  'group partial',
  'guest moves',
  'guest locked',
  'task',
  'wipe',
  'reference',
  'no quorum',
] as const;
export const disturbance = fc.record<Disturbance>({ kind: fc.constantFrom(...kinds), node: fc.nat(5), item: fc.nat(40), value: fc.nat(9) });

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const replace = <T>(list: readonly T[], at: number, change: (one: T) => T): readonly T[] =>
  list.map((one, index) => (index === at % list.length ? change(one) : one));

/** What LVM's metadata or /etc/pve says changes for every member that sees it; the rest for one node alone. */
export function disturb(nodes: readonly FakeNode[], { kind, node, item, value }: Disturbance): readonly FakeNode[] {
  const onOne = (change: (one: FakeNode) => FakeNode) => replace(nodes, node, change);
  const onMapping = (change: (one: FakeMapping, all: readonly FakeMapping[]) => FakeMapping) =>
    onOne((one) => ({ ...one, mappings: replace(one.mappings ?? [], item, (mapping) => change(mapping, one.mappings ?? [])) }));
  const onSan = (change: Partial<(typeof san)[number]> | undefined) =>
    nodes.map((one) => ({
      ...one,
      groups: (one.groups ?? []).map((group) =>
        group.name === 'san1vg'
          ? {
              ...group,
              seqno: 8,
              volumes: group.volumes.flatMap((volume, at) =>
                at !== item % group.volumes.length ? [volume] : change === undefined ? [] : [{ ...volume, ...change }],
              ),
            }
          : group,
      ),
    }));
  const onGuest = (change: (config: string) => string, home?: string) =>
    nodes.map((one) => ({
      ...one,
      guests: replace(one.guests ?? [], item, (guest) => ({ ...guest, ...(home === undefined ? {} : { node: home }), config: change(guest.config) })),
    }));
  const san = nodes[0]?.groups?.find(({ name }) => name === 'san1vg')?.volumes ?? [];
  switch (kind) {
    case 'open':
      return onMapping((mapping) => ({ ...mapping, open: (mapping.open ?? 0) + 1 }));
    case 'closed':
      return onMapping((mapping) => ({ ...mapping, open: 0 }));
    case 'suspended':
      return onMapping((mapping) => ({ ...mapping, suspended: true }));
    case 'held':
      return onMapping((mapping, all) => ({ ...mapping, holders: pick(all, value)?.name ?? '', open: (mapping.open ?? 0) + 1 }));
    case 'other disk':
      return onMapping((mapping) => ({ ...mapping, uses: '8:99' }));
    case 'takes an uuid':
      return onOne((one) => ({ ...one, mappings: swapUuid(one.mappings ?? [], item, value) }));
    case 'renamed here':
      return onOne((one) => ({ ...one, mappings: rename(one.mappings ?? [], item) }));
    case 'volume removed':
      return onSan(undefined);
    case 'volume renamed':
      return onSan({ name: `vm-${6000 + value}-disk-${item}` });
    case 'group partial':
      return onOne((one) => ({ ...one, groups: replace(one.groups ?? [], item, (group) => ({ ...group, vg: { vg_missing_pv_count: '1' } })) }));
    case 'guest moves':
      return onGuest((config) => config, pick(nodes, value)?.name);
    case 'guest locked':
      return onGuest((config) => `lock: ${value % 2 === 0 ? 'migrate' : 'backup'}\n${config}`);
    case 'task': {
      // A task about a guest runs where the guest lives.
      const guest = pick(nodes[0]?.guests ?? [], item);
      const at = guest === undefined ? node : nodes.findIndex(({ name }) => name === guest.node);
      return replace(nodes, at, (one) => ({ ...one, tasks: `${one.tasks ?? ''}${task('qmigrate', String(guest?.vmid ?? 5000 + value), one.name)}` }));
    }
    case 'wipe':
      return onOne((one) => ({ ...one, tasks: `${one.tasks ?? ''}${task('imgdel', '@san-prod', one.name)}` }));
    case 'reference':
      return onGuest(
        (config) => `unused${value}: ${value % 2 === 0 ? 'san-prod:' : '/dev/san1vg/'}${pick(san, value * 7 + item)?.name ?? 'none'}\n${config}`,
      );
    case 'no quorum':
      return onOne((one) => ({ ...one, quorate: false }));
  }
}

/** What lies below names it by its new name too. */
function rename(mappings: readonly FakeMapping[], item: number): readonly FakeMapping[] {
  const name = pick(mappings, item)?.name;
  const said = (one: string) => (one === name ? `${one}x` : one);
  return mappings.map((one) => ({
    ...one,
    name: said(one.name),
    ...(one.holders === undefined ? {} : { holders: one.holders.split(',').map(said).join(',') }),
  }));
}

/** Two mappings cannot have one uuid: they change places. */
function swapUuid(mappings: readonly FakeMapping[], item: number, value: number): readonly FakeMapping[] {
  const [a, b] = [pick(mappings, item), pick(mappings, item + value)];
  if (a === undefined || b === undefined) return mappings;
  return mappings.map((mapping) => (mapping === a ? { ...mapping, uuid: b.uuid } : mapping === b ? { ...mapping, uuid: a.uuid } : mapping));
}
