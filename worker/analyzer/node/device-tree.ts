/**
 * How a node's mappings lie on each other, by device number: built once, asked in both directions. Without recursion, and
 * a table that leads back to itself ends a walk: whatever the listing says, there is an answer.
 */
import type { Mapping } from '../facts';

export type DeviceTree = {
  readonly mappings: readonly Mapping[];
  /** The mapping with this `major:minor`; undefined: another kind of device. */
  at(device: string): Mapping | undefined;
  /** Mappings directly below: its table uses them. */
  below(mapping: Mapping): readonly Mapping[];
  /** Mappings directly on top, by either reading's word. */
  above(mapping: Mapping): readonly Mapping[];
  /** Everything on top, topmost first: the order in which it can be removed. Undefined: more than `atMost`, or a loop. */
  stackAbove(mapping: Mapping, atMost: number): readonly Mapping[] | undefined;
};

const nothing: readonly Mapping[] = [];

export function growTree(mappings: readonly Mapping[]): DeviceTree {
  const byDevice = new Map<string, Mapping>();
  for (const mapping of mappings) {
    const device = deviceOf(mapping);
    // Two readings may show one number twice: the one they agree on has it.
    if (mapping.agreed || !byDevice.has(device)) byDevice.set(device, mapping);
  }
  const onTop = new Map<Mapping, Set<Mapping>>();
  const put = (lower: Mapping | undefined, upper: Mapping | undefined) => {
    if (lower === undefined || upper === undefined || lower === upper) return;
    const known = onTop.get(lower);
    if (known === undefined) onTop.set(lower, new Set([upper]));
    else known.add(upper);
  };
  const byName = mappings.some(({ holders }) => holders.length > 0) ? new Map(mappings.map((mapping) => [mapping.name, mapping])) : undefined;
  for (const mapping of mappings) {
    for (const device of mapping.uses) put(byDevice.get(device), mapping);
    for (const holder of mapping.holders) put(mapping, byName?.get(holder));
  }
  const lists = new Map([...onTop].map(([lower, uppers]) => [lower, [...uppers]]));
  const above = (mapping: Mapping) => lists.get(mapping) ?? nothing;
  return {
    mappings,
    at: (device) => byDevice.get(device),
    below: ({ uses }) => uses.flatMap((device) => byDevice.get(device) ?? []),
    above,
    stackAbove: (mapping, atMost) => stackAbove(mapping, atMost, above),
  };
}

export const deviceOf = ({ major, minor }: Pick<Mapping, 'major' | 'minor'>): string => `${major}:${minor}`;

/** Something besides the mappings on top has it open: a mount, a process, a guest. */
export const isOpenBeside = (mapping: Mapping, tree: DeviceTree): boolean => mapping.open > tree.above(mapping).length;

/** Every holder the kernel names is a mapping that was read. */
export const isAllSeenAbove = (mapping: Mapping, tree: DeviceTree): boolean => mapping.holders.length <= tree.above(mapping).length;

/** Depth first: a mapping is written down once everything on top of it is. */
function stackAbove(start: Mapping, atMost: number, above: (mapping: Mapping) => readonly Mapping[]): readonly Mapping[] | undefined {
  const done = new Set<Mapping>();
  const entered = new Set<Mapping>([start]);
  const path = [{ mapping: start, at: 0 }];
  const isOnPath = new Set<Mapping>([start]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = above(step.mapping)[step.at];
    step.at += 1;
    if (next === undefined) {
      if (step.mapping !== start) done.add(step.mapping);
      isOnPath.delete(step.mapping);
      path.pop();
    } else if (isOnPath.has(next)) return undefined;
    else if (!entered.has(next)) {
      if (entered.size > atMost) return undefined;
      entered.add(next);
      isOnPath.add(next);
      path.push({ mapping: next, at: 0 });
    }
  }
  return [...done];
}
