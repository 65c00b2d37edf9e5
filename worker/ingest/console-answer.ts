/** The console report that travels back with an answer: what a person at the node's terminal reads. */
import { holdMinutesOf, renderConsole } from '../analyzer';
import type { Speaker } from '../db/tenant/nodes';
import { heldBack } from '../findings/held-back';
import type { ClusterStanding } from '../findings/report-cluster';

export type ConsoleRequest = { readonly form: 'ascii' | 'terminal'; readonly version: string; readonly page: string; readonly now: number };

export function answerConsole(speaker: Speaker, standing: ClusterStanding, { form, version, page, now }: ConsoleRequest): string {
  const { reading, report, open, unconfirmed } = standing;
  const { members } = reading.evidence;
  const own = members.find(({ nodeId }) => nodeId === speaker.nodeId);
  const newest = Math.max(0, ...members.map(({ lastSeenAt }) => lastSeenAt));
  const known = open.map(({ findingId, number, nodeId, rule, openedAt }) => {
    const lastSeenAt = members.find((member) => member.nodeId === nodeId)?.lastSeenAt ?? newest;
    const isConfirmed = !unconfirmed.has(findingId);
    const hold = { openedAt, holdMinutes: holdMinutesOf(rule), lastSeenAt, analysisHeldBack: null, isConfirmed, isJudged: true };
    return [findingId, { number: `${speaker.tenantKey}-${number}`, heldBack: heldBack(hold, now) }] as const;
  });
  return renderConsole({
    version,
    form,
    at: now,
    report,
    nodeId: speaker.nodeId,
    place: `${speaker.tenantName} / ${reading.cluster.name}`,
    pve: own?.facts?.pve ?? { manager: '', kernel: '' },
    guests: own?.view?.guests.status === 'known' ? own.view.guests.value : [],
    running: own?.facts?.running.status === 'known' ? own.facts.running.value : {},
    members: countMembers(members, own),
    known: new Map(known),
    page,
    all: false,
  });
}

type Members = ClusterStanding['reading']['evidence']['members'];

/** Who of the PVE cluster's own list has reported; null: its list is not known, or it stands alone. */
function countMembers(members: Members, own: Members[number] | undefined) {
  if (own?.facts?.membership.status !== 'known') return null;
  const { cluster, quorate, members: listed } = own.facts.membership.value;
  if (cluster === null) return null;
  const reporting = new Set(members.filter(({ facts }) => facts !== undefined).map(({ name, facts }) => facts?.node || name));
  const missing = listed.filter((name) => !reporting.has(name));
  return { cluster, quorate, reporting: listed.length - missing.length, total: listed.length, missing };
}
