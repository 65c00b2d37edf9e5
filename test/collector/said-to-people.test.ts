/** What `enroll` and `status` say, word for word: people copy commands out of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enrolled, problem, useNodeAndServer } from './support/node-and-server';
import { passSeconds, runInside } from './support/run-inside';
import type { ServerReply } from './support/test-server';

vi.setConfig({ testTimeout: 60_000 }); // programs are started by the dozen, on a machine that may be busy

const stage = useNodeAndServer();
const { own } = stage;
const open = { critical: 1, warning: 2, info: 0 };
const accepted: ServerReply = { status: 200, body: { accepted: 1, want: 'nothing', nextDue: 900, scripts: 0, open, page: 'http://127.0.0.1/n' } };
const noon = new Date(2026, 10, 27, 12, 0, 7).getTime();
/** As the program is called when the package brought it. */
const say = async (argv: readonly string[], at = noon) => {
  const { code, out, err } = await runInside(stage, argv, { now: () => at });
  const text = [...out, ...err].join('\n').split(`sexton-collector --root ${stage.node.root}`).join('sexton-collector');
  return { code, text: text.split(stage.node.root).join('').split(stage.server.url).join('SERVER') };
};
const enroll = async () => {
  await writeFile(join(stage.node.root, 'token'), 'sxe-acm-1-secret\n');
  return say(['enroll', '--server', stage.server.url, '--token-file', join(stage.node.root, 'token')]);
};
const status = async (minutesLater: number) => (await say(['status'], noon + minutesLater * 60_000)).text.split('\n');

beforeEach(async () => {
  stage.server.reply = ({ path }) => (path === '/v1/enroll' ? enrolled({ tenantName: 'Acme Logistics' }) : accepted);
  await writeFile(join(stage.node.bin, 'systemctl'), '#!/bin/sh\necho active\n');
});

describe('enroll', () => {
  it('of an installed package says what happens now, and how to end it', async () => {
    await mkdir(join(stage.node.root, 'usr/lib/systemd/system'), { recursive: true });
    await writeFile(join(stage.node.root, 'usr/lib/systemd/system/sexton-collector.timer'), '');
    const { code, text } = await enroll();
    expect(code).toBe(0);
    expect(text.replace(/SHA256:[A-Za-z0-9+/]{43}/, 'SHA256:KEY')).toBe(
      [
        'Enrolled pve1 in Acme Logistics / prod-dc1 (1 of 3 nodes).',
        '',
        '  node key     SHA256:KEY   made here, stays in /var/lib/sexton/key',
        '  server key   SHA256:abc   signs cleanup scripts; npm run keys prints it on the server',
        '  timer        every 15 minutes: sexton-collector send   (reads, sends, ends)',
        '',
        '  See what would leave this node     sexton-collector collect | less',
        '  Check in now                       sexton-collector send',
        '  Remove everything                  apt purge sexton-collector',
      ].join('\n'),
    );
  });

  it('of a program alone says that nothing starts it by itself', async () => {
    const { text } = await enroll();
    expect(text).toContain('nothing is scheduled yet: put "sexton-collector send --quiet" into cron, with whole paths');
    expect(text).toContain('  Remove everything                  sexton-collector unenroll');
  });

  it('says where the node is already, and how to move it', async () => {
    await enroll();
    expect(await enroll()).toEqual({
      code: 2,
      text: 'pve1 is already enrolled in Acme Logistics / prod-dc1 since 27 Nov. To move it: sexton-collector unenroll, then enroll.',
    });
  });

  it.each([
    [403, 'token_expired', 'This token expired 12 minutes ago. Make a new one under Acme Logistics › Enrol nodes. Nothing was changed here.'],
    [403, 'token_used_up', 'This token was made for 3 nodes and 3 have used it: pve1, pve2, pve3.'],
    [
      403,
      'wrong_cluster',
      'This token belongs to prod-dc1 (pve1, pve2, pve3). This node says it belongs to "lab" (lab1, lab2). Nothing was enrolled.',
    ],
  ])('repeats what the server refuses, and changes nothing: %d %s', async (refused, reason, detail) => {
    stage.server.reply = () => problem(refused, reason, { detail });
    expect(await enroll()).toEqual({ code: 5, text: detail });
    expect((await say(['send'])).text).toBe('This node is not enrolled. Run: sexton-collector enroll --server URL');
  });

  it('advises a key of its own to a copy of another machine', async () => {
    const detail =
      'Another machine already speaks with this key (last from 10.0.0.11, 2 minutes ago). This looks like a copied disk image. Run: sexton-collector enroll --new-key';
    stage.server.reply = () => problem(409, 'already_enrolled', { detail });
    expect(await enroll()).toEqual({ code: 5, text: detail });
  });

  it('names host, port and the way out when nobody answers', async () => {
    const { code, err } = await runInside(stage, [
      'enroll',
      '--server',
      'https://127.0.0.1:9',
      '--token-file',
      join(stage.node.root, 'etc/machine-id'),
    ]);
    expect(code).toBe(4);
    expect(err.join('\n').replace(` --root ${stage.node.root}`, '')).toBe(
      'Could not reach 127.0.0.1:9 (ECONNREFUSED). If this node goes out through a proxy: HTTPS_PROXY=http://proxy:3128 sexton-collector enroll … (the setting is kept).',
    );
  });
});

