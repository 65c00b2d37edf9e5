/** Collected bodies through the analyzer, and its answer with names instead of uuids. The same functions as in Worker and `analyze`. */
import { analyse, type ClusterReport, type Member, readSnapshot } from '../../worker/analyzer';
import { readProbeFile } from '../../worker/probe-file';
import * as wire from '../../worker/wire/snapshot';

export type Snapshot = { readonly member: Member; readonly header: wire.Header; readonly captures: readonly wire.Capture[] };

/** A finding or something not judged, as expectations.ts writes it. */
export type Said = { readonly where: string; readonly ruleId: string; readonly name: string };
export type SaidFound = Said & { readonly remedy: string | null };
export type SaidUnknown = Said & { readonly reason: string };

/** What sexton-probe.sh printed, read as `analyze` reads it. */
export function openProbe(text: string, now: number): Pick<Snapshot, 'member' | 'captures'> {
  const file = readProbeFile(text);
  if (file === undefined || !file.ok) throw new Error(`the probe printed something else: ${text.slice(0, 500)}`);
  const { captures } = file.value;
  const { facts, view } = readSnapshot(captures, {});
  return { captures, member: { nodeId: `n_${facts.node}`, name: facts.node, facts, view, lastSeenAt: now, intervalSeconds: 900 } };
}

/** The three lines the collector prints, checked as the Worker checks them. */
export function openSnapshot(body: string, now: number): Snapshot {
  const [header = '', state = '', readings = '', ...rest] = body.split('\n');
  if (rest.join('') !== '') throw new Error('a body has three lines');
  const { captures } = wire.state.parse(JSON.parse(state));
  const { facts, view } = readSnapshot(captures, {}, wire.readings.parse(JSON.parse(readings)));
  const member: Member = { nodeId: `n_${facts.node}`, name: facts.node, facts, view, lastSeenAt: now, intervalSeconds: 900 };
  return { member, header: wire.header.parse(JSON.parse(header)), captures };
}

export function judge(snapshots: readonly Pick<Snapshot, 'member'>[], now: number): ClusterReport {
  return analyse({ clusterId: 'c_kernel', members: snapshots.map(({ member }) => member), neighbours: [], now });
}

export function listFound(report: ClusterReport, nameOf: (subject: string) => string): readonly SaidFound[] {
  return scopes(report).flatMap(({ where, scope }) =>
    scope.findings.map(({ ruleId, subject, remedy }) => ({ where, ruleId, name: nameOf(subject), remedy: remedy?.kind ?? null })),
  );
}

export function listUnknown(report: ClusterReport, nameOf: (subject: string) => string): readonly SaidUnknown[] {
  return scopes(report).flatMap(({ where, scope }) =>
    scope.outcomes.flatMap(({ ruleId, notChecked }) =>
      notChecked.map(({ subject, why }) => ({ where, ruleId, name: subject === null ? '*' : nameOf(subject), reason: why.reason })),
    ),
  );
}

/** Subjects are uuids: of a mapping, of a group, or of a group and a volume. What has no uuid is its own name. */
export function nameSubjects(snapshots: readonly Pick<Snapshot, 'member'>[]): (subject: string) => string {
  const names = new Map<string, string>();
  for (const { member } of snapshots) {
    const { mappings, groups } = member.facts ?? {};
    for (const mapping of mappings?.status === 'known' ? mappings.value : []) names.set(mapping.uuid, mapping.name);
    for (const group of groups?.status === 'known' ? groups.value : []) {
      for (const about of ['', 'local/']) names.set(`${about}${group.uuid}`, `${about}${group.name}`);
      for (const volume of group.volumes) names.set(`${group.uuid}${volume.uuid}`, `${group.name}/${volume.name}`);
    }
  }
  return (subject) => names.get(subject) ?? subject.replace(/^process\/[0-9]+$/, 'process');
}

/** Names of all mappings a snapshot shows, `group/volume` of all its volumes. */
export function mappingsOf({ member: { facts } }: Snapshot): readonly string[] {
  return facts?.mappings.status === 'known' ? facts.mappings.value.map(({ name }) => name) : [];
}
export function volumesOf({ member: { facts } }: Snapshot): readonly string[] {
  return facts?.groups.status === 'known' ? facts.groups.value.flatMap(({ name, volumes }) => volumes.map((volume) => `${name}/${volume.name}`)) : [];
}

function scopes(report: ClusterReport) {
  return [...report.nodes.map((node) => ({ where: node.node, scope: node })), { where: 'cluster', scope: report.cluster }];
}
