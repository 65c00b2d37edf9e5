/** What the cluster's page tells of guests, from what three nodes sent. */
import { expect, it } from 'vitest';
import { capturesOf, type FakeNode } from '../unit/analyzer/support/fake-node';
import { pve1, pve2, pve3 } from '../unit/analyzer/support/sample-cluster';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode } from './support/test-node';
import { makePorts } from './support/test-ports';

async function pageOf(...fakes: readonly FakeNode[]): Promise<string> {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  for (const fake of fakes) await (await enrolTestNode(ports, token, fake.name)).full(capturesOf(fake));
  const [cluster] = await rows<{ cluster_id: string }>(customer, 'SELECT cluster_id FROM clusters WHERE tenant_id = :tenant');
  const asAda = await signIn(ports, openApp(ports));
  const page = await (await asAda(`/t/${customer.tenantId}/clusters/${cluster?.cluster_id}`)).text();
  return page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

it('says which guest would not start where, which ids are blocked, and what space nobody uses', async () => {
  const page = await pageOf(pve1, pve2, pve3);
  expect(page).toContain('5 guests: 5 running; something was found on 2.');
  expect(page).toContain(
    'The next new guest gets id 101: free on all nodes. Free ids with a blocked disk name: 140 (pve1), 777 (pve1) and 999 (pve1).',
  );
  expect(page).toContain('119 db not on pve1: the name vm-119-disk-0 is taken by another mapping');
  expect(page).toMatch(/pve2 3 2 0 0/);
  expect(page).toContain('1 volume, 32 MiB (disks 32 MiB)');
});

it('says on the page of an unused disk where was searched, from the report of today', async () => {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  for (const fake of [pve1, pve2, pve3]) await (await enrolTestNode(ports, token, fake.name)).full(capturesOf(fake));
  const [finding] = await rows<{ finding_id: string; detail: string }>(
    customer,
    "SELECT finding_id, detail FROM findings WHERE tenant_id = :tenant AND rule = 'dm.unreferenced-volume'",
  );
  const asAda = await signIn(ports, openApp(ports));
  const page = await (await asAda(`/t/${customer.tenantId}/findings/${finding?.finding_id}`)).text();
  expect(page).toContain('Searched: 4 VMs, 1 container on 3 nodes;');
  // What changes with every new guest is not stored with the finding.
  expect(finding?.detail).not.toMatch(/Searched|"vms"/);
});

it('says nothing of guests while no quorate member has spoken', async () => {
  expect(await pageOf({ ...pve2, quorate: false })).not.toContain('Would guests start here?');
});

it('shows a hostile guest name as text', async () => {
  const hostile = '<script>alert(1)</script>\u202e';
  const guests = (pve1.guests ?? []).map((guest) =>
    guest.vmid === 119 ? { ...guest, config: guest.config.replace('name: db', `name: ${hostile}`) } : guest,
  );
  const page = await pageOf({ ...pve1, guests });
  expect(page).toContain('119 &lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).not.toContain('\u202e');
});
