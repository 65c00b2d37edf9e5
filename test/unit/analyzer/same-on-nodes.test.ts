/** The same fault on several nodes, as the console of one of them tells it. */
import { expect, it } from 'vitest';
import { alsoOn } from '../../../worker/analyzer/report/stories';
import { analyseSaved } from '../../../worker/offline';
import { capturesOf, type FakeNode, mapped } from './support/fake-node';
import { judge, now } from './support/judge';
import { members, pve3 } from './support/sample-cluster';

const nodes = members.map((name): FakeNode => ({ ...pve3, name, guests: [], mappings: [mapped('san1vg', 'vm-777-disk-0', 21)] }));

it('names the other nodes, and leaves every finding where it is', () => {
  const report = judge(...nodes);
  expect(report.nodes.map(({ findings }) => findings.length)).toEqual([1, 1, 1]);
  const [finding] = report.nodes[1]?.findings ?? [];
  expect(finding && alsoOn(report, finding, 'n_pve2')).toEqual(['pve1', 'pve3']);
});

it('is said in the report of each node, whose commands are its own', () => {
  const saved = nodes.map((node) => ({ file: node.name, text: `${JSON.stringify({ captures: capturesOf(node) })}\n` }));
  const result = analyseSaved(saved, now, 'ascii', false);
  const text = result.ok ? result.value.text : '';
  expect(text.match(/Also on {3}pve/g)).toHaveLength(3);
  expect(text).toContain('Also on   pve2 and pve3: the same');
});

it('but not of what has a name only: that is another thing on each node', () => {
  const byHand = members.map(
    (name): FakeNode => ({ ...pve3, name, guests: [], mappings: [{ name: 'test--vm--999--disk--0', uuid: '', minor: 25, uses: '8:64' }] }),
  );
  const report = judge(...byHand);
  const [finding] = report.nodes[0]?.findings ?? [];
  expect(finding?.ruleId).toBe('dm.unmanaged-name');
  expect(finding && alsoOn(report, finding, 'n_pve1')).toEqual([]);
});
