import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolmentRequest } from '../../../worker/wire/enrolment';
import { header, readings, state } from '../../../worker/wire/snapshot';
import { type FakeNode, makeFakeNode } from './fake-node';
import { type Arrived, type ServerReply, startTestServer, type TestServer } from './test-server';

const keyid = 't_0000000000000001.n_0000000000000002';
const enrolled: ServerReply = {
  status: 201,
  body: {
    tenant: 't_0000000000000001',
    tenantName: 'Acme \u001b[31mLogistics',
    cluster: 'c_1',
    clusterName: 'prod-dc1',
    node: 'n_0000000000000002',
    keyid,
    status: 'active',
    serverKey: 'ssh-ed25519 AAAA',
    serverKeyFingerprint: 'SHA256:abc',
    intervalSeconds: 900,
    enrolled: 1,
    members: 3,
  },
};
const accepted = (more: object = {}): ServerReply => ({
  status: 200,
  body: { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n', ...more },
});
const problem = (status: number, reason: string, more: object = {}): ServerReply => ({
  status,
  body: { type: `urn:sexton:${reason}`, status, detail: `says ${reason}`, ...more },
});

let node: FakeNode;
let server: TestServer;
beforeEach(async () => {
  [node, server] = await Promise.all([makeFakeNode(), startTestServer()]);
});
afterEach(() => Promise.all([node.remove(), server.close()]));

const own = (name: string) => join(node.root, 'var/lib/sexton', name);
const messages = () => server.arrived.filter(({ path }) => path === '/v1/snapshots');
const enroll = (more: readonly string[] = []) => {
  server.reply = ({ path }) => (path === '/v1/enroll' ? enrolled : accepted());
  return node.run(['enroll', '--server', server.url, '--token-file', '-', ...more], { input: 'sxe-acm-1-secret\n' });
};
const headerOf = ({ lines }: Arrived) => header.parse(JSON.parse(lines[0] ?? ''));

describe('enroll', () => {
  it('brings a signed request, keeps the key to itself and says where the node is', async () => {
    const { code, out } = await enroll();
    expect(code).toBe(0);
    const [request] = server.arrived;
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
    server.reply = () => problem(403, 'token_expired');
    const { code, err } = await node.run(['enroll', '--server', server.url, '--token-file', '-'], { input: 'x' });
    expect([code, err]).toEqual([5, 'says token_expired\n']);
    expect((await node.run(['send'])).code).toBe(3);
  });

  it('uses the same key again when the answer got lost', async () => {
    server.reply = () => problem(503, 'unavailable');
    expect((await node.run(['enroll', '--server', server.url, '--token-file', '-'], { input: 'x' })).code).toBe(4);
    await enroll();
    expect(new Set(server.arrived.map(({ keyid: id }) => id)).size).toBe(1);
  });

  it('does not enrol twice, and with --new-key makes a new one', async () => {
    await enroll();
    const again = await enroll();
    expect(again.code).toBe(2);
    expect(again.err).toContain('is already enrolled in');
    expect((await enroll(['--new-key'])).code).toBe(0);
    expect(new Set(server.arrived.map(({ keyid: id }) => id)).size).toBe(2);
  });

  it('does not enrol a machine whose cluster cannot be seen', async () => {
    await writeFile(join(node.root, 'etc/pve/.members'), '');
    const { code, err } = await enroll();
    expect(code).toBe(2);
    expect(err).toContain('.members');
    expect(server.arrived).toEqual([]);
  });

  it('speaks http only to this machine', async () => {
    const { code, err } = await node.run(['enroll', '--server', 'http://sexton.example', '--token-file', '-'], { input: 'x' });
    expect(code).toBe(2);
    expect(err).toContain('https://');
  });
});

describe('send', () => {
  beforeEach(() => enroll());

  it('sends everything first, and 500 bytes at most when nothing changed', async () => {
    const first = await node.run(['send']);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^pve1: 13 mappings, nothing open; next \d\d:\d\d\n$/) });
    await node.run(['send', '--quiet']);
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
    await node.run(['send']);
    server.reply = ({ lines }) => accepted(lines.length === 1 ? { want: 'state' } : {});
    expect((await node.run(['send'])).code).toBe(0);
    expect(messages().map(({ lines, sequence }) => [lines.length, sequence])).toEqual([
      [3, 1],
      [1, 2],
      [3, 3],
    ]);
  });

  it('does not ask a server for ever that wants the state after it got it', async () => {
    server.reply = () => accepted({ want: 'state' });
    await node.run(['send']);
    expect(messages()).toHaveLength(1);
  });

  it('sends the full form when the state changed', async () => {
    await node.run(['send']);
    await writeFile(join(node.root, 'etc/pve/nodes/pve1/qemu-server/104.conf'), 'name: build-01\nlock: backup\n');
    await node.run(['send']);
    expect(messages().map(({ lines }) => lines.length)).toEqual([3, 3]);
  });

  it('signs anew with the next number when one was used before', async () => {
    server.reply = ({ sequence }) => (sequence <= 41 ? problem(409, 'sequence_used', { last: 41 }) : accepted());
    expect((await node.run(['send'])).code).toBe(0);
    expect(messages().map(({ sequence, isSignatureGood }) => [sequence, isSignatureGood])).toEqual([
      [1, true],
      [42, true],
    ]);
  });

  it('gives up when every number was used before', async () => {
    server.reply = ({ sequence }) => problem(409, 'sequence_used', { last: sequence });
    expect((await node.run(['send'])).code).toBe(4);
    expect(messages().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it('keeps the newest message while the server cannot be reached, and sends what is true later', async () => {
    server.reply = () => problem(503, 'unavailable');
    const failed = await node.run(['send']);
    expect(failed.code).toBe(4);
    expect(failed.err).toContain('says unavailable');
    expect(existsSync(own('spool/newest'))).toBe(true);
    expect((await node.run(['status'])).out).toContain('the newest one failed: says unavailable');
    server.reply = () => accepted();
    expect((await node.run(['send'])).code).toBe(0);
    expect(existsSync(own('spool/newest'))).toBe(false);
    expect(messages().map(({ lines, sequence }) => [lines.length, sequence])).toEqual([
      [3, 1],
      [3, 2],
    ]);
  });

  it('says 4 when nobody listens', async () => {
    await server.close();
    const { code, err } = await node.run(['send']);
    expect(code).toBe(4);
    expect(err).toContain('Could not reach 127.0.0.1:');
  });

  it('says 5 when it is refused, and how to go on', async () => {
    server.reply = () => problem(401, 'node_unknown');
    const { code, err } = await node.run(['send']);
    expect([code, err.split('\n')[0]]).toEqual([5, 'says node_unknown']);
    expect(err).toContain('unenroll');
  });

  it('prints the report when it is asked for, without what a terminal would obey, and says that findings are open', async () => {
    server.reply = () => accepted({ open: { critical: 1, warning: 2, info: 0 }, report: 'pve1\u001b]0;x\u0007 ok\n\u001b[31mred\u202e\n' });
    const { code, out } = await node.run(['send', '--report']);
    expect([code, out]).toEqual([1, 'pve1]0;x ok\n[31mred\n']);
    const [message] = messages();
    expect(message === undefined ? undefined : headerOf(message).report).toBe('ascii');
    server.reply = () => accepted({ open: { critical: 1, warning: 2, info: 0 } });
    expect((await node.run(['send'])).out).toMatch(/^pve1: 13 mappings, 1 critical, 2 warnings open; next /);
  });

  it('runs only one at a time, and takes over the lock of a dead one', async () => {
    await writeFile(own('run.lock'), `${process.pid} ${(await readFile(`/proc/${process.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19]}\n`);
    const busy = await node.run(['send']);
    expect([busy.code, busy.err]).toEqual([2, 'Another run is going on. Nothing was done.\n']);
    await writeFile(own('run.lock'), `${process.pid} 1\n`);
    expect((await node.run(['send'])).code).toBe(0);
    expect(existsSync(own('run.lock'))).toBe(false);
  });
});

describe('collect, status and unenroll', () => {
  it('prints what would be sent without enrolment, and changes nothing', async () => {
    const { code, out } = await node.run(['collect']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(header.parse(JSON.parse(lines[0] ?? ''))).toMatchObject({ sequence: 1, report: 'none' });
    expect(existsSync(own('.'))).toBe(false);
  });

  it('finds commands in a directory of PATH that is given relative to where it was called', async () => {
    const { out } = await node.run(['collect'], { env: { PATH: `${relative(process.cwd(), node.bin)}::/usr/bin:/bin` } });
    expect(out).toContain('san1vg-vm--777--disk--0');
  });

  it('shows what the node remembers', async () => {
    expect((await node.run(['status'])).code).toBe(3);
    await enroll();
    server.reply = () => accepted({ open: { critical: 1, warning: 0, info: 0 } });
    await node.run(['send']);
    const { code, out } = await node.run(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(/ {2}last check-in {3}\d\d:\d\d:\d\d \(just now\): accepted\n/);
    expect(out).toMatch(/ {2}open here {7}1 critical open {6}http:\/\/127.0.0.1\/n\n/);
    expect(out).toMatch(/ {2}stuck commands {2}none\n/);
  });

  it('forgets everything, and says what', async () => {
    await enroll();
    await node.run(['send']);
    const { code, out } = await node.run(['unenroll']);
    expect(code).toBe(0);
    for (const name of ['key', 'enrolment.json', 'state.json']) {
      expect(out).toContain(own(name));
      expect(existsSync(own(name))).toBe(false);
    }
    expect((await node.run(['unenroll'])).code).toBe(3);
  });

  it('answers a wrong command line with 2', async () => {
    expect((await node.run(['colect'])).code).toBe(2);
    expect((await node.run(['help'])).out).toContain('Exit codes');
    expect((await node.run(['--version'])).out).toMatch(/^sexton-collector \d+\.\d+\.\d+\n$/);
  });

  it('goes on when commands fail, are missing or print garbage', async () => {
    await node.stub('lvm', 'echo "  WARNING: Couldn\'t find device" >&2; exit 5');
    await node.stub('qm', "printf '\\377\\376'");
    await node.stub('pct', 'kill -KILL $$');
    const { code, out } = await node.run(['collect']);
    expect(code).toBe(0);
    const { captures } = state.parse(JSON.parse(out.split('\n')[1] ?? ''));
    const byId = (id: string) => captures.find((capture) => capture.id === id);
    expect(byId('lvm.report')).toMatchObject({ status: 'failed', exit: 5, err: "  WARNING: Couldn't find device\n" });
    expect(byId('qm.list')).toMatchObject({ status: 'ok', encoding: 'base64', out: '//4=' });
    expect(byId('pct.list')).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });
});
