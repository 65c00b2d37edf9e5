import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../collector/arguments';
import { catalogue } from '../../../collector/captures/catalogue';
import { buildSnapshot } from '../../../collector/look/build-snapshot';
import { readVitals } from '../../../collector/look/vitals';
import type { RawCapture } from '../../../collector/machine/raw-capture';
import { safeJson, safeLine, safeReport } from '../../../collector/safe-text';
import { composeMessage, packLines } from '../../../collector/server/message';
import { parseServerAddress } from '../../../collector/server/server-address';
import { maxInflatedBytes, maxWireBytes, readings, state } from '../../../worker/wire/snapshot';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const snapshotOf = (raw: Record<string, Partial<RawCapture>>) =>
  buildSnapshot(catalogue, new Map(Object.entries(raw).map(([id, one]) => [id, { status: 'ok', ms: 1, ...one }])), () => 'cannot-tell');
const captureOf = (raw: Record<string, Partial<RawCapture>>, id: string) => snapshotOf(raw).state.captures.find((capture) => capture.id === id);

describe('buildSnapshot', () => {
  it('keeps what LVM says on standard error in the state, and that of other commands that end well out of it', () => {
    const raw = { 'lvm.report': { out: bytes('{}'), err: bytes('WARNING: old\n') }, 'dm.info.1': { out: bytes('x'), err: bytes('noise\n') } };
    const { state: lines, readings: aside } = snapshotOf(raw);
    expect(lines.captures.find(({ id }) => id === 'lvm.report')).toMatchObject({ err: 'WARNING: old\n', errLength: 13 });
    expect(lines.captures.find(({ id }) => id === 'dm.info.1')).not.toHaveProperty('err');
    expect(aside.stderr).toEqual({ 'dm.info.1': '?\n' });
  });

  it('keeps standard error of a command that failed in the state', () => {
    expect(captureOf({ 'dm.info.1': { status: 'failed', exit: 1, out: bytes(''), err: bytes('no driver\n') } }, 'dm.info.1')).toMatchObject({
      exit: 1,
      err: 'no driver\n',
    });
  });

  it('lets no line of a configuration out through the complaints of qm', () => {
    const err = bytes('vm 100 - unable to parse config: cipasswort: hunter2\nipcc_send_rec[1] failed: Connection refused\n');
    expect(captureOf({ 'qm.list': { status: 'failed', exit: 2, err } }, 'qm.list')).toMatchObject({
      err: '(left out)\nipcc_send_rec[1] failed: Connection refused\n',
    });
  });

  it('lets nothing but ASCII out, and says where something was', () => {
    expect(captureOf({ 'lvm.report': { out: bytes('\xff\xfe'), err: bytes('\xe4 bad\n') } }, 'lvm.report')).toMatchObject({
      out: '?',
      length: 1,
      err: '? bad\n',
      errLength: 6,
    });
  });

  it('fits the wire format whatever was taken', () => {
    for (const raw of [
      {},
      { 'pve.guests': { status: 'absent', reason: 'x'.repeat(500), files: [] } },
      { 'pve.ha.1': { out: bytes('garbage') } },
    ] as const) {
      const snapshot = snapshotOf(raw);
      expect(() => state.parse(JSON.parse(JSON.stringify(snapshot.state)))).not.toThrow();
      expect(() => readings.parse(JSON.parse(JSON.stringify(snapshot.readings)))).not.toThrow();
    }
    expect(captureOf({ 'pve.ha.1': { out: bytes('garbage') } }, 'pve.ha.1')).toMatchObject({ status: 'unreadable' });
  });

  it('drops the half line at the end of a file that was cut', () => {
    const files = [
      { path: '/etc/pve/nodes/a/qemu-server/1.conf', status: 'ok', out: bytes('name: a\nscsi0: san:vm-1-disk-1'), truncated: 31 },
    ] as const;
    expect(captureOf({ 'pve.guests': { files } }, 'pve.guests')?.files).toMatchObject([{ out: 'name: a\n', truncated: 31 }]);
  });
});

