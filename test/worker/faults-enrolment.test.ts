/** A token is used once for every node that is in, whatever breaks and however many use it at the same moment. */
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTemplate, type Template } from './support/copy-customer';
import { enrolThrough } from './support/enrolling-node';
import { findContradictions, muteLog, tick } from './support/sample-customer';
import { type Browser, openApp } from './support/staff';
import { makeCustomer, makeToken, rows, type TestCustomer } from './support/test-customer';
import { type EnrolmentWish, type Key, makeKey, requestEnrolment } from './support/test-node';
import { makePorts, type TestPorts } from './support/test-ports';

type Setting = { readonly ports: TestPorts; readonly template: Template; readonly tokenOf: (copy: TestCustomer) => string; readonly firstKey: Key };

/** Customers with one token; `inside`: nodes that used it already. */
async function makeSetting(uses: number, inside: readonly string[], autoApprove = true): Promise<Setting> {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const { token } = await makeToken(ports, customer, { uses, autoApprove });
  const firstKey = await makeKey();
  for (const [at, name] of inside.entries()) await requestEnrolment(ports, token, name, at === 0 ? { key: firstKey } : {});
  const template = await makeTemplate(ports, customer);
  return { ports, template, firstKey, tokenOf: ({ key }) => token.replace(`-${customer.key.toLowerCase()}-`, `-${key.toLowerCase()}-`) };
}

const usesLeft = (customer: TestCustomer) => rows(customer, 'SELECT uses_left FROM enrolment_tokens WHERE tenant_id = :tenant');
/** Keys and ids are drawn anew each time; the order of nodes in a report is that of their ids. */
const drawn = ['nodes.public_key', 'cluster_memory.by_node', 'cluster_reports.outcomes'];

type Story = {
  readonly uses: number;
  readonly inside: readonly string[];
  readonly autoApprove?: boolean;
  readonly node: string;
  readonly status?: number;
};
const stories: Readonly<Record<string, Story>> = {
  'the first node of a new cluster': { uses: 3, inside: [], node: 'pve1' },
  'a further node': { uses: 3, inside: ['pve1'], node: 'pve2' },
  'the last use of a token': { uses: 1, inside: [], node: 'pve1' },
  'a node that waits for approval': { uses: 3, inside: [], autoApprove: false, node: 'pve1' },
  'a node with a new key': { uses: 3, inside: ['pve1', 'pve2'], node: 'pve1' },
  'a token that is used up': { uses: 1, inside: ['pve1'], node: 'pve2', status: 403 },
};

beforeAll(muteLog);

describe.each(Object.entries(stories))('%s', (_, { uses, inside, autoApprove, node, status = 201 }) => {
  it('is let in once, or refused, wherever the database breaks', async () => {
    const { ports, template, tokenOf } = await makeSetting(uses, inside, autoApprove);
    const visit = openApp(ports);
    const finish = async (copy: TestCustomer) => {
      await tick(ports, 2);
      expect(await findContradictions(copy)).toEqual([]);
      return template.dump(copy, drawn);
    };
    const copy = await template.copy();
    ports.counted.reset();
    expect(await enrolThrough(visit, tokenOf(copy), node)).toMatchObject({ status });
    const trips = ports.counted.counts.roundTrips;
    const told = await finish(copy);
    const quiet = await finish(await template.copy());
    for (let trip = 1; trip <= trips; trip += 1) {
      for (const fault of ['before', 'after'] as const) {
        const where = `${fault} trip ${trip} of ${trips}`;
        const again = await template.copy();
        ports.counted.failAt(trip, fault);
        expect(await enrolThrough(visit, tokenOf(again), node), where).toMatchObject({ status });
        expect(await finish(again), where).toEqual(told);

        const once = await template.copy();
        ports.counted.failAt(trip, fault);
        expect(await enrolThrough(visit, tokenOf(once), node, {}, 1), where).toMatchObject({ status: 503 });
        const left = await finish(once);
        const isIn = left.audit_events?.join() === told.audit_events?.join();
        expect(left, where).toEqual(isIn ? told : quiet);
      }
    }
  });
});

/** Names that are all members of one PVE cluster. */
const members = Array.from({ length: 50 }, (_, at) => `pve${at + 1}`);
const membership = { cluster: 'prod', members };

