/** What an accepted message is answered: the same whether it was stored now or by an earlier try. */
import type { Speaker } from '../db/tenant/nodes';
import type { ClusterStanding } from '../findings/report-cluster';
import { countSeverities } from '../findings/severity';
import type { TenantId } from '../ids';
import type { Ports } from '../ports';
import type { Answer } from '../wire/snapshot';
import { answerConsole } from './console-answer';
import type { PreparedMessage } from './prepare-message';
import { wantsState } from './want-state';

export type AcceptedMessage = {
  readonly ports: Ports;
  readonly tenantId: TenantId;
  readonly speaker: Speaker;
  readonly prepared: PreparedMessage;
  /** Undefined: no report was needed, or none is made (a node that waits for approval). */
  readonly standing: ClusterStanding | undefined;
  readonly origin: string;
};

export function answerMessage({ ports, tenantId, speaker, prepared, standing, origin }: AcceptedMessage): Answer {
  const { header, isFull, now } = prepared;
  const page = `${origin}/t/${tenantId}/nodes/${speaker.nodeId}`;
  const answer = {
    accepted: header.sequence,
    // A full message is never answered with a wish for another: a raw copy that failed is asked for next time.
    want: !isFull && wantsState(speaker, header.stateHash, ports.raw !== undefined, now) ? ('state' as const) : ('nothing' as const),
    nextDue: speaker.intervalSeconds,
    scripts: 0,
    open: standing === undefined ? speaker.open : countSeverities(standing.open.filter(({ nodeId }) => nodeId === speaker.nodeId)),
    page,
  };
  if (header.report === 'none') return answer;
  if (standing === undefined) return { ...answer, report: `${speaker.name} is enrolled and waits for approval: ${page}\n` };
  const { report: form, vitals } = header;
  return { ...answer, report: answerConsole(speaker, standing, { form, version: ports.config.version, page, now, vitals }) };
}
