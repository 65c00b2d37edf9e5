/**
 * `host.devices`: numbers of the block devices the kernel has, one a line, against those the tables of mappings use. A
 * mapping outlives its disk, and `lvs` says nothing of it, with exit code 0.
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { Mapping } from '../facts';
import { type Captures, outputOf } from './captured';

const id = 'host.devices';

/** Devices that mappings use and the kernel does not have. The list proves itself: every mapping must be in it. */
export function parseGoneDevices(captures: Captures, mappings: Evidence<readonly Mapping[]>): Evidence<readonly string[]> {
  return whenKnown(outputOf(captures, id), (text) =>
    whenKnown(mappings, (list) => {
      const lines = text.split('\n');
      if (lines.pop() !== '') return unknown({ reason: 'unparseable', capture: id, line: lines.length + 1 });
      const devices = new Set<string>();
      for (const [index, line] of lines.entries()) {
        if (!/^[0-9]{1,4}:[0-9]{1,7}$/.test(line)) return unknown({ reason: 'unparseable', capture: id, line: index + 1 });
        devices.add(line);
      }
      const agreed = list.filter((mapping) => mapping.agreed);
      if (devices.size === 0 || agreed.some(({ major, minor }) => !devices.has(`${major}:${minor}`)))
        return unknown({ reason: 'unparseable', capture: id, line: 1 });
      const gone = new Set<string>();
      for (const { uses } of agreed) for (const device of uses) if (!devices.has(device)) gone.add(device);
      return known([...gone].sort());
    }),
  );
}
