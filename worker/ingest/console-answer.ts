/** The console report that travels back with an answer: what a person at the node's terminal reads. */
import { freshForMs, gradePerformance, holdMinutesOf, renderConsole } from '../analyzer';
import type { Speaker } from '../db/tenant/nodes';
import { heldBack } from '../findings/held-back';
import type { ClusterStanding } from '../findings/report-cluster';
import type { Header, Vitals } from '../wire/snapshot';

export type ConsoleRequest = {
  readonly form: Exclude<Header['report'], 'none'>;
  readonly version: string;
  readonly page: string;
  readonly now: number;
  /** Of the message that is answered. */
  readonly vitals: Vitals;
};

export function answerConsole(speaker: Speaker, standing: ClusterStanding, { form, version, page, now, vitals }: ConsoleRequest): string {
  const { reading, report, open, unconfirmed } = standing;
  const { members } = reading.evidence;
  const own = members.find(({ nodeId }) => nodeId === speaker.nodeId);
  const newest = Math.max(0, ...members.map(({ lastSeenAt }) => lastSeenAt));
  const known = open.map(({ findingId, number, nodeId, rule, openedAt }) => {
    const lastSeenAt = members.find((member) => member.nodeId === nodeId)?.lastSeenAt ?? newest;
    const isConfirmed = !unconfirmed.has(findingId);
    const hold = { openedAt, holdMinutes: holdMinutesOf(rule), lastSeenAt, analysisHeldBack: null, isConfirmed, isJudged: true };
    return [
      findingId,
      { number: `${speaker.tenantKey}-${number}`, heldBack: heldBack(hold, now), seen: { first: openedAt, last: lastSeenAt } },
    ] as const;
  });
  return renderConsole({
    version,
    form: form === 'ascii' || form === 'ascii-all' ? 'ascii' : 'terminal',
    at: now,
    report,
    nodeId: speaker.nodeId,
    place: `${speaker.tenantName} / ${reading.cluster.name}`,
    pve: own?.facts?.pve ?? { manager: '', kernel: '' },
    guests: own?.view?.guests.status === 'known' ? own.view.guests.value : null,
    running: own?.facts?.running.status === 'known' ? own.facts.running.value : null,
    performance: gradePerformance(vitals),
    members: countMembers(members, own, now),
    known: new Map(known),
    page,
    all: form.endsWith('-all'),
    // Only saved files and the raw store hold the lines.
    raw: undefined,
  });
}

type Members = ClusterStanding['reading']['evidence']['members'];

/** Who of the PVE cluster's own list is enrolled, and reports; null: its list is not known, or it stands alone. */
function countMembers(members: Members, own: Members[number] | undefined, now: number) {
  if (own?.facts?.membership.status !== 'known') return null;
  const { cluster, quorate, members: listed } = own.facts.membership.value;
  if (cluster === null) return null;
  const nameOf = ({ name, facts }: Members[number]) => facts?.node || name;
  const enrolled = new Set(members.map(nameOf));
  const heard = new Set(members.filter((one) => one.facts !== undefined && now - one.lastSeenAt <= freshForMs(one.intervalSeconds)).map(nameOf));
  return {
    cluster,
    quorate,
    reporting: listed.filter((name) => heard.has(name)).length,
    total: listed.length,
    missing: listed.filter((name) => !enrolled.has(name)),
  };
}
