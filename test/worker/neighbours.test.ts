/** Two clusters of a customer that see one volume group: what guests of the other name, and what its nodes have open, counts. */
import { beforeEach, expect, it } from 'vitest';
import { pair, san, vm } from '../unit/analyzer/support/corpus-parts';
import { capturesOf, type FakeNode, mapped } from '../unit/analyzer/support/fake-node';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { enrolTestNode, type TestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const volumes = san('vm-131-disk-0', 'vm-132-disk-0', 'vm-133-disk-0');
const [ours] = pair({ groups: [volumes], members: ['pve1'] });
const theirs = (more: Partial<FakeNode> = {}): FakeNode => ({
  ...ours,
  name: 'dr1',
  members: ['dr1'],
  cluster: 'dr-site',
  guests: [vm(131, 'dr1', 'scsi0: san-prod:vm-131-disk-0\n')],
  ...more,
});

let ports: TestPorts;
let customer: TestCustomer;
let here: TestNode;
let there: TestNode;
beforeEach(async () => {
  ports = await makePorts();
  customer = await makeCustomer(ports);
  const enrol = async (name: string, cluster: string) =>
    enrolTestNode(ports, (await makeToken(ports, customer)).token, name, { membership: { cluster, members: [name] } });
  here = await enrol('pve1', 'prod');
  there = await enrol('dr1', 'dr-site');
});

const unused = async () =>
  (
    await rows<{ detail: string }>(
      customer,
      `SELECT detail FROM findings WHERE tenant_id = :tenant AND rule = 'dm.unreferenced-volume' AND closed_at IS NULL AND cluster_id = '${here.enrolment.cluster}'`,
    )
  ).map(({ detail }) => JSON.parse(detail) as { volume: string; sharedWith: string[]; unseenMembers: string[] });
const names = async () => (await unused()).map(({ volume }) => volume).sort();

it('a disk its guest names, and one a node of it has open, are in use; the rest is found and says who else sees the group', async () => {
  await here.full(capturesOf(ours));
  expect(await names()).toEqual(['vm-131-disk-0', 'vm-132-disk-0', 'vm-133-disk-0']);
  await there.full(capturesOf(theirs({ mappings: [mapped('san1vg', 'vm-132-disk-0', 5, { open: 1 })] })));
  ports.clock.now += 60_000;
  await here.short(capturesOf(ours));
  expect(await names()).toEqual(['vm-133-disk-0']);
  expect((await unused())[0]).toMatchObject({ sharedWith: ['dr-site'], unseenMembers: [] });
});

it('a node of it that is not known to have looked is named', async () => {
  await there.full(capturesOf(theirs()));
  await customer.scope.db.prepare('UPDATE node_states SET open_volumes = NULL WHERE tenant_id = ?1').bind(customer.tenantId).run();
  await here.full(capturesOf(ours));
  expect((await unused()).map(({ unseenMembers }) => unseenMembers)).toEqual([['dr1 of dr-site'], ['dr1 of dr-site']]);
});

it('what its node closes is unused again at the next look', async () => {
  const open = theirs({ mappings: [mapped('san1vg', 'vm-132-disk-0', 5, { open: 1 })] });
  await there.full(capturesOf(open));
  await here.full(capturesOf(ours));
  expect(await names()).toEqual(['vm-133-disk-0']);
  ports.clock.now += 60_000;
  // Its view of guests is the same as before: what it has open alone has changed.
  await there.full(capturesOf({ ...open, mappings: [] }));
  await here.short(capturesOf(ours));
  expect(await names()).toEqual(['vm-132-disk-0', 'vm-133-disk-0']);
});

it('what its node opens counts at the next look', async () => {
  await there.full(capturesOf(theirs()));
  await here.full(capturesOf(ours));
  expect(await names()).toEqual(['vm-132-disk-0', 'vm-133-disk-0']);
  ports.clock.now += 60_000;
  await there.full(capturesOf(theirs({ mappings: [mapped('san1vg', 'vm-132-disk-0', 5, { open: 1 })] })));
  await here.short(capturesOf(ours));
  expect(await names()).toEqual(['vm-133-disk-0']);
});
