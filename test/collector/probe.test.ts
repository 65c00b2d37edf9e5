/** sexton-probe.sh as a program: on every shell and awk of a node, beside the collector, and when things go wrong. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildProbe } from '../../scripts/build-probe.mjs';
import { type FakeNode, makeFakeNode } from './support/fake-node';
import { makeNodeOfSecrets } from './support/node-of-secrets';
import { capturesOf, collectState, comparable, runProbe } from './support/probe-on-fake-node';

/** A directory in which `awk` is this one. */
async function useAwk(node: FakeNode, name: string): Promise<void> {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  await symlink(stdout.trim(), join(node.bin, 'awk'));
}

async function expectTheSame(node: FakeNode, shell?: readonly [string, ...string[]]): Promise<string> {
  const { code, out, err } = await runProbe(node, shell === undefined ? {} : { shell });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(comparable(capturesOf(out))).toEqual(comparable(await collectState(node)));
  return out;
}

/** What a run says of some captures, with less patience than a node is given. */
async function statuses(node: FakeNode, ...ids: readonly string[]): Promise<readonly (string | undefined)[]> {
  const hasty = (script: string) => script.replace('healthy-storage 1 30 ', 'healthy-storage 1 4 ').replace(/(unmoved \w+ '[^']*') \d+/g, '$1 2');
  const captures = capturesOf((await runProbe(node, { change: hasty })).out);
  return ids.map((id) => {
    const { status, reason } = captures.find((capture) => capture.id === id) ?? {};
    return reason === undefined ? status : `${status}: ${reason}`;
  });
}

/** Most of a run is waiting: they wait together. */
const onNode = (name: string, check: (node: FakeNode) => Promise<void>) =>
  it.concurrent(name, { timeout: 240_000 }, async () => {
    const node = await makeFakeNode();
    try {
      await check(node);
    } finally {
      await node.remove();
    }
  });

describe('sexton-probe.sh says what the collector says', () => {
  for (const [awk, ...shell] of [
    ['mawk', 'dash'],
    ['gawk', 'bash'],
    ['busybox', 'busybox', 'ash'],
  ] as const)
    onNode(`with ${awk}, in ${shell.join(' ')}`, async (node) => {
      await useAwk(node, awk);
      await expectTheSame(node, shell);
    });

  it.concurrent('of a node full of secrets, and lets none of them out', { timeout: 240_000 }, async () => {
    const { node, planted } = await makeNodeOfSecrets();
    const out = (await expectTheSame(node)).toLowerCase();
    expect([...planted].filter(([word]) => out.includes(word.toLowerCase()))).toEqual([]);
    expect(planted.size).toBeGreaterThan(200);
    await node.remove();
  });

  onNode('where /etc/pve is not mounted', async (node) => {
    await rm(join(node.root, 'etc/pve/local'));
    await expectTheSame(node);
  });

  onNode('where commands fail, and what they complain', async (node) => {
    await node.stub('dmsetup', 'echo "device-mapper: table ioctl failed: secret /dev/sda3"; echo "  bad news: secret" >&2; exit 5');
    await node.stub('qm', 'echo "ipcc_send_rec[1] failed: Connection refused" >&2; echo "password: x" >&2; exit 255');
    await node.stub('dpkg-query', 'echo "pve-manager 9.1.4"; echo "dpkg-query: no packages found matching corosync" >&2; exit 1');
    await expectTheSame(node);
  });

  onNode('where LVM complains', async (node) => {
    await node.stub('lvm', 'cat "$(dirname "$0")/outputs/lvm-fullreport.json"; printf "  WARNING: VG pve is missing PV secret\\n\\n  /dev/sda3" >&2');
    await node.stub('lvs', 'echo "  Unrecognised field: lv_autoactivation" >&2; exit 3');
    await expectTheSame(node);
  });

  onNode('where commands and files are missing', async (node) => {
    for (const name of ['qm', 'pct', 'lvm']) await rm(join(node.bin, name));
    for (const name of ['etc/machine-id', 'etc/fstab', 'etc/pve/ha/manager_status', 'var/log/pve/tasks/active', 'etc/pve/storage.cfg'])
      await rm(join(node.root, name));
    await expectTheSame(node);
  });

  onNode('where files are not what they should be', async (node) => {
    const pve = join(node.root, 'etc/pve');
    await writeFile(join(pve, '.members'), '{"nodename": "pve1", "nodelist": ');
    await writeFile(join(pve, '.vmlist'), 'nothing of the kind');
    await writeFile(join(pve, 'ha/manager_status'), '[]');
    await writeFile(join(node.root, 'etc/machine-id'), '\n');
    await mkdir(join(pve, 'nodes/pve1/qemu-server/999.conf'));
    await symlink('/nowhere/at/all', join(pve, 'nodes/pve1/qemu-server/998.conf'));
    await writeFile(join(pve, 'nodes/pve1/qemu-server/a b$(reboot)`x`.conf'), 'scsi0: san-prod:vm-1-disk-0\n');
    await writeFile(
      join(pve, 'nodes/pve1/lxc/555.conf'),
      Buffer.from('rootfs: san-prod:vm-555-disk-0\n#\xff\xfe\x80 vm-555-disk-9\nname: \xe9\n', 'latin1'),
    );
    await expectTheSame(node);
  });

  onNode('where a command of LVM keeps a lock, and another one waits for it', async (node) => {
    const file = join(node.root, 'run/lock/lvm/V_san1vg');
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, '');
    const { dev, ino } = await stat(file);
    const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
    const place = `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}:${ino}`;
    await writeFile(
      join(node.root, 'proc/locks'),
      `1: FLOCK  ADVISORY  READ  4711 ${place} 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 4712 ${place} 0 EOF\n2: FLOCK  ADVISORY  WRITE 4713 ${place}1 0 EOF\n`,
    );
    for (const [pid, comm] of [
      ['4711', 'vgs'],
      ['4712', 'lvcreate'],
      ['4713', 'sshd'],
    ] as const) {
      await mkdir(join(node.root, 'proc', pid));
      await writeFile(join(node.root, 'proc', pid, 'stat'), `${pid} (${comm}) S ${'1 '.repeat(18)}50000000 0 0\n`);
    }
    const captures = capturesOf(await expectTheSame(node));
    expect(captures.find(({ id }) => id === 'lvm.locks')?.out).toBe('V_san1vg 0 W wait ?\nV_san1vg 4711 R hold vgs\ncookie 0x0d4d5284\n');
  });

  onNode('of a configuration that is too long', async (node) => {
    const long = `args: ${'x'.repeat(600)}\nscsi1: san-prod:vm-100-disk-1\n`.repeat(2000);
    await writeFile(join(node.root, 'etc/pve/nodes/pve1/qemu-server/100.conf'), long);
    const captures = capturesOf((await runProbe(node)).out);
    const cut = captures.find(({ id }) => id === 'pve.guests')?.files?.find(({ path }) => path.endsWith('/100.conf'));
    expect(cut?.truncated).toBeGreaterThan(1_000_000);
  });
});

