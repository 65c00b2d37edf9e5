/**
 * "Already hit": failed tasks of the last days that a finding explains. Proxmox VE keeps only the last line of an error, so what
 * counts is that the task was about a guest of the finding and that its error names the very volume. Told with the finding and
 * never stored in it: it changes by itself.
 */
import type { FreshMember } from './cluster/cluster-evidence';
import type { FailedTask } from './facts';
import type { Found } from './report-shape';
import { utcMinute } from './words';

/** VMID -> its failed tasks and where they ran. */
export type FailedTasks = ReadonlyMap<number, readonly (FailedTask & { readonly node: string })[]>;

export function indexFailedTasks(members: readonly FreshMember[]): FailedTasks {
  const index = new Map<number, (FailedTask & { node: string })[]>();
  for (const { facts, name } of members) {
    for (const task of facts.failedTasks.status === 'known' ? facts.failedTasks.value : []) {
      const guest = Number(/^\d{3,9}/.exec(task.id)?.[0] ?? 0);
      const tasks = index.get(guest);
      const ran = { ...task, node: facts.node || name };
      if (tasks === undefined) index.set(guest, [ran]);
      else tasks.push(ran);
    }
  }
  return index;
}

const shownAtMost = 3;

/** `2 failed tasks in 7 days: 2026-11-20 22:14 UTC qmigrate 119 on pve3, …`; undefined: none that is known. */
export function sayAlreadyHit({ guests, detail }: Pick<Found, 'guests' | 'detail'>, failed: FailedTasks): string | undefined {
  if (failed.size === 0) return undefined;
  const { volume, name, oldName } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  const names = [volume, name, oldName].filter((one): one is string => typeof one === 'string' && one !== '');
  const hits = guests.flatMap((guest) => failed.get(guest) ?? []).filter(({ says }) => names.some((one) => isNamed(one, says)));
  if (hits.length === 0) return undefined;
  const newest = [...hits].sort((a, b) => b.endedAt - a.endedAt).slice(0, shownAtMost);
  const list = newest.map(({ endedAt, type, id, node }) => `${utcMinute(endedAt * 1000)} ${type} ${id} on ${node}`).join(', ');
  return `${hits.length} failed ${hits.length === 1 ? 'task' : 'tasks'} in 7 days: ${list}${hits.length > newest.length ? ' and more' : ''}`;
}

/** As a word of its own: `vm-1-disk-1` does not stand in `vm-1-disk-10`; a path or a full stop may stand around it. */
function isNamed(name: string, says: string): boolean {
  for (let at = says.indexOf(name); at >= 0; at = says.indexOf(name, at + 1)) {
    if (!/[A-Za-z0-9+_.-]/.test(says.charAt(at - 1)) && !/^(?:[A-Za-z0-9+_-]|\.[A-Za-z0-9])/.test(says.slice(at + name.length, at + name.length + 2)))
      return true;
  }
  return false;
}
