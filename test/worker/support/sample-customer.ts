/** A customer whose three nodes are enrolled and have checked in once, and copies of it with nodes that retry. */
import { expect, vi } from 'vitest';
import { runJobs } from '../../../worker/jobs/run-jobs';
import type { Ports } from '../../../worker/ports';
import type { Capture } from '../../../worker/wire/snapshot';
import { capturesOf, type FakeNode } from '../../unit/analyzer/support/fake-node';
import { localMappings, pve1, pve2, pve3 } from '../../unit/analyzer/support/sample-cluster';
import { type Dump, makeTemplate } from './copy-customer';
import { makeRetryingNode, type RetryingNode } from './retrying-node';
import { type Browser, openApp } from './staff';
import { makeCustomer, makeToken, type TestCustomer } from './test-customer';
import { enrolTestNode, type TestNode } from './test-node';
import { makePorts, noon, type TestPorts } from './test-ports';

export const minute = 60_000;

/** States of pve1 that differ in what is wrong with it, every rule with its word. */
export const states = {
  calm: capturesOf({ ...pve1, mappings: localMappings }),
  faulty: capturesOf(pve1),
  /** Fewer faults than `faulty`, and one of them told otherwise. */
  halfway: capturesOf({ ...pve1, mappings: (pve1.mappings ?? []).slice(0, -3) }),
} as const satisfies Record<string, readonly Capture[]>;

/** What is open while pve1 is calm is the cluster's own. */
export const others: readonly FakeNode[] = [pve2, pve3];

export type SampleCopy = {
  readonly customer: TestCustomer;
  /** pve1, pve2, pve3. */
  readonly nodes: readonly [RetryingNode, RetryingNode, RetryingNode];
  readonly dump: (without?: readonly string[]) => Promise<Dump>;
};

export type Sample = {
  readonly ports: TestPorts;
  readonly originals: readonly TestNode[];
  readonly tokenText: string;
  /** `visit`: how the copy's nodes reach the server; the app on the sample's own ports unless told. */
  readonly copy: (visit?: Browser, pause?: () => Promise<void>) => Promise<SampleCopy>;
};

export async function makeSample(): Promise<Sample> {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer);
  const originals: TestNode[] = [];
  for (const { name } of [pve1, ...others]) originals.push(await enrolTestNode(ports, token, name));
  const first = [states.calm, ...others.map(capturesOf)];
  for (const [at, node] of originals.entries()) await node.full(first[at] ?? []);
  const template = await makeTemplate(ports, customer);
  return {
    ports,
    originals,
    tokenText: token,
    copy: async (visit = openApp(ports), pause) => {
      ports.counted.calm();
      ports.clock.now = noon + minute;
      const copied = await template.copy();
      const [one, two, three] = originals.map(({ key, enrolment }) =>
        makeRetryingNode(visit, { key, keyid: `${copied.tenantId}.${enrolment.node}`, sequence: 1, now: () => ports.clock.now }, pause),
      );
      if (one === undefined || two === undefined || three === undefined) throw new Error('three nodes were enrolled');
      return { customer: copied, nodes: [one, two, three], dump: (without) => template.dump(copied, without) };
    },
  };
}

/** Minutes of cron, one after the other; a tick that breaks is a tick that was. */
export async function tick(ports: Pick<TestPorts, 'clock'> & Ports, times: number): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    ports.clock.now += minute;
    await runJobs(ports).catch(() => undefined);
  }
}

/** The log of refusals and failures, which such tests provoke by the hundred. */
export function muteLog(): void {
  for (const way of ['error', 'warn', 'info', 'log'] as const) vi.spyOn(console, way).mockImplementation(() => undefined);
}

type Life = { readonly finding_id: string; readonly episode: number; readonly is_open: number; readonly opened: number; readonly closed: number };

/** In one trip: it is asked thousands of times. */
async function readLives({ scope: { db, tenantId } }: TestCustomer) {
  const [audit, numbers, lives] = await db.batch([
    db.prepare('SELECT count(*) AS n, coalesce(max(seq), 0) AS last FROM audit_events WHERE tenant_id = ?1').bind(tenantId),
    db.prepare('SELECT count(*) AS n, count(DISTINCT number) AS different FROM findings WHERE tenant_id = ?1').bind(tenantId),
    db
      .prepare(`SELECT f.finding_id, f.episode, f.closed_at IS NULL AS is_open, sum(e.kind IN ('opened', 'reopened')) AS opened, sum(e.kind = 'closed') AS closed
        FROM findings f LEFT JOIN finding_events e ON e.tenant_id = f.tenant_id AND e.finding_id = f.finding_id
        WHERE f.tenant_id = ?1 GROUP BY f.finding_id`)
      .bind(tenantId),
  ]);
  const none = { n: 0, last: 0, different: 0 };
  return [(audit?.results[0] ?? none) as typeof none, (numbers?.results[0] ?? none) as typeof none, (lives?.results ?? []) as Life[]] as const;
}

/** The audit log has no gap, every finding its own number, and each one's events tell one life. */
export async function findContradictions(customer: TestCustomer): Promise<readonly string[]> {
  const [audit, numbers, lives] = await readLives(customer);
  return [
    ...(audit.n === audit.last ? [] : [`the audit log has ${audit.n} rows and ends with ${audit.last}`]),
    ...(numbers.n === numbers.different ? [] : ['two findings have one number']),
    ...lives
      .filter(({ episode, is_open, opened, closed }) => opened !== episode || closed !== episode - is_open)
      .map(({ finding_id, ...life }) => `${finding_id}: ${JSON.stringify(life)}`),
  ];
}

/** Two ticks later: no report is waiting, nothing contradicts itself; then everything that is stored. */
export async function settle(ports: TestPorts, copy: SampleCopy, without?: readonly string[]): Promise<Dump> {
  await tick(ports, 2);
  expect(await findContradictions(copy.customer)).toEqual([]);
  const dump = await copy.dump(without);
  expect(dump.clusters?.join()).toContain('"isDirty":false');
  expect(dump.clusters?.join()).not.toContain('"isDirty":true');
  return dump;
}
