/** The body of a message: one JSON line, or three. */
import { gzipSync } from 'node:zlib';
import type { Capture, Header, protocol } from '../../worker/wire/snapshot';
import { hashState, type Snapshot } from '../look/build-snapshot';
import { version } from '../version';

export const protocolVersion: typeof protocol = 1;

/** The Worker's caps, with room for the header. */
const maxWireBytes = 2 * 1024 * 1024 - 64 * 1024;
const maxInflatedBytes = 16 * 1024 * 1024 - 64 * 1024;

export type Message = {
  readonly stateHash: string;
  readonly lines: (header: HeaderFields) => { readonly short: string; readonly full: readonly string[] };
};
export type HeaderFields = { readonly sequence: number; readonly report: Header['report'] };

export function composeMessage(snapshot: Snapshot): Message {
  const { stateLine, readingsLine } = fitLines(snapshot);
  const stateHash = hashState(stateLine);
  const headerLine = ({ sequence, report }: HeaderFields) => {
    const { machineId, bootId, vitals } = snapshot;
    const header: Header = { protocol: protocolVersion, sequence, collector: version, machineId, bootId, stateHash, vitals, bodies: [], report };
    return JSON.stringify(header);
  };
  return {
    stateHash,
    lines: (fields) => {
      const short = headerLine(fields);
      return { short, full: [short, stateLine, readingsLine] };
    },
  };
}

export function packLines(lines: readonly string[]): Buffer {
  return gzipSync(lines.join('\n'));
}

/** A state too large for one message loses its largest outputs, and says so: better not checked than not sent. */
function fitLines({ state, readings }: Snapshot): { readonly stateLine: string; readonly readingsLine: string } {
  const readingsLine = JSON.stringify(readings);
  let captures = state.captures;
  for (;;) {
    const stateLine = JSON.stringify({ captures });
    const size = Buffer.byteLength(stateLine) + Buffer.byteLength(readingsLine);
    if (size <= maxInflatedBytes && (size <= maxWireBytes || packLines([stateLine, readingsLine]).length <= maxWireBytes))
      return { stateLine, readingsLine };
    const largest = captures.reduce((a, b) => (weigh(b) > weigh(a) ? b : a));
    if (weigh(largest) === 0) return { stateLine, readingsLine };
    captures = captures.map((capture) => (capture === largest ? withoutOutput(capture) : capture));
  }
}

function weigh({ out = '', err = '', files = [] }: Capture): number {
  return out.length + err.length + files.reduce((sum, file) => sum + file.path.length + (file.out ?? '').length, 0);
}

function withoutOutput({ id, argv, path }: Capture): Capture {
  return {
    id,
    ...(argv === undefined ? {} : { argv }),
    ...(path === undefined ? {} : { path }),
    status: 'skipped',
    reason: 'too large for one message',
  };
}
