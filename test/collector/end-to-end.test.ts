import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { enrolmentRequest } from '../../worker/wire/enrolment';
import { header, readings, state } from '../../worker/wire/snapshot';
import { enrolled, keyid, problem, useNodeAndServer } from './support/node-and-server';
import type { Arrived, ServerReply } from './support/test-server';

const accepted = (more: object = {}): ServerReply => ({
  status: 200,
  body: { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n', ...more },
});

const answer = enrolled({ tenantName: 'Acme \u001b[31mLogistics' });
const stage = useNodeAndServer();
const { own } = stage;
const messages = () => stage.server.arrived.filter(({ path }) => path === '/v1/snapshots');
const enroll = (more: readonly string[] = []) => {
  stage.server.reply = ({ path }) => (path === '/v1/enroll' ? answer : accepted());
  return stage.enroll(more);
};
const headerOf = ({ lines }: Arrived) => header.parse(JSON.parse(lines[0] ?? ''));

describe('enroll', () => {
  it('brings a signed request, keeps the key to itself and says where the node is', async () => {
    const { code, out } = await enroll();
    expect(code).toBe(0);
    const [request] = stage.server.arrived;
    expect(request).toMatchObject({ path: '/v1/enroll', sequence: 0, isSignatureGood: true, isDigestGood: true });
    const body = enrolmentRequest.parse(JSON.parse(request?.lines.join('\n') ?? ''));
    expect(body).toMatchObject({ token: 'sxe-acm-1-secret', node: 'pve1', membership: { cluster: 'prod-dc1', members: ['pve1', 'pve2', 'pve3'] } });
    expect(request?.keyid).toBe(createHash('sha256').update(Buffer.from(body.publicKey, 'base64')).digest('hex'));
    expect(out).toContain('Enrolled pve1 in Acme [31mLogistics / prod-dc1 (1 of 3 nodes).');
    expect(out).not.toContain('\u001b');
    expect((await stat(own('key'))).mode & 0o777).toBe(0o600);
    expect((await stat(own('.'))).mode & 0o777).toBe(0o700);
    expect(out).not.toContain('PRIVATE');
  });

  it('changes nothing when the server refuses the token', async () => {
    stage.server.reply = () => problem(403, 'token_expired');
    const { code, err } = await stage.node.run(['enroll', '--server', stage.server.url, '--token-file', '-'], { input: 'x' });
    expect([code, err]).toEqual([5, 'says token_expired\n']);
    expect((await stage.node.run(['send', '--now'])).code).toBe(3);
  });

  it('uses the same key again when the answer got lost', async () => {
    stage.server.reply = () => problem(503, 'unavailable');
    expect((await stage.node.run(['enroll', '--server', stage.server.url, '--token-file', '-'], { input: 'x' })).code).toBe(4);
    await enroll();
    expect(new Set(stage.server.arrived.map(({ keyid: id }) => id)).size).toBe(1);
  });

  it('does not enrol twice, and with --new-key makes a new one', async () => {
    await enroll();
    const again = await enroll();
    expect(again.code).toBe(2);
    expect(again.err).toContain('is already enrolled in');
    expect((await enroll(['--new-key'])).code).toBe(0);
    expect(new Set(stage.server.arrived.map(({ keyid: id }) => id)).size).toBe(2);
  });

  it('does not enrol a machine whose cluster cannot be seen', async () => {
    await writeFile(join(stage.node.root, 'etc/pve/.members'), '');
    const { code, err } = await enroll();
    expect(code).toBe(2);
    expect(err).toContain('.members');
    expect(stage.server.arrived).toEqual([]);
  });

  it('speaks http only to this machine', async () => {
    const { code, err } = await stage.node.run(['enroll', '--server', 'http://sexton.example', '--token-file', '-'], { input: 'x' });
    expect(code).toBe(2);
    expect(err).toContain('https://');
  });
});

describe('send', () => {
  beforeEach(() => enroll());

  it('sends everything first, and 500 bytes at most when nothing changed', async () => {
    const first = await stage.node.run(['send', '--now']);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^pve1: 13 mappings, nothing open; next \d\d:\d\d\n$/) });
    await stage.node.run(['send', '--quiet', '--now']);
    const [full, short] = messages();
    expect([full?.sequence, short?.sequence]).toEqual([1, 2]);
    expect(messages().every((one) => one.isSignatureGood && one.isDigestGood && one.keyid === keyid)).toBe(true);
    expect(full?.contentType).toBe('application/vnd.sexton.snapshot+gzip');
    expect([full?.lines.length, short?.lines.length]).toEqual([3, 1]);
    expect(short?.bytes).toBeLessThanOrEqual(500);
    const [, stateLine = '', readingsLine = ''] = full?.lines ?? [];
    state.parse(JSON.parse(stateLine));
    readings.parse(JSON.parse(readingsLine));
    const hash = createHash('sha256').update(stateLine).digest('hex');
    expect(messages().map((one) => headerOf(one).stateHash)).toEqual([hash, hash]);
    expect(messages().map((one) => headerOf(one).sequence)).toEqual([1, 2]);
  });

  it('sends the full form in the same run when the server wants the state', async () => {
    await stage.node.run(['send', '--now']);
    stage.server.reply = ({ lines }) => accepted(lines.length === 1 ? { want: 'state' } : {});
    expect((await stage.node.run(['send', '--now'])).code).toBe(0);
    expect(messages().map(({ lines, sequence }) => [lines.length, sequence])).toEqual([
      [3, 1],
      [1, 2],
      [3, 3],
    ]);
  });

  it('does not ask a server for ever that wants the state after it got it', async () => {
    stage.server.reply = () => accepted({ want: 'state' });
    await stage.node.run(['send', '--now']);
    expect(messages()).toHaveLength(1);
  });

  it('sends the full form when the state changed', async () => {
    await stage.node.run(['send', '--now']);
    await writeFile(join(stage.node.root, 'etc/pve/nodes/pve1/qemu-server/104.conf'), 'name: build-01\nlock: backup\n');
    await stage.node.run(['send', '--now']);
    expect(messages().map(({ lines }) => lines.length)).toEqual([3, 3]);
  });

  it('signs anew with the next number when one was used before', async () => {
    stage.server.reply = ({ sequence }) => (sequence <= 41 ? problem(409, 'sequence_used', { last: 41 }) : accepted());
    expect((await stage.node.run(['send', '--now'])).code).toBe(0);
    expect(messages().map(({ sequence, isSignatureGood }) => [sequence, isSignatureGood])).toEqual([
      [1, true],
      [42, true],
    ]);
  });

  it('gives up when every number was used before', async () => {
    stage.server.reply = ({ sequence }) => problem(409, 'sequence_used', { last: sequence });
    expect((await stage.node.run(['send', '--now'])).code).toBe(4);
    expect(messages().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it('keeps the newest message while the server cannot be reached, and sends what is true later', async () => {
    stage.server.reply = () => problem(503, 'unavailable');
    const failed = await stage.node.run(['send', '--now']);
    expect(failed.code).toBe(4);
    expect(failed.err).toContain('says unavailable');
    expect(existsSync(own('spool/newest'))).toBe(true);
    expect((await stage.node.run(['status'])).out).toContain('the newest one failed: says unavailable');
    stage.server.reply = () => accepted();
    expect((await stage.node.run(['send', '--now'])).code).toBe(0);
    expect(existsSync(own('spool/newest'))).toBe(false);
    expect(messages().map(({ lines, sequence }) => [lines.length, sequence])).toEqual([
      [3, 1],
      [3, 2],
    ]);
  });

  it('says 4 when nobody listens', async () => {
    await stage.server.close();
    const { code, err } = await stage.node.run(['send', '--now']);
    expect(code).toBe(4);
    expect(err).toContain('Could not reach 127.0.0.1:');
  });

  it('says 5 when it is refused', async () => {
    stage.server.reply = () => problem(413, 'too_large');
    expect(await stage.node.run(['send', '--now'])).toMatchObject({ code: 5, err: 'says too_large\n' });
  });

  it('prints the report when it is asked for, without what a terminal would obey, and says that findings are open', async () => {
    stage.server.reply = () => accepted({ open: { critical: 1, warning: 2, info: 0 }, report: 'pve1\u001b]0;x\u0007 ok\n\u001b[31mred\u202e\n' });
    const { code, out } = await stage.node.run(['send', '--report']);
    expect([code, out]).toEqual([1, 'pve1]0;x ok\n[31mred\n']);
    const [message] = messages();
    expect(message === undefined ? undefined : headerOf(message).report).toBe('ascii');
    stage.server.reply = () => accepted({ open: { critical: 1, warning: 2, info: 0 } });
    expect((await stage.node.run(['send', '--now'])).out).toMatch(/^pve1: 13 mappings, 1 critical, 2 warnings open; next /);
  });

  it('runs only one at a time, and takes over the lock of a dead one', async () => {
    await writeFile(own('run.lock'), `${process.pid} ${(await readFile(`/proc/${process.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19]}\n`);
    const busy = await stage.node.run(['send', '--now']);
    expect([busy.code, busy.err]).toEqual([2, 'Another run is going on. Nothing was done.\n']);
    await writeFile(own('run.lock'), `${process.pid} 1\n`);
    expect((await stage.node.run(['send', '--now'])).code).toBe(0);
    expect(existsSync(own('run.lock'))).toBe(false);
  });
});

describe('collect, status and unenroll', () => {
  it('prints what would be sent without enrolment, and changes nothing', async () => {
    const { code, out } = await stage.node.run(['collect']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(header.parse(JSON.parse(lines[0] ?? ''))).toMatchObject({ sequence: 1, report: 'none' });
    expect(existsSync(own('.'))).toBe(false);
  });

  it('finds commands in a directory of PATH that is given relative to where it was called', async () => {
    const { out } = await stage.node.run(['collect'], { env: { PATH: `${relative(process.cwd(), stage.node.bin)}::/usr/bin:/bin` } });
    expect(out).toContain('san1vg-vm--777--disk--0');
  });

  it('shows what the node remembers', async () => {
    expect((await stage.node.run(['status'])).code).toBe(3);
    await enroll();
    stage.server.reply = () => accepted({ open: { critical: 1, warning: 0, info: 0 } });
    await stage.node.run(['send', '--now']);
    const { code, out } = await stage.node.run(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(/ {2}last check-in {3}\d\d:\d\d:\d\d \(just now\): accepted\n/);
    expect(out).toMatch(/ {2}open here {7}1 critical {6}http:\/\/127.0.0.1\/n\n/);
    expect(out).toMatch(/ {2}stuck commands {2}none\n/);
  });

  it('forgets everything, and says what', async () => {
    await enroll();
    await stage.node.run(['send', '--now']);
    const { code, out } = await stage.node.run(['unenroll']);
    expect(code).toBe(0);
    for (const name of ['key', 'enrolment.json', 'state.json']) {
      expect(out).toContain(own(name));
      expect(existsSync(own(name))).toBe(false);
    }
    expect((await stage.node.run(['unenroll'])).code).toBe(3);
  });

  it('answers a wrong command line with 2', async () => {
    expect((await stage.node.run(['colect'])).code).toBe(2);
    expect((await stage.node.run(['help'])).out).toContain('Exit codes');
    expect((await stage.node.run(['--version'])).out).toMatch(/^sexton-collector \d+\.\d+\.\d+\n$/);
  });

  it('goes on when commands fail, are missing or print garbage', async () => {
    await stage.node.stub('lvm', 'echo "  WARNING: Couldn\'t find device" >&2; exit 5');
    await stage.node.stub('qm', "printf '\\377\\376'");
    await stage.node.stub('pct', 'kill -KILL $$');
    const { code, out } = await stage.node.run(['collect']);
    expect(code).toBe(0);
    const { captures } = state.parse(JSON.parse(out.split('\n')[1] ?? ''));
    const byId = (id: string) => captures.find((capture) => capture.id === id);
    expect(byId('lvm.report')).toMatchObject({ status: 'failed', exit: 5, err: "  WARNING: Couldn't find device\n" });
    expect(byId('qm.list')).toMatchObject({ status: 'ok', out: '?' });
    expect(byId('pct.list')).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });
});
