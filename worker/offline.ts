/**
 * What `npm run analyze` does, without the files: saved snapshots in, report out. The analyzer is the Worker's own; only
 * what a server would know (ids, numbers, holds) is missing, and said to be missing.
 */
import {
  analyse,
  type Circumstance,
  type ClusterReport,
  gradePerformance,
  indexRawLines,
  type Member,
  type Performance,
  type RawLines,
  readSnapshot,
  renderConsole,
  renderJson,
} from './analyzer';
import { readProbeFile } from './probe-file';
import { err, ok, type Result } from './result';
import { type Capture, header, type Readings, readings, type State, state, type Vitals } from './wire/snapshot';

export type Saved = { readonly file: string; readonly text: string };
/** `notes`: about the files themselves, one sentence each. */
export type Rendered = { readonly text: string; readonly findings: number; readonly notes: readonly string[] };

type Node = { readonly member: Member; readonly version: string; readonly performance: Performance; readonly raw: RawLines; readonly note?: string };

export function analyseSaved(
  files: readonly Saved[],
  now: number,
  form: 'json' | 'ascii' | 'terminal',
  all: boolean,
): Result<Rendered, readonly string[]> {
  const nodes = files.map((file) => readSaved(file, now));
  const refused = nodes.flatMap((node) => (node.ok ? [] : [node.error]));
  if (refused.length > 0) return err(refused);
  const read = nodes.flatMap((node) => (node.ok ? [node.value] : []));
  const twice = read.map(({ member }) => member.name).filter((name, index, names) => names.indexOf(name) !== index);
  if (twice.length > 0) return err(twice.map((name) => `Two snapshots of ${name}: give one per node.`));
  const report = analyse({ clusterId: 'offline', members: read.map(({ member }) => member), neighbours: [], now });
  const findings = [...report.nodes, report.cluster].reduce((sum, scope) => sum + scope.findings.length, 0);
  const text =
    form === 'json'
      ? `${JSON.stringify(renderJson(report, { raw: joinRaw(read), circumstance: circumstanceOf(read) }), null, 2)}\n`
      : renderNodes(read, report, now, form, all);
  return ok({ text, findings, notes: read.flatMap(({ note }) => note ?? []) });
}

function renderNodes(nodes: readonly Node[], report: ClusterReport, now: number, form: 'ascii' | 'terminal', all: boolean): string {
  const { cluster } = report;
  const silent = { ...cluster, findings: [], outcomes: [] };
  const raw = joinRaw(nodes);
  const reports = nodes.map(({ member, version, performance }, index) => {
    const { facts, view } = member;
    const membership = facts?.membership.status === 'known' ? facts.membership.value : undefined;
    const here = new Set(nodes.map((node) => node.member.name));
    const missing = membership?.members.filter((name) => !here.has(name)) ?? [];
    return renderConsole({
      version,
      form,
      at: now,
      // The cluster's own findings stand once, in the first node's report.
      report: index === 0 ? report : { ...report, cluster: silent },
      nodeId: member.nodeId,
      place: '',
      pve: facts?.pve ?? { manager: '', kernel: '' },
      guests: view?.guests.status === 'known' ? view.guests.value : null,
      running: facts?.running.status === 'known' ? facts.running.value : null,
      performance,
      members:
        membership === undefined
          ? null
          : { ...membership, reporting: membership.members.length - missing.length, total: membership.members.length, missing },
      known: new Map(),
      page: '',
      all,
      raw,
    });
  });
  return reports.join('\n');
}

const joinRaw =
  (nodes: readonly Node[]): RawLines =>
  (line, marks) =>
    nodes.find(({ member }) => member.nodeId === line.node)?.raw(line, marks);

/** Quorate when every node says so of itself; one look is no two. */
function circumstanceOf(nodes: readonly Node[]): Circumstance {
  const memberships = nodes.map(({ member }) => member.facts?.membership);
  return { isQuorate: memberships.every((membership) => membership?.status === 'known' && membership.value.quorate), seen: undefined };
}

function readSaved({ file, text }: Saved, now: number): Result<Node, string> {
  if (text.trim() === '') return err(`${file} is empty. The probe printed nothing: did ssh reach the node as root?`);
  const probed = readProbeFile(text);
  if (probed !== undefined) {
    if (!probed.ok) return err(`${file}: ${probed.error}`);
    const { captures, version, isWhole } = probed.value;
    const note = isWhole ? {} : { note: `${file} ends early, its last lines did not arrive: what is missing is not checked. Run the probe again.` };
    return captures.length === 0
      ? err(`${file}: the output of the probe ends before anything was said. Run it again.`)
      : ok({ ...readNode(file, captures, { version }, now), ...note });
  }
  const documents = readDocuments(text);
  // Readings hold captures too: what has times is not the state.
  const candidates = documents?.filter((document) => !(typeof document === 'object' && document !== null && 'ms' in document));
  const captures = candidates?.map((document) => state.safeParse(document)).find((parsed) => parsed.success)?.data as State | undefined;
  if (documents === undefined || captures === undefined) return err(`${file}: ${sayWhatItIs(text)}${howToMakeOne(file)}`);
  const head = documents.map((document) => header.safeParse(document)).find((parsed) => parsed.success)?.data;
  const along = documents.map((document) => readings.safeParse(document)).find((parsed) => parsed.success)?.data;
  return ok(readNode(file, captures.captures, { version: head?.collector ?? 'offline', vitals: head?.vitals, along }, now));
}

type Head = { readonly version: string; readonly vitals?: Vitals | undefined; readonly along?: Readings | undefined };

function readNode(file: string, captures: readonly Capture[], { version, vitals = {}, along }: Head, now: number): Node {
  const { facts, view } = readSnapshot(captures, {}, along);
  const name = facts.node || file;
  const member = { nodeId: name, name, facts, view, lastSeenAt: now, intervalSeconds: 900 };
  return { member, version, performance: gradePerformance(vitals), raw: indexRawLines(name, [...captures, ...(along?.captures ?? [])]) };
}

function sayWhatItIs(text: string): string {
  if (text.includes('sexton-probe.sh') && text.includes('#!/bin/sh')) return 'the probe itself, not what it printed.';
  if (/permission denied|connection (?:refused|timed out|closed)|could not resolve|host key verification/i.test(text.slice(0, 4096)))
    return 'what ssh said, and no snapshot: it did not get in.';
  return 'not a saved snapshot.';
}

function howToMakeOne(file: string): string {
  const name = file.split('/').at(-1) ?? 'node.snapshot';
  return ` Make one on the node: sexton-collector collect > ${name}\nOr without installing anything: ssh root@NODE 'sh -s' < sexton-probe.sh > ${name}`;
}

/** One JSON document a line, or indented ones as `collect` prints them on a terminal. Undefined: neither. */
function readDocuments(text: string): readonly unknown[] | undefined {
  const documents: unknown[] = [];
  let held = '';
  for (const line of text.split('\n')) {
    held += `${line}\n`;
    // A document ends with a brace at the beginning of a line, or on the line it began on. (`s`: JSON may hold U+2028 as it is.)
    if (!/^(?:\}|\{.*\})\s*$/s.test(line)) continue;
    try {
      documents.push(JSON.parse(held));
      held = '';
    } catch {
      return undefined;
    }
  }
  return held.trim() === '' ? documents : undefined;
}