describe('status', () => {
  it('of a node that was never enrolled says how to', async () => {
    expect(await say(['status'])).toEqual({ code: 3, text: 'This node is not enrolled. Run: sexton-collector enroll --server URL' });
  });

  it('of a node that was never heard says so', async () => {
    await enroll();
    expect(await status(0)).toEqual([
      'pve1 in Acme Logistics / prod-dc1 at SERVER',
      '  last check-in   none yet',
      expect.stringMatching(/^ {2}next {12}due now \(sexton-collector\.timer, /),
      '  open here       not known yet',
      '  scripts         not known yet',
      '  stuck commands  none',
    ]);
  });

  it('tells when it spoke, what came of it and when it speaks next', async () => {
    await enroll();
    await say(['send', '--now']);
    await say(['send', '--now']);
    await passSeconds(stage, 240);
    expect(await status(4)).toEqual([
      'pve1 in Acme Logistics / prod-dc1 at SERVER',
      '  last check-in   12:00:07 (4 min ago): accepted, nothing new',
      expect.stringMatching(/^ {2}next {12}12:15 ± 1 min \(sexton-collector\.timer, /),
      '  open here       1 critical, 2 warnings      http://127.0.0.1/n',
      '  scripts         none',
      '  stuck commands  none',
    ]);
  });

  it('tells how often it was not heard, and when it tries again', async () => {
    await enroll();
    await say(['send', '--now']);
    stage.server.reply = () => problem(503, 'unavailable');
    await say(['send', '--now']);
    await say(['send', '--now']);
    const [, last, next] = await status(2);
    expect(last).toBe('  last check-in   12:00:07 (2 min ago): accepted; the newest 2 failed: says unavailable');
    expect(next).toMatch(/^ {2}next {12}12:09 \(sexton-collector\.timer, .*\), or at once: sexton-collector send$/);
  });

  it('shows as JSON what is remembered, and no authority and no proxy', async () => {
    await enroll();
    await writeFile(
      own('enrolment.json'),
      JSON.stringify({ ...JSON.parse((await say(['status', '--json'])).text).enrolment, proxy: 'http://u:secret@p:1' }),
    );
    const { code, text } = await say(['status', '--json']);
    expect(code).toBe(0);
    expect(text).not.toContain('secret');
    expect((await say(['status'])).text).toMatch(/\n {2}proxy {11}p:1, as it was at the enrolment$/);
  });
});
