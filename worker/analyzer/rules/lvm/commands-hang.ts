/**
 * Why every LVM command on a node hangs: one holds the lock of a group for longer than work takes, or waits for udev. What
 * the collector tells is older than a minute already; it must be the same at the next check-in before anybody is woken.
 * @see lvm2 lib/misc/lvm-flock.c; libdm `dm_udev_wait`; our own runs: a held lock blocks plain lvs and lvchange for ever
 */
import type { LvmLock } from '../../facts';
import type { NodeInputs } from '../../node/node-inputs';
import { type Detection, defineRule, type Hit } from '../../rule';
import { listNames } from '../../words';

type Detail = {
  readonly name: string;
  /** `volume group san1vg`, `all volume groups`. */
  readonly locks: string;
  /** 0: only cookies, or nobody who could be dated holds it. */
  readonly pid: number;
  /** `vgs`; empty: not one of LVM's. */
  readonly command: string;
  readonly hasWaiters: boolean;
  readonly cookies: number;
};

/** They live long and take a lock for a moment each time: alone that is no sign of anything. */
const longLived = new Set(['', 'dmeventd', 'pvmove', 'lvconvert', 'lvmpolld', 'lvmdbusd', 'lvm']);

export const commandsHang = defineRule<NodeInputs>()({
  id: 'lvm.commands-hang',
  title: 'LVM commands hang',
  brief: 'LVM commands hang',
  severity: ({ locks }: Detail) => (locks === '' ? 'info' : 'warning'),
  counts: 'none',
  doesNotApply: 'LVM is not used here.',
  reference: {
    what: 'A command has held the lock of a volume group for more than a minute, others wait for it, or cookies of udev are left that nobody took back.',
    why: 'Every LVM command of that group waits behind it: starts, migrations, new disks, pvestatd.',
    how: 'The kernel’s list of locks joined to LVM’s lock files by device and inode, with the age of the process; semaphores with libdm’s mark.',
    severity: 'Warning; info for cookies alone.',
    evidence: ['lvm.locks'],
    guards: [
      'Younger than a minute is work that goes on.',
      'dmeventd, pvmove, lvconvert and their kind live long and hold a lock for moments: they count only while others wait.',
      'The subject is the process: another one at the next check-in is another finding, and this one is gone.',
    ],
    remedy: 'None: ending an LVM command in the middle of its work can leave metadata or mappings half changed.',
    sources: ['lvm2 lib/misc/lvm-flock.c', 'libdm-common.c dm_udev_wait', 'proc_locks(5)', 'our own runs on a kernel'],
  },
  needs: ['lvmLocks', 'cookies'],
  detect({ lvmLocks, cookies }): Detection<Detail> {
    const waited = new Set(lvmLocks.flatMap(({ lock, isWaiting }) => (isWaiting ? [lock] : [])));
    const byProcess = new Map<number, LvmLock[]>();
    for (const one of lvmLocks) {
      if (one.isWaiting || (longLived.has(one.command) && !waited.has(one.lock))) continue;
      const same = byProcess.get(one.pid);
      if (same === undefined) byProcess.set(one.pid, [one]);
      else same.push(one);
    }
    const held = new Set([...byProcess.values()].flatMap((locks) => locks.map(({ lock }) => lock)));
    const unowned = lvmLocks.filter(({ lock, isWaiting }) => isWaiting && !held.has(lock));
    const found: Hit<Detail>[] = [...byProcess].map(([pid, locks]) => toHit(`process/${pid}`, locks, waited, cookies));
    if (unowned.length > 0) found.push(toHit('waiting', unowned, waited, cookies));
    if (found.length === 0 && cookies > 0) found.push(toHit('udev', [], waited, cookies));
    return { applies: true, found, notChecked: [] };
  },
  explain: ({ locks, pid, command, hasWaiters, cookies }, { node }) => ({
    sentence:
      locks === ''
        ? `${cookies === 1 ? 'A cookie of udev is' : `${cookies} cookies of udev are`} left on ${node} that nobody took back.`
        : pid === 0
          ? `LVM commands on ${node} have waited for the lock of ${locks} for more than a minute.`
          : `${command === '' ? 'A process' : `\`${command}\``} (pid ${pid}) on ${node} has held the lock of ${locks} for more than a minute.`,
    breaks:
      locks === ''
        ? 'The command that made it may still wait for it. When it is gone, the cookie does no harm.'
        : `${hasWaiters ? 'Others wait for it already: e' : 'E'}very LVM command of it on ${node} hangs behind it: start, stop, migration, new disks, and pvestatd, which then shows question marks.`,
    messages: locks === '' ? [] : [`Can't get lock for ${locks.replace(/^volume groups? /, '')}`],
    because:
      (locks === '' ? '' : `The kernel lists the lock of /run/lock/lvm; the process is older than a minute. `) +
      (cookies === 0
        ? 'No cookie of udev is left.'
        : `Cookies of udev that are older than a minute: ${cookies}; an LVM command or dmsetup waits for udev, or died waiting.`),
    todo:
      (pid === 0
        ? 'Look who waits, and whether udev answers (systemctl status systemd-udevd).'
        : `Look what it waits for: cat /proc/${pid}/wchan, ps -o pid,lstart,stat,args -p ${pid}. Storage that does not answer is the usual cause (multipath -l, dmesg); it ends when that answers.`) +
      ' Do not kill it in the middle of a change, and never dmsetup udevcomplete_all while anything runs. No script is offered.',
    commands: ['dmsetup udevcookies', 'ls -li /run/lock/lvm', 'cat /proc/locks'],
  }),
  remedy: () => undefined,
});

function toHit(subject: string, locks: readonly LvmLock[], waited: ReadonlySet<string>, cookies: number): Hit<Detail> {
  const [first] = locks;
  const names = [...new Set(locks.map(({ lock }) => lock))].sort();
  return {
    subject,
    guests: [],
    evidence: locks.slice(0, 8).map(({ line }) => ({ node: '', capture: 'lvm.locks', line })),
    detail: {
      name: names.length === 0 ? 'udev' : listNames(names),
      locks: sayLocks(names),
      pid: first?.pid ?? 0,
      command: first?.command ?? '',
      hasWaiters: names.some((name) => waited.has(name)),
      cookies,
    },
  };
}

/** `V_san1vg` is one group's; `P_global` and `P_orphans` are everybody's. */
function sayLocks(names: readonly string[]): string {
  const groups = names.flatMap((name) => (name.startsWith('V_') ? [name.slice(2)] : []));
  if (names.length === 0) return '';
  return groups.length === names.length ? `volume group${groups.length === 1 ? '' : 's'} ${listNames(groups)}` : 'all volume groups';
}
