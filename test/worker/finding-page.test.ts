/** A finding's own page: why mending is safe, and the raw lines it rests on while they are kept. */
import { expect, it } from 'vitest';
import { capturesOf, type FakeNode } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const captures = capturesOf(pve1);

async function enrolOne(more: Parameters<typeof makePorts>[0] = {}) {
  const ports = await makePorts(more);
  const customer = await makeCustomer(ports);
  const node = await enrolTestNode(ports, (await makeToken(ports, customer)).token, 'pve1');
  const asAda = await signIn(ports, openApp(ports));
  const addressOf = async (rule: string) => {
    const [row] = await rows<{ id: string }>(customer, `SELECT finding_id AS id FROM findings WHERE tenant_id = ?1 AND rule = '${rule}'`);
    return `/t/${customer.tenantId}/findings/${row?.id}`;
  };
  const visit = async (rule: string) => {
    const response = await asAda(await addressOf(rule));
    return { status: response.status, text: await response.text() };
  };
  return { ports, customer, node, asAda, addressOf, visit };
}

const later = (ports: TestPorts, minutes: number) => {
  ports.clock.now += minutes * 60_000;
};

it('shows the lines of the newest check-in, each with the node, the capture and its number', async () => {
  const { node, visit } = await enrolOne();
  await node.full(captures);
  const { status, text } = await visit('dm.stale-mapping');
  expect(status).toBe(200);
  expect(text).toContain('san1vg-vm--777--disk--0|LVM-');
  expect(text).toMatch(/pve1, <span class="mono">dm\.info\.2<\/span>, line \d+, in the check-in of /);
  expect(text).toContain('&quot;vg_name&quot;:&quot;san1vg&quot;');
});

it('finds them again where they moved to in a newer one', async () => {
  const { node, ports, visit } = await enrolOne();
  await node.full(captures);
  later(ports, 15);
  const moved: FakeNode = { ...pve1, mappings: [...(pve1.mappings ?? [])].reverse() };
  await node.full(capturesOf(moved));
  expect((await visit('dm.stale-mapping')).text).toContain('san1vg-vm--777--disk--0|LVM-');
});

it('says which line it was where the raw check-in is no longer kept, or never was', async () => {
  const { node, ports, visit } = await enrolOne();
  await node.full(captures);
  ports.bucket.clear();
  const { text } = await visit('dm.stale-mapping');
  expect(text).toContain('Its text is no longer kept.');
  expect(text).not.toContain('san1vg-vm--777--disk--0|LVM-');

  const other = await enrolOne({ withoutBucket: true });
  await other.node.full(captures);
  expect((await other.visit('dm.stale-mapping')).text).toContain('keeps no raw check-ins');
});

it('is not broken by what is not a check-in', async () => {
  const { node, ports, visit } = await enrolOne();
  await node.full(captures);
  for (const key of ports.bucket.keys()) ports.bucket.set(key, Uint8Array.of(1, 2, 3));
  expect(await visit('dm.stale-mapping')).toMatchObject({ status: 200, text: expect.stringContaining('Its text is no longer kept.') });
});

it('calls nothing safe before it was seen twice, and then says why it is', async () => {
  const { node, ports, visit } = await enrolOne();
  await node.full(captures);
  expect((await visit('dm.stale-mapping')).text).toMatch(/<b>Checked so far:<\/b> open count 0, nothing on top/);
  later(ports, 15);
  await node.short(captures);
  expect((await visit('dm.stale-mapping')).text).toMatch(
    /<b>Safe to remove:<\/b> open count 0, .*cluster quorate, same at \d\d:\d\d and \d\d:\d\d UTC\./,
  );
});

it('tells the failed tasks it explains', async () => {
  const { node, visit } = await enrolOne();
  const failedTasks = "1795212840 qmcreate 777 lvcreate 'san1vg/vm-777-disk-0' error: Failed to activate new LV san1vg/vm-777-disk-0.\n";
  await node.full(capturesOf({ ...pve1, failedTasks }));
  expect((await visit('dm.stale-mapping')).text).toMatch(/<b>Already hit:<\/b> 1 failed task in 7 days: \S+ \S+ UTC qmcreate 777 on pve1\./);
});

it('is not there for another customer, nor for a finding that is closed', async () => {
  const { node, ports, asAda, addressOf } = await enrolOne();
  await node.full(captures);
  const address = await addressOf('dm.stale-mapping');
  const other = await makeCustomer(ports);
  expect((await asAda(address.replace(/t_[^/]+/, other.tenantId))).status).toBe(404);
  later(ports, 15);
  await node.full(capturesOf({ ...pve1, mappings: (pve1.mappings ?? []).filter(({ name }) => !name.includes('777')) }));
  expect((await asAda(address)).status).toBe(404);
});
