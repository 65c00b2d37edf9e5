/** A collector that speaks another protocol: which one is needed, and who of the two is behind. */
import type { Problem } from '../problem';
import { protocol } from '../wire/snapshot';

/** Oldest collector that speaks this protocol. */
const oldestCollector = '0.1.0';

/** `offered`: version of the collector this server has for download. */
export function otherProtocol(spoken: number, offered: string): Problem {
  if (spoken < protocol)
    return {
      reason: 'collector_outdated',
      detail: `This server needs sexton-collector ${oldestCollector} or newer. Download it again from this server.`,
      extra: { protocol, collector: oldestCollector },
    };
  return {
    reason: 'server_outdated',
    detail: `This collector is newer than its server. Upgrade the server first, or use the collector it offers for download: ${offered}.`,
    extra: { protocol, collector: offered },
  };
}
