/**
 * The running tasks of this node, without who started them. A line ends its task by an end time; a line of a process that
 * is provably gone is a task that died without one.
 * @see pve-common RESTEnvironment.pm `active_workers`, Tools.pm `upid_decode`
 */

/** Start time of a process in clock ticks; undefined: provably none. `cannot-tell`: /proc cannot be read. */
export type ProcessStart = (pid: number) => number | undefined | 'cannot-tell';

/** What a task is about, when it is a guest, or volumes of a guest (`131@storage`). @see pve-storage PVE/API2/Storage/Content.pm `imgdel` */
const guestTask = /^[1-9][0-9]{2,8}(?:@[A-Za-z0-9._-]{1,100})?$/;

export function redactTasks(text: string, startOf: ProcessStart): string {
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    const [upid = '', , endTime = ''] = line.split(' ');
    const match = /^UPID:([A-Za-z0-9.-]{1,64}):([0-9A-F]{8}):([0-9A-F]{8,9}):([0-9A-F]{8}):([a-z0-9_-]{1,64}):([^:\s]*):[^\s]*$/i.exec(upid);
    if (match === null || endTime !== '') continue;
    const [, node = '', pid = '', processStart = '', start = '', type = '', id = ''] = match;
    const found = startOf(parseInt(pid, 16));
    if (found !== 'cannot-tell' && found !== parseInt(processStart, 16)) continue;
    kept.push(`UPID:${node}:${pid}:${processStart}:${start}:${type}:${guestTask.test(id) ? id : ''}::\n`);
  }
  return kept.join('');
}