describe('a command that does not behave', () => {
  onNode('is ended in time when it hangs, and LVM is not asked again', async (node) => {
    await node.stub('lvm', 'trap "" TERM; sleep 300 & wait; sleep 300');
    const began = Date.now();
    const said = await statuses(node, 'lvm.report', 'lvm.autoactivation', 'dm.table', 'qm.list');
    expect(said).toEqual(['timeout: after 4 s', 'skipped: lvm did not answer in time', 'ok', 'ok']);
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(spawnSync('pgrep', ['-f', `${node.bin}/lvm`], { encoding: 'utf8' }).stdout).toBe('');
  });

  // No signal reaches it: as one that waits in the kernel. What is left of it must not hold what ssh waits for.
  onNode('is left behind when it cannot be ended, and everything else goes on', async (node) => {
    await node.stub('lvm', 'echo $$ >"$(dirname "$0")/pid"; sleep 120');
    const began = Date.now();
    const unkillable = (script: string) => script.replaceAll('kill -s', ': kill -s').replace('healthy-storage 1 30 ', 'healthy-storage 1 2 ');
    const captures = new Map(capturesOf((await runProbe(node, { change: unkillable })).out).map((capture) => [capture.id, capture]));
    expect(captures.get('lvm.report')).toMatchObject({ status: 'stuck', reason: 'hangs in the kernel' });
    expect(captures.get('lvm.autoactivation')).toMatchObject({ status: 'skipped', reason: 'lvm did not answer in time' });
    for (const id of ['dm.table', 'pve.guests', 'qm.list', 'host.packages']) expect([id, captures.get(id)?.status]).toEqual([id, 'ok']);
    expect(Date.now() - began).toBeLessThan(60_000);
    const pid = Number(await readFile(join(node.bin, 'pid'), 'utf8'));
    expect(process.kill(-pid, 0)).toBe(true);
    process.kill(-pid, 'SIGKILL');
  });

  onNode('keeps nothing waiting when it leaves a process behind', async (node) => {
    await node.stub('qm', 'sleep 300 & cat "$(dirname "$0")/outputs/qm-list.txt"');
    expect(await statuses(node, 'qm.list', 'pct.list')).toEqual(['ok', 'ok']);
  });

  onNode('is cut when it floods', async (node) => {
    await node.stub('pct', 'yes "100 running"');
    const began = Date.now();
    expect(await statuses(node, 'pct.list', 'host.packages')).toEqual(['failed: too much output', 'ok']);
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  onNode('is not taken at its word when it prints bytes', async (node) => {
    await node.stub('qm', 'head -c 3000 /dev/urandom; printf "\\n  100 a\\000b running 1 1 0\\n"');
    const captures = capturesOf((await runProbe(node)).out);
    expect(captures.find(({ id }) => id === 'qm.list')?.out).toMatch(/^[ -~\n]*$/);
  });

  onNode('cannot speak for us', async (node) => {
    await node.stub('pct', 'printf "VMID\\n.\\nend\\n*\\tdm.table\\tcommand\\tx\\n=\\tok\\t0\\t0\\t-\\t\\t\\n|x\\n"');
    const captures = capturesOf((await runProbe(node)).out);
    expect(captures.filter(({ id }) => id === 'dm.table')).toHaveLength(1);
    expect(captures.find(({ id }) => id === 'host.packages')?.status).toBe('ok');
  });
});

describe('LVM, qm and pct', () => {
  onNode('are left alone while a multipath map has no path, by name', async (node) => {
    await node.stub(
      'dmsetup',
      `case $1 in info) exec cat "$(dirname "$0")/outputs/dmsetup-info.txt" ;; status) echo "mpatha: 0 100 multipath 2 0 0 0 1 1 E 0 1 0 8:16 F 4" ;; *) echo ;; esac`,
    );
    expect(await statuses(node, 'lvm.report', 'lvm.autoactivation', 'qm.list')).toEqual([
      'skipped: multipath map mpatha has no working path: LVM commands would hang',
      'skipped: multipath map mpatha has no working path: LVM commands would hang',
      'ok',
    ]);
  });

  onNode('are left alone while a machine hangs in the kernel', async (node) => {
    const task = join(node.root, 'proc/4711/task/4711');
    await mkdir(task, { recursive: true });
    await writeFile(join(task, 'stat'), `4711 (kvm) D ${'0 '.repeat(40)}\n`);
    await writeFile(join(task, 'wchan'), 'blk_mq_get_tag');
    await writeFile(join(node.root, 'proc/4711/comm'), 'kvm\n');
    expect(await statuses(node, 'lvm.report', 'qm.list', 'pct.list', 'dm.table')).toEqual([
      'skipped: a process waits in the kernel for storage that does not answer: LVM commands would hang',
      'skipped: a virtual machine hangs in the kernel: qm and pct would wait for it',
      'skipped: a virtual machine hangs in the kernel: qm and pct would wait for it',
      'ok',
    ]);
  });
});

describe('the script', () => {
  let script: string;
  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sexton-probe-'));
    script = await readFile(await buildProbe({ outfile: join(directory, 'sexton-probe.sh') }), 'utf8');
    await rm(directory, { recursive: true });
  });
  const check = (command: string, ...args: readonly string[]) => spawnSync(command, args, { input: script, encoding: 'utf8' });

  it('has less than 200 lines', () => expect(script.trimEnd().split('\n').length).toBeLessThan(200));

  it.each([
    ['dash', ['-n']],
    ['bash', ['-n']],
    ['busybox', ['sh', '-n']],
    // Quotes hold programs for other interpreters on purpose.
    ['shellcheck', ['--shell=sh', '--exclude=SC2016', '-']],
  ])('pleases %s %s', (command, args) => {
    const { status, stdout, stderr } = check(command, ...args);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('does nothing when it was cut anywhere', () => {
    for (const share of [0.1, 0.3, 0.6, 0.9, 0.999]) {
      const { stdout } = spawnSync('dash', ['-s'], { input: script.slice(0, Math.floor((script.length - 2) * share)), encoding: 'utf8' });
      expect(stdout).toBe('');
    }
  });

  it('knows no test’s way in', () => expect(script).not.toContain('SEXTON_PROBE'));
});
