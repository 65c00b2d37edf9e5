/** Readings travel beside the state and never in it; the few of them that go with every message stay small. */
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../collector/captures/catalogue';
import { buildSnapshot } from '../../collector/look/build-snapshot';
import type { Counters } from '../../collector/look/counters';
import type { RawCapture } from '../../collector/machine/raw-capture';
import { composeMessage } from '../../collector/server/message';
import { readings, vitals as vitalsShape } from '../../worker/wire/snapshot';
import { enrolled, useNodeAndServer } from './support/node-and-server';

const accepted = { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n' };

const rawOf = (texts: Readonly<Record<string, string>>) =>
  new Map<string, RawCapture>(catalogue.map(({ id }) => [id, { status: 'ok', ms: 1, out: Buffer.from(texts[id] ?? `1 ${id}\n`) }]));
const snapshotOf = (texts: Readonly<Record<string, string>>, before?: Counters) =>
  buildSnapshot(catalogue, rawOf(texts), () => 'cannot-tell', [], before);

describe('the state', () => {
  it.each(catalogue.filter(({ kind }) => kind === 'reading').map(({ id }) => id))('does not change with %s', (id) => {
    const hash = composeMessage(snapshotOf({})).stateHash;
    for (const text of ['', '2 3 4\n', 'cpu  1 2 3 4 5\nbtime 5\n', '\u00ff\u0000', '10 1 S 5 100 kvm\n'])
      expect(composeMessage(snapshotOf({ [id]: text })).stateHash).toBe(hash);
  });

  it('does not change with pids, durations, and what hangs', () => {
    const stuck = [{ command: 'lvs', pid: 7, state: 'D', wchan: 'io_schedule', since: 5 }];
    const raw = new Map([...rawOf({})].map(([id, one]) => [id, { ...one, ms: 99 }] as const));
    const first = composeMessage(snapshotOf({})).stateHash;
    expect(composeMessage(buildSnapshot(catalogue, raw, () => 'cannot-tell', stuck)).stateHash).toBe(first);
  });
});

describe('vitals', () => {
  it('fit into 300 bytes, also when every number is as large as a node can say', () => {
    const most = '999999999999999999';
    const texts = {
      'host.uptime': '999999999999.9999 1\n',
      'host.loadavg': '999999999999.9999 1 1 1/1 1\n',
      'host.boot-id': 'b\n',
      'host.stat.1': 'cpu  0 0 0 0 0 0 0 0 0 0\n',
      'host.stat.2': 'cpu  900719925474 0 0 3 0 0 0 0 0 0\n',
      'host.meminfo': 'MemTotal: 999999999999999 kB\nMemAvailable: 1 kB\nSwapTotal: 999999999999999 kB\nSwapFree: 1 kB\n',
      'host.file-systems': `9999999999 ${most} 1 1 /\n`,
      'host.network': `h\neno1: ${most} 1 0 0 0 0 0 0 ${most} 1 0 0 0 0 0 0\n`,
      'qm.list': `VMID NAME STATUS MEM(MB) BOOTDISK(GB) PID\n${'100 x running 1 1 1\n'.repeat(99_999)}`,
      'pct.list': `VMID Status Lock Name\n${'101 running x\n'.repeat(99_999)}`,
      'dm.thin-pool': 'a-b-tpool: 0 9 thin-pool 1 9/9 9/9 - rw\n',
    };
    const before: Counters = { version: 1, bootId: 'b', uptime: 0, network: { eno1: [0, 0] }, processes: [], processor: { total: 0, idle: 0 } };
    const { vitals } = snapshotOf(texts, before);
    expect(Object.keys(vitals).sort()).toEqual(['cpu', 'cts', 'fullest', 'load', 'memory', 'net', 'root', 'swap', 'uptime', 'vms']);
    expect(vitalsShape.parse(vitals)).toEqual(vitals);
    expect(JSON.stringify(vitals).length).toBeLessThanOrEqual(300);
  });

  it('say how many guests run, how full the fullest storage is, and what the processors did since the look before', () => {
    const texts = {
      'host.boot-id': 'b\n',
      'host.uptime': '1000.00 1\n',
      'host.stat.2': 'cpu  200 0 0 1800 0 0 0 0 0 0\n',
      'host.file-systems': '4096 1000 900 900 /\n4096 1000 700 700 /var/lib/vz\n',
      'zfs.pools': 'rpool\t1000\t550\t450\n',
      'dm.thin-pool': 'pve-data-tpool: 0 104857600 thin-pool 4 420/4096 410/1000 - rw discard_passdown queue_if_no_space - 1024 \n',
      'qm.list': '      VMID NAME STATUS MEM(MB) BOOTDISK(GB) PID\n 100 VM 100 running 1 1.00 5\n 101 x stopped 1 1.00 0\n 102 y paused 1 1.00 7\n',
      'pct.list': 'VMID Status Lock Name\n200 running x\n',
    };
    const before: Counters = { version: 1, bootId: 'b', uptime: 100, network: {}, processes: [], processor: { total: 1000, idle: 1000 } };
    expect(snapshotOf(texts, before).vitals).toMatchObject({ cpu: 20, vms: [1, 3], cts: [1, 1], fullest: 55, root: [0, 4] });
  });
});

describe('from one check-in to the next', () => {
  const stage = useNodeAndServer();

  it('rates travel with a full message; looking alone is no look before', { timeout: 60_000 }, async () => {
    stage.server.reply = ({ path }) => (path === '/v1/enroll' ? enrolled() : { status: 200, body: accepted });
    await stage.enroll();
    const edit = async (path: string, from: RegExp, to: string) => {
      const file = `${stage.node.root}${path}`;
      await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
    };
    const ratesOf = (lines: readonly string[]) => readings.parse(JSON.parse(lines[2] ?? '')).rates;
    await stage.node.run(['send', '--now']);
    expect(ratesOf(stage.server.arrived[1]?.lines ?? [])).toBeUndefined();
    await edit('/proc/uptime', /^\S+/, '504022.51');
    await edit('/proc/net/dev', /918273645112/, '918364645112');
    const printed = (await stage.node.run(['collect', '--raw'])).out.split('\n');
    expect(ratesOf(printed)).toEqual({ seconds: 900, network: expect.arrayContaining([['eno1', 101_111, 0]]), busiest: [] });
    await edit('/etc/pve/nodes/pve1/qemu-server/104.conf', /build-01/, 'build-02');
    await stage.node.run(['send', '--now']);
    expect(ratesOf(stage.server.arrived[2]?.lines ?? [])).toEqual(ratesOf(printed));
  });
});