/** A network between nodes and server that loses every third answer. */
const losing = (visit: Browser): Browser => {
  let sent = 0;
  return async (path, init) => {
    const response = await visit(path, init);
    sent += 1;
    if (sent % 3 === 0) throw new Error('the answer got lost');
    return response;
  };
};

describe('fifty at the same moment', () => {
  const enrolAll = (visit: Browser, token: string, wish: (at: number) => EnrolmentWish) =>
    Promise.all(members.map((name, at) => enrolThrough(visit, token, name, { membership, ...wish(at) })));

  it.each([
    ['a sound network', (visit: Browser) => visit],
    ['a network that loses answers', losing],
  ])('use a token for one over %s: exactly one is in, the others are told by whom', async (_, network) => {
    const { ports, template, tokenOf } = await makeSetting(1, []);
    const copy = await template.copy();
    const answers = await enrolAll(network(openApp(ports)), tokenOf(copy), () => ({}));
    const inside = await rows<{ name: string }>(copy, 'SELECT name FROM nodes WHERE tenant_id = :tenant');
    expect(inside).toHaveLength(1);
    expect(answers.map(({ status }, at) => (status === 201 ? members[at] : undefined)).filter((name) => name !== undefined)).toEqual([
      inside[0]?.name,
    ]);
    expect(answers.filter(({ reason }) => reason === 'token_used_up')).toHaveLength(49);
    expect(await usesLeft(copy)).toEqual([{ uses_left: 0 }]);
    expect(await rows(copy, "SELECT seq FROM audit_events WHERE tenant_id = :tenant AND action LIKE 'node.%'")).toHaveLength(1);
    expect(await findContradictions(copy)).toEqual([]);
  });

  it('use a token for one that lets in on approval: exactly one waits', async () => {
    const { ports, template, tokenOf } = await makeSetting(1, [], false);
    const copy = await template.copy();
    const answers = await enrolAll(openApp(ports), tokenOf(copy), () => ({}));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await rows(copy, 'SELECT status FROM nodes WHERE tenant_id = :tenant')).toEqual([{ status: 'pending' }]);
    expect(await usesLeft(copy)).toEqual([{ uses_left: 0 }]);
    expect(await findContradictions(copy)).toEqual([]);
  });

  it('use a token for fifty: all are in, each once', async () => {
    const { ports, template, tokenOf } = await makeSetting(50, []);
    const copy = await template.copy();
    const answers = await enrolAll(losing(openApp(ports)), tokenOf(copy), () => ({}));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(await rows(copy, 'SELECT name FROM nodes WHERE tenant_id = :tenant')).toHaveLength(50);
    expect(await usesLeft(copy)).toEqual([{ uses_left: 0 }]);
    expect(await findContradictions(copy)).toEqual([]);
  });

  it('bring the same request: one node, one use, fifty times the same answer', async () => {
    const { ports, template, tokenOf } = await makeSetting(3, []);
    const copy = await template.copy();
    const key = await makeKey();
    const answers = await Promise.all(members.map(() => enrolThrough(openApp(ports), tokenOf(copy), 'pve1', { key, membership })));
    expect(new Set(answers.map((answer) => answer.answer?.node)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(await usesLeft(copy)).toEqual([{ uses_left: 2 }]);
    expect(await findContradictions(copy)).toEqual([]);
  });

  it('claim to be the machine that is in, with a new key each: one at a time replaces it, and each is in the audit log', async () => {
    const { ports, template, tokenOf } = await makeSetting(256, ['pve1']);
    const copy = await template.copy();
    const answers = await Promise.all(members.map(() => enrolThrough(openApp(ports), tokenOf(copy), 'pve1', { membership })));
    const replaced = answers.filter(({ status }) => status === 201).length;
    expect(await rows(copy, 'SELECT name FROM nodes WHERE tenant_id = :tenant')).toEqual([{ name: 'pve1' }]);
    expect(await rows(copy, "SELECT seq FROM audit_events WHERE tenant_id = :tenant AND action = 'node.replace-key'")).toHaveLength(replaced);
    expect(await usesLeft(copy)).toEqual([{ uses_left: 255 - replaced }]);
    expect(await findContradictions(copy)).toEqual([]);
  });
});
