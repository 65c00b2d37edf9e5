/** The same fault on several nodes is one story on the cluster's page: every finding keeps its number, and its own remedy. */
import { describe, expect, it } from 'vitest';
import type { FindingView } from '../../worker/pages/finding/finding-view';
import { joinNodes } from '../../worker/pages/finding/same-on-nodes';
import { capturesOf, dmUuid, type FakeNode, mapped } from '../unit/analyzer/support/fake-node';
import { members, pve3 } from '../unit/analyzer/support/sample-cluster';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts } from './support/test-ports';

const leftover = mapped('san1vg', 'vm-777-disk-0', 21);

async function visit(...fakes: readonly FakeNode[]) {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  for (const fake of fakes) await (await enrolTestNode(ports, token, fake.name)).full(capturesOf(fake));
  const [cluster] = await rows<{ cluster_id: string }>(customer, 'SELECT cluster_id FROM clusters WHERE tenant_id = :tenant');
  const asAda = await signIn(ports, openApp(ports));
  const page = await (await asAda(`/t/${customer.tenantId}/clusters/${cluster?.cluster_id}`)).text();
  const found = await rows<{ number: number }>(
    customer,
    "SELECT number FROM findings WHERE tenant_id = :tenant AND rule = 'dm.stale-mapping' AND closed_at IS NULL ORDER BY number",
  );
  return { page, numbers: found.map(({ number }) => `${customer.key}-${number}`) };
}

const stories = (page: string) =>
  [...page.matchAll(/<details class="finding"[\s\S]*?<\/details>/g)].map(([html]) => html).filter((html) => html.includes('Leftover mapping'));
const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

it('a leftover of one uuid on three nodes: one story, three findings, three remedies', async () => {
  const nodes = members.map((name): FakeNode => ({ ...pve3, name, mappings: [leftover] }));
  const { page, numbers } = await visit(...nodes);
  expect(numbers).toHaveLength(3);
  const [story = '', ...others] = stories(page);
  expect(others).toEqual([]);
  expect(textOf(story)).toContain('+ 2 Leftover mapping blocks a disk name pve1, pve2 and pve3');
  for (const number of numbers) expect(story).toContain(`id="${number}"`);
  expect(story.split(`dmsetup remove --uuid ${dmUuid('san1vg', 'vm-777-disk-0')}`).length - 1).toBe(3);
  // Each is held back for itself.
  expect(textOf(story).match(/Not yet: seen once/g)).toHaveLength(3);
});

it('leftovers of different volumes on two nodes are two stories', async () => {
  const { page } = await visit(
    { ...pve3, name: 'pve1', mappings: [leftover] },
    { ...pve3, name: 'pve2', mappings: [mapped('san1vg', 'vm-778-disk-0', 21)] },
  );
  expect(stories(page)).toHaveLength(2);
});

describe('joined are', () => {
  const view = (id: string, more: Partial<FindingView>): FindingView => ({
    ...{ id, number: `ACM-${id}`, page: '', nodeId: `n_${id}`, nodeName: id, severity: 'warning', rule: 'dm.stale-mapping', title: 'Leftover' },
    ...{ explanation: undefined, subject: leftover.uuid, remedy: null, openedAt: 0, heldBack: null, alreadyHit: undefined, safe: undefined },
    ...more,
  });
  const joined = (...views: readonly FindingView[]) => joinNodes(views).map(({ first, others }) => [first, ...others].map(({ id }) => id).join('+'));

  it('findings of one rule about one uuid, in the order of the worst and oldest', () => {
    expect(joined(view('1', {}), view('2', { subject: dmUuid('san1vg', 'x') }), view('3', {}))).toEqual(['1+3', '2']);
  });
  it.each([
    ['of another rule', { rule: 'dm.stale-name' }],
    ['of another severity', { severity: 'critical' as const }],
    ['of the whole cluster', { nodeId: undefined }],
  ])('but none %s', (_what, more) => expect(joined(view('1', {}), view('2', more))).toEqual(['1', '2']));
  it('nor what has a name only: that is another thing on each node', () => {
    expect(joined(view('1', { subject: 'test--vm--999--disk--0' }), view('2', { subject: 'test--vm--999--disk--0' }))).toEqual(['1', '2']);
    expect(joined(view('1', { subject: 'more' }), view('2', { subject: 'more' }))).toEqual(['1', '2']);
  });
});
