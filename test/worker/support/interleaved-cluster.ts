/** One cluster under everything at once, step by step, beside its serial model; what they disagree about afterwards. */
import { severityWord } from '../../../worker/findings/severity';
import { runJobs } from '../../../worker/jobs/run-jobs';
import type { Capture } from '../../../worker/wire/snapshot';
import { capturesOf, type FakeGuest, mapped } from '../../unit/analyzer/support/fake-node';
import { pve2, pve3 } from '../../unit/analyzer/support/sample-cluster';
import type { Fault } from './counting-db';
import { makeRetryingNode } from './retrying-node';
import { findContradictions, minute, type Sample, states, tick } from './sample-customer';
import { makeSerialModel, type SerialModel } from './serial-model';
import { type Browser, openApp } from './staff';
import { interleave, type Turn } from './step-scheduler';
import { rows, type TestCustomer } from './test-customer';
import { connectionLost, wrapDatabase } from './wrap-db';

/**
 * What each node can be in; the first is what the sample has sent. Nothing in them makes unknown what another of them
 * makes found: whether a finding was ever opened would then hang on which report was made first, rightly so.
 */
export const choices: readonly (readonly (readonly Capture[])[])[] = [
  [states.calm, states.faulty, states.halfway],
  [capturesOf(pve2), capturesOf({ ...pve2, mappings: [...(pve2.mappings ?? []), mapped('san1vg', 'vm-778-disk-0', 60)] })],
  [capturesOf(pve3), capturesOf({ ...pve3, guests: (pve3.guests ?? []).map(lockOne) })],
];

/** Another view of /etc/pve, about a guest that nothing is wrong with. */
function lockOne(guest: FakeGuest): FakeGuest {
  return guest.vmid === 130 ? { ...guest, config: `lock: backup\n${guest.config}` } : guest;
}

export type Op =
  | { readonly kind: 'send'; readonly node: number; readonly form: 'full' | 'short'; readonly state: number; readonly lost: number }
  /** The node's newest request once more, from somewhere. */
  | { readonly kind: 'replay'; readonly node: number }
  | { readonly kind: 'cron' };

export type Burst = {
  /** Minutes that pass before. */
  readonly pause: number;
  readonly ops: readonly Op[];
  /** Who goes on at each step, again from the beginning when they are used up. */
  readonly picks: readonly number[];
  /** Which round trips of the burst fail. */
  readonly faults: readonly { readonly trip: number; readonly fault: Fault }[];
};

/** Turns a replay waits for. */
const patience = 12;

type Seat = { readonly visit: Browser; readonly runCron: () => Promise<unknown>; readonly sit: (turn: Turn) => void };
type Request = { readonly sequence: number; readonly init: RequestInit };

export type Table = {
  /** One plan on a fresh copy; every disagreement with the model, in words. */
  readonly play: (bursts: readonly Burst[]) => Promise<readonly string[]>;
  readonly statistics: { steps: number; messages: number; faults: number; repeated: number };
};

