/**
 * Since when guests run: `guest.pids` says which process is whose (QEMU's pid file, the control group of a container's
 * monitor), `guest.processes` when it started (`pid ppid state start ticks comm`, start in clock ticks since boot).
 * @see proc_pid_stat(5); qemu-server PVE/QemuServer/Helpers.pm `pidfile_name`
 */
import type { CapturedFile } from '../../wire/snapshot';
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import { type Captures, outputOf } from './captured';

/** USER_HZ: 100 on every architecture Proxmox VE runs on. */
const ticksPerSecond = 100;
/** The uptime is read last of all; a look at a node ends after this time, so the device mapper was read at most so long before. */
const longestLookSeconds = 70;

/** VMID -> seconds, never more than it was: how long before `host.uptime` the device mapper was read is not known exactly. */
export function parseRunningFor(captures: Captures): Evidence<Readonly<Record<string, number>>> {
  return whenKnown(parsePids(captures), (pids) =>
    whenKnown(parseProcesses(captures), (processes) =>
      whenKnown(parseUptime(captures), (uptime) => {
        const runningFor: Record<string, number> = {};
        for (const { vmid, pid, isMonitor } of pids) {
          const start = isMonitor ? processes.childStart.get(pid) : processes.start.get(pid);
          if (start !== undefined) runningFor[vmid] = Math.max(0, Math.floor(uptime - start / ticksPerSecond - longestLookSeconds));
        }
        return known(runningFor);
      }),
    ),
  );
}

type GuestPid = { readonly vmid: string; readonly pid: number; readonly isMonitor: boolean };

function parsePids(captures: Captures): Evidence<readonly GuestPid[]> {
  const capture = captures.get('guest.pids');
  if (capture === undefined) return unknown({ reason: 'not_captured', capture: 'guest.pids' });
  if (capture.status !== 'ok') return unknown({ reason: 'unreadable', capture: 'guest.pids', says: capture.reason ?? '' });
  return known((capture.files ?? []).flatMap(readPid));
}

/** A file that could not be read, or holds something else, says nothing about its guest. */
function readPid({ path, status, out = '' }: CapturedFile): readonly GuestPid[] {
  const [, qemu, container] =
    /^\/(?:run\/qemu-server\/([1-9][0-9]{2,8})\.pid|sys\/fs\/cgroup\/lxc\.monitor\/([1-9][0-9]{2,8})\/cgroup\.procs)$/.exec(path) ?? [];
  const vmid = qemu ?? container;
  const [, pid] = /^([0-9]{1,10})(?:\n|$)/.exec(out) ?? [];
  return vmid === undefined || pid === undefined || status !== 'ok' ? [] : [{ vmid, pid: Number(pid), isMonitor: container !== undefined }];
}

type Starts = {
  readonly start: ReadonlyMap<number, number> /** By parent: the first process of a container. */;
  readonly childStart: ReadonlyMap<number, number>;
};

function parseProcesses(captures: Captures): Evidence<Starts> {
  return whenKnown(outputOf(captures, 'guest.processes'), (text) => {
    const [start, childStart] = [new Map<number, number>(), new Map<number, number>()];
    for (const line of text.split('\n')) {
      const [, pid, parent, ticks, comm] = /^([0-9]{1,10}) ([0-9]{1,10}) [A-Za-z] ([0-9]{1,16}) [0-9]{1,16} (\S{1,64})$/.exec(line) ?? [];
      if (pid === undefined) continue;
      start.set(Number(pid), Number(ticks));
      if (comm === 'init') childStart.set(Number(parent), Math.max(Number(ticks), childStart.get(Number(parent)) ?? 0));
    }
    return known({ start, childStart });
  });
}

function parseUptime(captures: Captures): Evidence<number> {
  return whenKnown(outputOf(captures, 'host.uptime'), (text) => {
    const [, seconds] = /^([0-9]{1,10}(?:\.[0-9]{1,2})?) /.exec(text) ?? [];
    return seconds === undefined ? unknown({ reason: 'unparseable', capture: 'host.uptime', line: 1 }) : known(Number(seconds));
  });
}
