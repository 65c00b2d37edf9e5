/** Which orders of two nodes' messages prove that one disk was open on both at the same time, and which never do. Real messages, real D1. */
import { beforeEach, describe, expect, it } from 'vitest';
import { runJobs } from '../../worker/jobs/run-jobs';
import type { Capture } from '../../worker/wire/snapshot';
import { pair, san, task, vm } from '../unit/analyzer/support/corpus-parts';
import { capturesOf, type FakeNode, mapped } from '../unit/analyzer/support/fake-node';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { enrolTestNode, type TestNode } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

const minute = 60_000;
const volume = 'vm-140-disk-1';
const guests = (home: string, more = '') => ({ guests: [vm(140, home, `scsi0: san-prod:${volume}\n${more}`)] });
const open = (minor = 1) => ({ mappings: [mapped('san1vg', volume, minor, { open: 1 })] });

/** Captures of either node: the guest's home, and what is mapped there. */
const seen = (node: 'pve1' | 'pve2', home: string, more: Partial<FakeNode> = {}): Capture[] => {
  const [here, there] = pair({ groups: [san(volume)], ...guests(home) });
  return capturesOf({ ...(node === 'pve1' ? here : there), ...more });
};
const onA = seen('pve1', 'pve1', open());
const onB = seen('pve2', 'pve1', open());
const closedOnA = seen('pve1', 'pve1');
const closedOnB = seen('pve2', 'pve1');
/** Another state that changes nothing about the disk. */
const withKernel = (captures: readonly Capture[], kernel: string) =>
  captures.map((capture) => (capture.id === 'host.kernel' ? { ...capture, out: kernel, length: kernel.length } : capture));

let ports: TestPorts;
let customer: TestCustomer;
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  ports = await makePorts();
  customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  const membership = { cluster: 'prod', members: ['pve1', 'pve2'] };
  a = await enrolTestNode(ports, token, 'pve1', { membership });
  b = await enrolTestNode(ports, token, 'pve2', { membership });
});

const isFound = async () =>
  (await rows(customer, "SELECT finding_id FROM findings WHERE tenant_id = :tenant AND rule = 'dm.open-on-two-nodes' AND closed_at IS NULL"))
    .length === 1;
const outcome = async (): Promise<{ status: string; notChecked: readonly { readonly why: { readonly reason: string } }[] }> => {
  const [row] = await rows<{ outcomes: string }>(customer, 'SELECT outcomes FROM cluster_reports WHERE tenant_id = :tenant');
  return JSON.parse(row?.outcomes ?? '{}').cluster.outcomes.find(({ ruleId }: { ruleId: string }) => ruleId === 'dm.open-on-two-nodes');
};
const pass = (minutes: number) => {
  ports.clock.now += minutes * minute;
};

/** A few ticks: the clusters of the other tests here wait in the same queue. */
async function tick() {
  for (let tick = 0; tick < 6; tick += 1) await runJobs(ports);
}

describe('it is proven', () => {
  it('by A, B, and A again in full', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    expect(await isFound()).toBe(false);
    expect((await outcome()).notChecked.map(({ why }) => why.reason)).toEqual(['seen_open_twice']);
    pass(8);
    await a.full(withKernel(onA, '6.14.12-1-pve\n'));
    expect(await isFound()).toBe(true);
  });

  it('by A, B, and a short message of A: it repeats the state, and cron judges it within the minute', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(8);
    await a.short(onA);
    pass(1);
    await tick();
    expect(await isFound()).toBe(true);
  });

  it('and stays so while both go on, and ends when one closes the disk', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(8);
    await a.full(withKernel(onA, '6.14.12-1-pve\n'));
    pass(7);
    await b.short(onB);
    expect(await isFound()).toBe(true);
    pass(1);
    await b.full(closedOnB);
    expect(await isFound()).toBe(false);
    expect((await outcome()).status).toBe('clean');
  });

  it('is not taken back while one of the two is silent: not confirmed, open', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(8);
    await a.full(withKernel(onA, '6.14.12-1-pve\n'));
    for (let at = 0; at < 5; at += 1) {
      pass(15);
      await a.short(withKernel(onA, '6.14.12-1-pve\n'));
    }
    await tick();
    expect(await isFound()).toBe(true);
    expect((await outcome()).notChecked.map(({ why }) => why.reason)).toContain('silent');
  });
});

