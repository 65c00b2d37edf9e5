/**
 * Tasks of the last days that failed, newest first, without who started them: `ENDED TYPE GUEST SAYS`, for example
 * `1795590000 qmstart 119 can't activate LV '/dev/san1vg/vm-119-disk-0': device-mapper: create ioctl on … failed: …`.
 * ENDED: Unix seconds. GUEST: a guest's number, with a storage where Proxmox VE has one there (`131@san`), or `-`. SAYS: the last line of the
 * error, which is all Proxmox VE keeps; only when it is one about volumes, as known words and names. May be empty.
 * @see pve-manager PVE/API2/Tasks.pm `node_tasks`, pve-common RESTEnvironment.pm `log_task_result`
 */
import { failedTasks } from './allowed';
import { redactComplaints } from './complaints';

const day = 86_400;
const maxSaid = 200;
/** Of the characters a group, a volume, or a path of both is made of. */
const name = '[A-Za-z0-9+_./:-]{1,300}';
const escaped = (words: readonly string[]) => words.map((word) => word.replace(/[.+?()[\]{}|^$\\]/g, '\\$&')).join('|');
const about = new RegExp(
  `^((?:(?:${escaped(failedTasks.before)})(?: \\d{1,10} -)? )?(?:${escaped(failedTasks.beginnings)}) '(${name})'(?: error| failed)?:)(.*)$`,
);
const ownWords = failedTasks.words.split(/\s+/).flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1)]);

export function redactFailedTasks(text: string, known: ReadonlySet<string>, now: number | undefined): string {
  if (now === undefined) return '';
  const failed = text.split('\n').flatMap((line) => readFailure(line, known, now));
  return failed
    .sort((a, b) => b.ended - a.ended)
    .slice(0, failedTasks.most)
    .map(({ ended, says }) => `${ended} ${says}\n`)
    .join('');
}

function readFailure(line: string, known: ReadonlySet<string>, now: number): readonly { readonly ended: number; readonly says: string }[] {
  const [, type = '', id = '', end = '', status = ''] =
    /^UPID:[A-Za-z0-9.-]{1,64}:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:([a-z0-9_-]{1,64}):([^:\s]*):[^\s]* ([0-9A-F]{8}) (.+)$/i.exec(line) ?? [];
  const ended = parseInt(end, 16);
  if (end === '' || /^(?:OK|WARNINGS: \d+)$/.test(status) || now - ended > failedTasks.days * day || ended > now + day) return [];
  const guest = /^[1-9]\d{2,8}(?:@[A-Za-z0-9._-]{1,100})?$/.test(id) ? id : '-';
  return [{ ended, says: `${type} ${guest} ${sayError(status, known)}` }];
}

function sayError(status: string, known: ReadonlySet<string>): string {
  const [, beginning, path = '', rest = ''] = about.exec(status.slice(0, 1000)) ?? [];
  if (beginning === undefined) return '';
  const names = new Set([...known, ...ownWords, ...path.split('/').filter((word) => word !== ''), ...volumesIn(rest)]);
  return `${beginning}${redactComplaints(rest, names)}`.slice(0, maxSaid);
}

/** Words that name a volume of a guest, also as the device mapper writes it. */
const volumesIn = (text: string) =>
  text.split(/[\s'",;()/]+/).filter((word) => /^[A-Za-z0-9+_.-]{1,255}$/.test(word) && /(?:vm|base)--?\d{1,9}-/.test(word));
