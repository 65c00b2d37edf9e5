/** Trouble on the node itself: a full disk, one that may only be read, damaged files, two runs at once, a signal in the middle. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enrolled, problem, useNodeAndServer } from './support/node-and-server';
import type { ServerReply } from './support/test-server';

vi.setConfig({ testTimeout: 60_000 }); // programs are started by the dozen, on a machine that may be busy

const accepted: ServerReply = {
  status: 200,
  body: { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open: { critical: 0, warning: 0, info: 0 }, page: 'http://127.0.0.1/n' },
};
const stage = useNodeAndServer();
const { own } = stage;
const messages = () => stage.server.arrived.filter(({ path }) => path === '/v1/snapshots');
const inRun = (name: string) => join(stage.node.root, 'run/sexton', name);
const preload = join(import.meta.dirname, 'support/refuse-writes.cjs');
/** Where nothing can be written: below the node's root. */
const refusing = (code: 'ENOSPC' | 'EROFS', ...directories: readonly string[]) => ({
  env: { NODE_OPTIONS: `--require ${preload}`, SEXTON_TEST_REFUSE: [code, ...directories.map((one) => join(stage.node.root, one))].join(':') },
});
const installed = join(import.meta.dirname, '../node-versions/node_modules');
const send = (options = {}) => stage.node.run(['send', '--now'], options);

beforeEach(async () => {
  stage.server.reply = () => enrolled();
  await stage.enroll();
  stage.server.reply = () => accepted;
});

describe('a disk', () => {
  it.each(['ENOSPC', 'EROFS'] as const)('that answers %s keeps nobody from looking and sending, and is mentioned once', async (code) => {
    await send();
    const [key, state] = await Promise.all([readFile(own('key')), readFile(own('state.json'), 'utf8')]);
    const full = refusing(code, 'var/lib/sexton');
    for (const _round of [1, 2]) {
      const { code: ended, err } = await send(full);
      expect([ended, err]).toEqual([0, `${own('')} takes nothing (${code}): what this run has to remember is kept in ${inRun('')}, if at all.\n`]);
    }
    // The sequence went on, though the file did not.
    expect(messages().map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(await readFile(own('state.json'), 'utf8')).toBe(state);
    expect(await readFile(own('key'))).toEqual(key);
    expect((await readdir(own('.'))).filter((name) => /part|lock/.test(name))).toEqual([]);

    expect(await send()).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(await readFile(own('state.json'), 'utf8')).sequence).toBe(4);
    expect(existsSync(inRun('state.json'))).toBe(false);
  });

  it.each(['node12', 'node18', 'node20'])(
    'that takes nothing anywhere leaves a node without memory, which the server lends it, on %s',
    async (version) => {
      let last = 0;
      stage.server.reply = ({ sequence }) => {
        if (sequence <= last) return problem(409, 'sequence_used', { last });
        last = sequence;
        return accepted;
      };
      const options = { ...refusing('EROFS', 'var/lib/sexton', 'run'), node: join(installed, version, 'bin/node') };
      expect((await send(options)).code).toBe(0);
      expect((await send(options)).code).toBe(0);
      expect(messages().map(({ sequence }) => sequence)).toEqual([1, 1, 2]);
    },
  );

  it('that is full when the server is away loses no key, and says both', async () => {
    stage.server.reply = () => problem(503, 'unavailable');
    const { code, err } = await send(refusing('ENOSPC', 'var/lib/sexton'));
    expect(code).toBe(4);
    expect(err.split('\n')).toEqual([expect.stringContaining('says unavailable'), expect.stringContaining('ENOSPC'), '']);
    stage.server.reply = () => accepted;
    expect((await send()).code).toBe(0);
  });

  it.each(['ENOSPC', 'EROFS'] as const)('that answers %s is none to enrol on: nothing is asked for, nothing changes', async (code) => {
    await stage.node.run(['unenroll', '--goodbye-seconds', '0']);
    const before = stage.server.arrived.length;
    const { code: ended, err } = await stage.node.run(['enroll', '--server', stage.server.url, '--token-file', '-'], {
      input: 'token',
      ...refusing(code, 'var/lib/sexton'),
    });
    expect([ended, err]).toEqual([2, `${own('')} cannot be used (${code}).\n`]);
    expect(stage.server.arrived).toHaveLength(before);
    expect(await readdir(own('.'))).toEqual([]);
  });

  it('that may only be read keeps the key, and unenroll does not say otherwise', async () => {
    const { code, out } = await stage.node.run(['unenroll', '--goodbye-seconds', '0'], refusing('EROFS', 'var/lib/sexton'));
    expect([code, out]).toEqual([2, '']);
    expect(existsSync(own('key'))).toBe(true);
  });
});

