/** Changes to fake nodes that several tests make, and what they look for. */
import type { ClusterReport, Member } from '../../../../worker/analyzer';
import type { Capture } from '../../../../worker/wire/snapshot';
import { capturesOf, type FakeGuest, type FakeNode, text } from './fake-node';
import { memberOf } from './judge';
import { localMappings, pve1 } from './sample-cluster';

export const unused = 'dm.unreferenced-volume vm-131-disk-0';
export const foreign = 'dm.foreign-activation san1vg-vm--122--disk--0';
export const task = (type: string, id: string) => `UPID:pve2:000A1B2C:0001E240:6740A1B2:${type}:${id}:: 0\n`;
export const findingsOf = (report: ClusterReport) => [...report.nodes, report.cluster].flatMap(({ findings }) => findings);
export const find = (report: ClusterReport, ruleId: string) => findingsOf(report).find((finding) => finding.ruleId === ruleId);
export const without = (captures: readonly Capture[], ...ids: readonly string[]) => captures.filter(({ id }) => !ids.includes(id));
export const withGuest = (node: FakeNode, guest: FakeGuest): FakeNode => ({ ...node, guests: [...(node.guests ?? []), guest] });
/** Healthy but for `vm-131-disk-0`, which nobody uses. */
export const calm: FakeNode = { ...pve1, mappings: localMappings };

export function withCapture(node: FakeNode, id: string, change: (out: string) => string): Member {
  return memberOf(
    node.name,
    capturesOf(node).map((capture) => (capture.id === id ? text(id, change(capture.out ?? ''), { err: '', errLength: 0 }) : capture)),
  );
}

export type Report = { report: { vg: Record<string, string>[]; pv: Record<string, string>[]; lv: Record<string, string>[] }[] };
export function withReport(node: FakeNode, change: (report: Report) => void): Member {
  return withCapture(node, 'lvm.report', (out) => {
    const report = JSON.parse(out) as Report;
    change(report);
    return JSON.stringify(report);
  });
}

export function millisecondsOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