describe('composeMessage', () => {
  const hashOf = (raw: Record<string, Partial<RawCapture>>) => composeMessage(snapshotOf(raw)).stateHash;

  it('has the same hash as long as only readings and durations change', () => {
    const first = hashOf({ 'host.uptime': { out: bytes('1.0 1') }, 'dm.info.1': { out: bytes('x'), ms: 1 } });
    expect(hashOf({ 'host.uptime': { out: bytes('2.0 1') }, 'dm.info.1': { out: bytes('x'), ms: 900 } })).toBe(first);
    expect(hashOf({ 'host.uptime': { out: bytes('1.0 1') }, 'dm.info.1': { out: bytes('y'), ms: 1 } })).not.toBe(first);
  });

  it('leaves out the largest output, by name, when one message cannot hold it', () => {
    const noise = Buffer.alloc(3 * 1024 * 1024);
    for (let at = 0; at < noise.length; at++) noise[at] = (at * 7919 + (at >> 3) * 104_729 + (at >> 11) * 31) % 256;
    const rows = bytes(
      noise
        .toString('base64')
        .replace(/\//g, '_')
        .replace(/.{100}/g, '$&\n'),
    );
    const large = bytes(`${'a'.repeat(100)}\n`.repeat(170_000));
    const { full } = composeMessage(snapshotOf({ 'dm.info.2': { out: large }, 'dm.info.1': { out: rows } })).lines({
      sequence: 1,
      report: 'none',
    });
    expect(packLines(full).length).toBeLessThanOrEqual(maxWireBytes);
    expect(Buffer.byteLength(full.join('\n'))).toBeLessThanOrEqual(maxInflatedBytes);
    const sent = state.parse(JSON.parse(full[1] ?? ''));
    expect(sent.captures.find(({ id }) => id === 'dm.info.2')).toMatchObject({ status: 'skipped', reason: 'too large for one message' });
  });
});

describe('readVitals', () => {
  it('reads numbers and leaves out what it cannot read', () => {
    const texts: Record<string, string> = {
      'host.uptime': '12.7 3\n',
      'host.loadavg': '0.42 0.3 0.1 1/2 3\n',
      'host.stat.1': 'cpu  100 0 0 900 0 0 0 0 0 0\n',
      'host.stat.2': 'cpu  150 0 0 1000 50 0 0 0 0 0\n',
      'host.meminfo': 'MemTotal: 2048 kB\nMemAvailable: 1024 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
    };
    expect(readVitals((id) => texts[id] ?? '')).toEqual({ uptime: 13, load: 0.42, cpu: 25, memory: [1, 2], swap: [0, 0] });
    expect(readVitals(() => 'garbage')).toEqual({});
  });
});

describe('safe text', () => {
  it('lets no escape, no line break and no change of direction through a line', () => {
    expect(safeLine('a\u001b[31mb\nc\r\u202ed\u0085\u200be\u2066')).toBe('a[31mbcde');
  });

  it('lets plain colours through a terminal report and nothing else of that kind', () => {
    expect(safeReport('\u001b[1;31mred\u001b[0m\nok \u001b]0;title\u0007\u001b[2Jx\u001b[8mhidden', 'terminal')).toBe(
      '\u001b[1;31mred\u001b[0m\nok ]0;title[2Jx[8mhidden\u001b[0m',
    );
  });

  it('prints an ASCII report in ASCII', () => {
    expect(safeReport('caf\u00e9 \u001b[31mred\n', 'ascii')).toBe('caf? [31mred\n');
  });

  it('prints the same JSON, visibly', () => {
    const value = { name: 'a\u202eb\u009b\u{e0041}\ud800' };
    expect(safeJson(value)).not.toMatch(/[\u007f-\uffff]/);
    expect(JSON.parse(safeJson(value))).toEqual(value);
  });
});

describe('the command line', () => {
  it('refuses what it does not understand', () => {
    for (const argv of [[], ['sned'], ['send', '--token-file', 'x'], ['send', '--root'], ['collect', '--quiet'], ['send', 'twice']])
      expect(parseArguments(argv).ok).toBe(false);
    expect(parseArguments(['enroll', '--server=https://x', '--token-file', '-', '--new-key'])).toMatchObject({
      ok: true,
      value: { server: 'https://x', tokenFile: '-' },
    });
  });

  it('speaks plainly only to this machine', () => {
    for (const good of ['https://sexton.example', 'https://sexton.example:8443/', 'http://127.0.0.1:8787', 'http://localhost:1', 'http://[::1]:1'])
      expect(parseServerAddress(good, false).ok).toBe(true);
    for (const bad of [
      'http://sexton.example',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'ftp://x',
      'https://u:p@x',
      'https://x/path',
      'x',
      '',
    ])
      expect(parseServerAddress(bad, false).ok).toBe(false);
    expect(parseServerAddress('http://sexton.example', true).ok).toBe(true);
  });
});