describe('damaged files', () => {
  it.each([
    '',
    '{"version":1,"sequ',
    '{"version":2,"sequence":7}',
    '[]',
    'null',
    '{"version":1,"sequence":-1}',
    '{"version":1,"sequence":3,"lastAnswer":7,"wait":null,"missed":"x","lastFailure":{}}',
    '{"version":1,"sequence":3,"lastAnswer":null,"wait":{"bootId":7},"acknowledged":{}}',
  ])('of memory stop nothing: %j', async (text) => {
    await send();
    await writeFile(own('state.json'), text);
    expect((await stage.node.run(['status'])).code).toBe(0);
    stage.server.reply = ({ sequence }) => (sequence <= 41 ? problem(409, 'sequence_used', { last: 41 }) : accepted);
    expect(await send()).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(await readFile(own('state.json'), 'utf8'))).toMatchObject({ version: 1, sequence: 42 });
  });

  it.each([
    ['key', ''],
    ['key', '-----BEGIN PRIVATE KEY-----\nMC4C\n'],
    ['enrolment.json', '{"version":1,'],
    ['enrolment.json', '{"version":2}'],
    ['enrolment.json', '{"version":1,"server":7,"answer":null}'],
  ] as const)('of the enrolment are named: %s %j', async (name, text) => {
    await writeFile(own(name), text);
    for (const argv of [['send', '--now'], ['status']]) {
      const { code, err } = await stage.node.run(argv);
      expect(code).toBe(3);
      expect(err).toContain(`${own(name)} is damaged, or of a newer collector. If it cannot be brought back: `);
    }
    // The timer says it once a day.
    await writeFile(own('state.json'), '{"version":1,"sequence":3}');
    expect((await stage.node.run(['send', '--quiet'])).err).toContain('is damaged');
    expect(await stage.node.run(['send', '--quiet'])).toMatchObject({ code: 3, err: '' });
    // The way out that was named works.
    expect((await stage.node.run(['unenroll'])).code).toBe(0);
    stage.server.reply = () => enrolled();
    expect((await stage.enroll()).code).toBe(0);
  });
});

describe('two runs', () => {
  it('at once are one', async () => {
    await stage.node.stub('lvm', 'sleep 2');
    const ran = await Promise.all([send(), send()]);
    expect(ran.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(messages()).toHaveLength(1);
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('%s while the server is thinking leaves everything as a later run needs it', async (signal) => {
    stage.server.reply = () => ({ ...accepted, hangs: true });
    const running = send({
      onStart: (child: import('node:child_process').ChildProcess) => {
        const timer = setInterval(() => {
          if (messages().length === 0) return;
          clearInterval(timer);
          child.kill(signal);
        }, 20);
      },
    });
    expect((await running).code).toBe({ SIGTERM: 143, SIGINT: 130, SIGKILL: null }[signal]);
    expect(JSON.parse(await readFile(own('state.json'), 'utf8'))).toEqual({ version: 1, sequence: 1 });
    if (signal !== 'SIGKILL') expect(existsSync(own('run.lock'))).toBe(false);
    stage.server.reply = () => accepted;
    expect(await send()).toMatchObject({ code: 0, err: '' });
    expect(messages().map(({ sequence, lines }) => [sequence, lines.length])).toEqual([
      [1, 3],
      [2, 3],
    ]);
  });
});
