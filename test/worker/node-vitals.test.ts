import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Capture, Readings, Vitals } from '../../worker/wire/snapshot';
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1 } from '../unit/analyzer/support/sample-cluster';
import { openApp, signIn } from './support/staff';
import { makeCustomer, makeToken, rows } from './support/test-customer';
import { enrolTestNode, packMessage } from './support/test-node';
import { makePorts } from './support/test-ports';

const captures = capturesOf(pve1);
const text = (id: string, out: string): Capture => ({ id, status: 'ok', out, length: out.length });

async function enrolOne() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const node = await enrolTestNode(ports, (await makeToken(ports, customer)).token, 'pve1');
  const asAda = await signIn(ports, openApp(ports));
  const page = async () => (await asAda(`/t/${customer.tenantId}/nodes/${node.enrolment.node}`)).text();
  /** A full message with readings of its own. */
  async function send(sequence: number, vitals: Vitals, more: Partial<Readings> = {}) {
    const [header = '', state = ''] = gunzipSync(await packMessage('full', captures, sequence, { vitals }))
      .toString()
      .split('\n');
    const readings: Readings = { captures: [], ms: {}, stderr: {}, ...more };
    return node.sendBytes(Uint8Array.from(gzipSync([header, state, JSON.stringify(readings)].join('\n'))), sequence);
  }
  return { ports, customer, node, page, send };
}

const vitals: Vitals = {
  uptime: 503_122,
  load: 0.42,
  cpu: 12.3,
  memory: [34_000, 64_288],
  swap: [0, 0],
  root: [5000, 15_999],
  vms: [2, 3],
  cts: [1, 1],
  net: [2048, 512],
  fullest: 61,
};

const full: Partial<Readings> = {
  captures: [
    text('host.processor', '8 4 Xeon <b>\n'),
    text('host.stat.2', 'btime 1795100000\n'),
    text('host.file-systems', '4096 4095711 2815626 2602131 /\n'),
    text('zfs.pools', 'rpool\t479559942144\t105428029440\t374131912704\n'),
  ],
  rates: { seconds: 900, network: [['eno1', 1_048_576, 2048]], busiest: [['kvm', 4711, 104, 87.5]] },
  stuck: [{ command: 'lvm fullreport', pid: 99, state: 'D', wchan: 'io_schedule', since: 1_795_100_000_000 }],
};

it('shows what a node measured, with the time it was taken', async () => {
  const { page, send } = await enrolOne();
  expect(await send(1, vitals, full)).toMatchObject({ ok: true });
  const shown = await page();
  for (const words of [
    'Vitals',
    'as of ',
    '12 %',
    'load 0.42',
    '4 cores, 8 threads',
    '53 %',
    '33.2 GiB of 62.8 GiB',
    'Root file system',
    '2 of 3 VMs running, 1 of 1 CT running',
  ])
    expect(shown, words).toContain(words);
  for (const words of ['2.0 MiB/s in', '5 days', 'Proxmox VE 9', 'kernel 6.', 'rpool', 'ZFS pool', 'VM 104', '87.5 %', 'over the 15 min before'])
    expect(shown, words).toContain(words);
  expect(shown).toContain('has hung in the kernel since');
  expect(shown).toContain('Xeon &lt;b&gt;');
  expect(shown).not.toContain('Swap');
});

it('keeps the newest readings only, at most 4 KB, and a short message leaves them as they are', async () => {
  const { customer, send, node, page } = await enrolOne();
  await send(1, vitals, full);
  const many = Array.from({ length: 300 }, (_, index) => `4096 999999 1 1 storage-${index}-${'x'.repeat(100)}`).join('\n');
  await send(2, vitals, { captures: [text('host.file-systems', many)] });
  const stored = await rows<{ readings: string }>(customer, 'SELECT readings FROM node_states WHERE tenant_id = :tenant');
  expect(stored).toHaveLength(1);
  expect(stored[0]?.readings.length).toBeLessThanOrEqual(4096);
  expect(stored[0]?.readings).toContain('storage-0-');
  await node.short(captures, { sequence: 3, vitals: { ...vitals, cpu: 99 } });
  const shown = await page();
  expect(shown).toContain('99 %');
  expect(shown).toContain('storage-0-');
});

it('draws the last day of what travels with every message', async () => {
  const { ports, send, node, page } = await enrolOne();
  await send(1, vitals);
  for (let hour = 2; hour <= 6; hour += 1) {
    ports.clock.now += 3_600_000;
    await node.short(captures, { sequence: hour, vitals: { ...vitals, cpu: hour * 10 } });
  }
  const shown = await page();
  expect(shown).toContain('aria-label="CPU, last 24 hours: 12 to 60 %"');
  expect(shown).not.toContain('style=');
});

it('shows no vitals of a node that never spoke, and none of a release that kept no readings', async () => {
  const { customer, send, page } = await enrolOne();
  expect(await page()).not.toContain('Vitals');
  await send(1, vitals, full);
  await customer.scope.db.prepare("UPDATE node_states SET readings = '{}' WHERE tenant_id = ?1").bind(customer.tenantId).run();
  const shown = await page();
  expect(shown).toContain('Vitals');
  expect(shown).not.toContain('rpool');
});

it('refuses no message for numbers it does not know, and takes those that are the largest', async () => {
  const { send } = await enrolOne();
  const most = 999_999_999_999;
  const largest: Vitals = {
    uptime: most,
    load: most,
    cpu: 100,
    memory: [most, most],
    swap: [most, most],
    root: [most, most],
    vms: [most, most],
    cts: [most, most],
    net: [most, most],
    fullest: 100,
  };
  expect(JSON.stringify(largest).length).toBeLessThanOrEqual(300);
  expect(await send(1, largest)).toMatchObject({ ok: true });
});
