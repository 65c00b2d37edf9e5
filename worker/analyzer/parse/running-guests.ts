/**
 * `qm list` and `pct list`: which guests of this node are in which state.
 * @see qemu-server CLI/qm.pm, pve-container CLI/pct.pm
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import { type Captures, outputOf } from './captured';

type Statuses = Readonly<Record<string, string>>;

/** VMID -> status. Without guests both commands print nothing and exit 0. */
export function parseRunningGuests(captures: Captures): Evidence<Statuses> {
  return whenKnown(parseList(captures, 'qm.list', qmStatus), (machines) =>
    whenKnown(parseList(captures, 'pct.list', pctStatus), (containers) => known({ ...machines, ...containers })),
  );
}

function parseList(captures: Captures, id: string, statusOf: (fields: readonly string[]) => string | undefined): Evidence<Statuses> {
  return whenKnown(outputOf(captures, id), (text) => {
    const statuses: Record<string, string> = {};
    const [heading, ...rows] = text.split('\n').filter((line) => line.trim() !== '');
    if (heading !== undefined && !/^\s*VMID\s/.test(heading)) return unknown({ reason: 'unparseable', capture: id, line: 1 });
    for (const [index, row] of rows.entries()) {
      const fields = row.trim().split(/\s+/);
      const status = statusOf(fields);
      if (!/^[1-9][0-9]{2,8}$/.test(fields[0] ?? '') || status === undefined) return unknown({ reason: 'unparseable', capture: id, line: index + 2 });
      statuses[fields[0] ?? ''] = status;
    }
    return known(statuses);
  });
}

/** Names may be missing, long or of two words (`VM 101`): the last four columns are status, memory, disk, pid. */
function qmStatus(fields: readonly string[]): string | undefined {
  return fields.length >= 6 ? fields[fields.length - 4] : undefined;
}

function pctStatus(fields: readonly string[]): string | undefined {
  return fields.length >= 2 ? fields[1] : undefined;
}