describe('it is never proven', () => {
  it('by a live migration that ended between two check-ins, whoever speaks first and however often', async () => {
    await a.full(onA);
    pass(7);
    // Migrated meanwhile: the guest lives on pve2 now, and pve1 has not spoken since.
    await b.full(seen('pve2', 'pve2', open()));
    expect(await isFound()).toBe(false);
    pass(7);
    await b.short(seen('pve2', 'pve2', open()));
    pass(1);
    await a.full(seen('pve1', 'pve2'));
    pass(15);
    await b.short(seen('pve2', 'pve2', open()));
    await tick();
    expect(await isFound()).toBe(false);
    expect((await outcome()).status).toBe('clean');
  });

  it('by a guest that went over and came back', async () => {
    await a.full(onA);
    pass(7);
    await b.full(seen('pve2', 'pve2', open()));
    pass(7);
    await a.full(onA);
    pass(1);
    await b.full(closedOnB);
    pass(15);
    await a.short(onA);
    await tick();
    expect(await isFound()).toBe(false);
  });

  it('by a migration in the middle: locked, or a task of it runs', async () => {
    const locked = (node: 'pve1' | 'pve2') => seen(node, 'pve1', { ...open(), ...guests('pve1', 'lock: migrate\n') });
    await a.full(onA);
    pass(3);
    await b.full(locked('pve2'));
    pass(3);
    await a.full(seen('pve1', 'pve1', { ...open(), tasks: task('qmigrate', '140', 'pve1') }));
    pass(3);
    await b.full(onB);
    expect(await isFound()).toBe(false);
    // What came before the migration proves nothing about what comes after it.
    pass(3);
    await a.full(closedOnA);
    expect(await isFound()).toBe(false);
  });

  it('by two boots of one node', async () => {
    const rebooted = onA.map((capture) =>
      capture.id === 'host.boot-id' ? { ...capture, out: `${'9'.repeat(8)}-2222-3333-4444-555555555555\n` } : capture,
    );
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(1);
    await b.full(closedOnB);
    pass(7);
    await a.full(rebooted);
    expect(await isFound()).toBe(false);
    expect((await outcome()).status).toBe('clean');
  });

  it('by another device number: it was closed and opened again in between', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(7);
    await a.full(seen('pve1', 'pve1', open(9)));
    expect(await isFound()).toBe(false);
    // From here on it counts.
    pass(1);
    await b.full(withKernel(onB, '6.14.12-1-pve\n'));
    expect(await isFound()).toBe(true);
  });

  it('by two guests that share one disk, each at home where it is open', async () => {
    const both = { guests: [...guests('pve1').guests, vm(141, 'pve2', `scsi1: san-prod:${volume}\n`)] };
    await a.full(seen('pve1', 'pve1', { ...open(), ...both }));
    pass(7);
    await b.full(seen('pve2', 'pve1', { ...open(), ...both }));
    pass(8);
    await a.full(withKernel(seen('pve1', 'pve1', { ...open(), ...both }), '6.14.12-1-pve\n'));
    expect((await outcome()).status).toBe('clean');
  });

  it('by the same message sent again, nor by one that was lost', async () => {
    await a.full(onA);
    pass(7);
    await b.full(onB);
    pass(1);
    const again = await b.sign('short', onB);
    await b.send(again);
    await b.send(again);
    // A's next one never arrives; B's go on.
    await a.sign('short', onA);
    pass(14);
    await b.short(onB);
    pass(1);
    await tick();
    expect(await isFound()).toBe(false);
  });
});

describe('what is remembered', () => {
  const remembered = async () =>
    rows<{ open_volumes: string | null }>(customer, 'SELECT open_volumes FROM node_states WHERE tenant_id = :tenant ORDER BY node_id');

  it('costs no row and no statement of its own', async () => {
    await a.full(onA);
    pass(1);
    ports.counted.reset();
    await a.full(withKernel(onA, '6.14.12-1-pve\n'));
    expect(ports.counted.counts).toMatchObject({ roundTrips: 3, rowsWritten: 4 });
    ports.counted.reset();
    await a.short(withKernel(onA, '6.14.12-1-pve\n'));
    expect(ports.counted.counts).toEqual({ statements: 2, roundTrips: 2, rowsWritten: 1, subrequests: 2 });
  });

  it('stays small, whatever a node claims to have open', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => mapped('san1vg', `vm-${1000 + index}-disk-0`, index, { open: 1 }));
    await a.full(seen('pve1', 'pve1', { mappings: many }));
    pass(1);
    const started = Date.now();
    await a.full(withKernel(seen('pve1', 'pve1', { mappings: many }), '6.14.12-1-pve\n'));
    expect(Date.now() - started).toBeLessThan(20_000);
    const [one] = await remembered();
    expect(Object.keys(JSON.parse(one?.open_volumes ?? '{}')).length).toBe(701);
    expect((one?.open_volumes ?? '').length).toBeLessThan(50_000);
  });

  it('a state kept by a release that did not look proves nothing, until the node has sent its next one', async () => {
    await a.full(onA);
    await customer.scope.db.prepare('UPDATE node_states SET open_volumes = NULL WHERE tenant_id = ?1').bind(customer.tenantId).run();
    pass(7);
    await b.full(onB);
    pass(8);
    await a.short(onA);
    await tick();
    expect(await isFound()).toBe(false);
    await a.full(withKernel(onA, '6.14.12-1-pve\n'));
    expect(await isFound()).toBe(false);
    pass(7);
    await b.full(withKernel(onB, '6.14.12-1-pve\n'));
    pass(8);
    await a.full(withKernel(onA, '6.14.13-1-pve\n'));
    expect(await isFound()).toBe(true);
  });
});