export function setTable(sample: Sample, mostOps: number): Table {
  const statistics = { steps: 0, messages: 0, faults: 0, repeated: 0 };
  let trips = 0;
  let faults: Burst['faults'] = [];
  const seats = Array.from({ length: mostOps }, () => makeSeat());

  /** An app of its own: its round trips and its bucket wait for the turns of whoever sits there. */
  function makeSeat(): Seat {
    let turn: Turn = async () => undefined;
    const db = wrapDatabase(sample.ports.db, async ({ run }) => {
      await turn();
      trips += 1;
      const fault = faults.find((one) => one.trip === trips)?.fault;
      if (fault !== undefined) statistics.faults += 1;
      if (fault === 'before') throw connectionLost();
      const results = await run();
      if (fault === 'after') throw connectionLost();
      return results;
    });
    const put = async (key: string, bytes: Uint8Array) => {
      await turn();
      await sample.ports.raw?.put(key, bytes);
    };
    const sit = (next: Turn) => {
      turn = next;
    };
    // No two looks at the clock are the same, as in life.
    const now = () => {
      sample.ports.clock.now += 1;
      return sample.ports.clock.now;
    };
    const ports = {
      ...sample.ports,
      db,
      raw: { put, get: async () => undefined, list: async () => ({ keys: [], isLast: true }), delete: async () => undefined },
      now,
    };
    return { visit: openApp(ports), runCron: () => runJobs(ports), sit };
  }

  async function play(bursts: readonly Burst[]): Promise<readonly string[]> {
    const { customer } = await sample.copy();
    const nodes = sample.originals.map(({ enrolment }, at) => ({ nodeId: enrolment.node, name: `pve${at + 1}` }));
    const [original] = sample.originals;
    const model = makeSerialModel(original?.enrolment.cluster ?? '', nodes);
    for (const [at, { nodeId }] of nodes.entries()) model.hear(nodeId, sample.ports.clock.now - minute, choices[at]?.[0]);
    model.report(sample.ports.clock.now - minute);
    const newest = new Map<number, Request>(nodes.map((_, at) => [at, { sequence: 1, init: {} }]));
    for (const [round, burst] of bursts.entries()) {
      const wrong = await playBurst(customer, model, newest, burst);
      if (wrong.length > 0) return wrong.map((text) => `burst ${round + 1}: ${text}`);
    }
    return [];
  }

  async function playBurst(customer: TestCustomer, model: SerialModel, newest: Map<number, Request>, burst: Burst): Promise<string[]> {
    const { clock } = sample.ports;
    clock.now += burst.pause * minute;
    const wrong: string[] = [];
    const accepted: { node: number; sequence: number; captures: readonly Capture[] | undefined }[] = [];
    const before = new Map(newest);

    const works = burst.ops.map((op, at) => async (turn: Turn) => {
      const seat = seats[at];
      if (seat === undefined) throw new Error('more work than seats');
      seat.sit(turn);
      if (op.kind === 'cron') return void (await seat.runCron().catch(() => undefined));
      const request = before.get(op.node) ?? { sequence: 1, init: {} };
      if (op.kind === 'replay') {
        // Somebody on the way: waits for something to repeat, for a while.
        for (let waited = 0; waited < patience && newest.get(op.node)?.init.body === undefined; waited += 1) await turn();
        const { init } = newest.get(op.node) ?? request;
        if (init.body === undefined) return;
        const { status } = await seat.visit('/v1/snapshots', init);
        statistics.repeated += 1;
        if (![200, 409, 503].includes(status)) wrong.push(`a replay of ${op.node} was answered ${status}`);
        return;
      }
      let lost = op.lost;
      const visit: Browser = async (path, init) => {
        const response = await seat.visit(path, init);
        if (response.status === 200) {
          const { accepted: sequence } = (await response.clone().json()) as { accepted: number };
          if (sequence > (newest.get(op.node)?.sequence ?? 0)) newest.set(op.node, { sequence, init: init ?? {} });
        }
        lost -= 1;
        if (lost >= 0) throw new Error('the answer got lost');
        return response;
      };
      const key = sample.originals[op.node]?.key;
      if (key === undefined) throw new Error('three nodes were enrolled');
      const keyid = `${customer.tenantId}.${sample.originals[op.node]?.enrolment.node}`;
      const captures = choices[op.node]?.[op.state] ?? [];
      const told = await makeRetryingNode(visit, { key, keyid, sequence: request.sequence, now: () => clock.now }).deliver(op.form, captures);
      statistics.messages += 1;
      if (told.answer === undefined) wrong.push(`node ${op.node} was answered ${told.status} after ${told.tries} tries`);
      else accepted.push({ node: op.node, sequence: told.answer.accepted, captures });
    });

    [trips, faults] = [0, burst.faults];
    let step = 0;
    const pick = (waiting: number) => {
      step += 1;
      return (burst.picks[step % burst.picks.length] ?? 0) % waiting;
    };
    await interleave(works, pick);
    statistics.steps += step;
    faults = [];

    // Numbers say in which order the messages of a node were taken; the last one is what is known of it.
    const heard = await readHeard(customer);
    for (const { node, captures } of accepted.sort((a, b) => a.sequence - b.sequence)) {
      const nodeId = sample.originals[node]?.enrolment.node ?? '';
      model.hear(nodeId, heard.get(nodeId)?.at ?? 0, captures);
    }
    for (const { node, sequence } of accepted) {
      const taken = heard.get(sample.originals[node]?.enrolment.node ?? '')?.sequence ?? 0;
      if (taken < sequence) wrong.push(`node ${node} was told that ${sequence} is taken, ${taken} is`);
    }
    model.report(clock.now);
    await tick(sample.ports, 2);
    model.report(clock.now);
    return [...wrong, ...(await compare(customer, model))];
  }

  return { play, statistics };
}

async function readHeard(customer: TestCustomer): Promise<ReadonlyMap<string, { readonly sequence: number; readonly at: number }>> {
  const nodes = await rows<{ id: string; sequence: number; at: number }>(
    customer,
    'SELECT node_id AS id, sequence, last_seen_at AS at FROM nodes WHERE tenant_id = :tenant',
  );
  return new Map(nodes.map(({ id, ...rest }) => [id, rest]));
}

/** One row: what the report says, and what is open, as JSON. */
const standing = `SELECT evidence_rev - analysed_rev AS behind, outcomes,
    (SELECT json_group_array(json_object('id', finding_id, 'node', node_id, 'rule', rule, 'severity', severity, 'detail', detail)) FROM
      (SELECT * FROM findings WHERE tenant_id = :tenant AND closed_at IS NULL ORDER BY finding_id)) AS open
  FROM clusters NATURAL JOIN cluster_reports WHERE tenant_id = :tenant`;

async function compare(customer: TestCustomer, model: SerialModel): Promise<string[]> {
  const [cluster] = await rows<{ behind: number; outcomes: string; open: string }>(customer, standing);
  const wrong = [...(await findContradictions(customer))];
  if (cluster?.behind !== 0) wrong.push(`the report waits ${cluster?.behind} revisions behind`);
  if (cluster?.outcomes !== model.outcomes()) wrong.push(`the report is ${cluster?.outcomes} and should be ${model.outcomes()}`);
  const open = (JSON.parse(cluster?.open ?? '[]') as { severity: number }[]).map((row) => ({ ...row, severity: severityWord(row.severity) }));
  if (JSON.stringify(open) !== JSON.stringify(model.open()))
    wrong.push(`open is ${JSON.stringify(open)} and should be ${JSON.stringify(model.open())}`);
  return wrong;
}
