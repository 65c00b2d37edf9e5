/** Pools, locks and failed tasks: what of them leaves the node, and when it changes. */
import { describe, expect, it } from 'vitest';
import { redactFailedTasks } from '../../../collector/redact/failed-tasks';
import { redactLocks } from '../../../collector/redact/locks';
import { redactPoolMode } from '../../../collector/redact/pool-mode';

describe('redactPoolMode', () => {
  const pool = (meta: string, data: string, rest = 'rw discard_passdown queue_if_no_space - 1024 ') =>
    redactPoolMode(`pve-data-tpool: 0 104857600 thin-pool 4 ${meta} ${data} - ${rest}\n`);

  it('says how a pool is, and nothing that moves while it does not change', () => {
    expect(pool('420/4096', '81920/819200')).toBe('pve-data-tpool: rw - queue_if_no_space data=0 meta=0\n');
    expect(pool('421/4096', '99999/819200')).toBe(pool('420/4096', '81920/819200'));
  });

  it('tells the highest mark that is reached', () => {
    expect(pool('2867/4096', '79/100')).toContain('data=0 meta=0');
    expect(pool('2868/4096', '80/100')).toContain('data=80 meta=70');
    expect(pool('4095/4096', '94/100')).toContain('data=90 meta=95');
  });

  it.each([
    ['ro discard_passdown error_if_no_space needs_check 1024 ', 'ro needs_check error_if_no_space'],
    ['out_of_data_space no_discard_passdown queue_if_no_space - 1024 ', 'out_of_data_space - queue_if_no_space'],
    ['rw discard_passdown', 'rw - -'],
  ])('keeps mode and flags of %j', (said, kept) => expect(pool('1/2', '1/2', said)).toBe(`pve-data-tpool: ${kept} data=0 meta=0\n`));

  it.each(['Fail', 'Error'])('keeps a pool of which the kernel says only %s', (says) =>
    expect(redactPoolMode(`pve-data: 0 8 thin-pool ${says}\n`)).toBe(`pve-data: ${says} - - data=- meta=-\n`),
  );

  it('leaves `?` of a line it does not know, so that no pool is taken for none', () => {
    for (const line of ['pve-data: 0 8 thin-pool something new', 'pve-data: 0 8 thin 1 2', 'secret', 'a: b', ': 0 8 thin-pool Fail'])
      expect(redactPoolMode(`${line}\n`)).toBe('?\n');
    expect(redactPoolMode('No devices found\n')).toBe('No devices found\n');
  });
});

describe('redactLocks', () => {
  const clock = 'up 10000.20 1.0\nbtime 1795000000\n';
  const process = (pid: number, comm: string, startSeconds: number) => `${pid} (${comm}) S ${'1 '.repeat(18)}${startSeconds * 100} 0 -1\n`;
  const files = 'file 26:1234 V_san1vg\nfile 26:1235 V_san1vg:aux\n';
  const held = '1: FLOCK  ADVISORY  WRITE 4711 00:1a:1234 0 EOF\n';
  const waits = (pid: number, inode = 1234) => `1: -> FLOCK  ADVISORY  WRITE ${pid} 00:1a:${inode} 0 EOF\n`;

  it('says nothing of locks that are held for a moment', () => {
    expect(redactLocks(files + clock + held + process(4711, 'vgs', 9941))).toBe('');
    expect(redactLocks(files + clock + held + process(4711, 'vgs', 9940))).toBe('V_san1vg 4711 W hold vgs\n');
  });

  it('says that others wait, but not how many', () => {
    const one = files + clock + held + process(4711, 'lvcreate', 10) + waits(5000) + process(5000, 'vgs', 20);
    expect(redactLocks(one)).toBe('V_san1vg 0 W wait ?\nV_san1vg 4711 W hold lvcreate\n');
    expect(redactLocks(one + waits(5001) + process(5001, 'vgs', 30))).toBe(redactLocks(one));
    expect(redactLocks(files + clock + waits(5000, 1235) + process(5000, 'vgs', 20))).toBe('V_san1vg 0 W wait ?\n');
  });

  it('tells only commands of LVM by their names', () => {
    expect(redactLocks(files + clock + held + process(4711, 'secret', 1))).toBe('V_san1vg 4711 W hold ?\n');
    expect(redactLocks(files + clock + held + process(4711, 'dmeventd', 1))).toBe('V_san1vg 4711 W hold dmeventd\n');
  });

  it('joins by device and inode: a file of the same inode elsewhere is another one', () => {
    const elsewhere = '1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF\n';
    expect(redactLocks(files + clock + elsewhere + process(4711, 'vgs', 1))).toBe('');
    expect(redactLocks(`file 64769:1234 V_x\n${clock}${elsewhere}${process(4711, 'vgs', 1)}`)).toBe('V_x 4711 W hold vgs\n');
  });

  it('says nothing about a process it cannot date', () => {
    expect(redactLocks(files + clock + held)).toBe('');
    expect(redactLocks(files + held + process(4711, 'vgs', 1))).toBe('');
  });

  it('tells cookies of udev that nobody took back for a minute', () => {
    const cookie = (key: number, used: number) => ` ${key} 3 600 1 0 0 0 0 ${used} 1795000001\n`;
    expect(redactLocks(clock + cookie(0x0d4d1a2b, 1795009940) + cookie(0x0d4d0001, 1795009941) + cookie(0x0d4e0001, 5))).toBe('cookie 0x0d4d1a2b\n');
  });
});

describe('redactFailedTasks', () => {
  const now = 1_795_600_000;
  const line = (secondsAgo: number, type: string, id: string, says: string) =>
    `UPID:pve1:00015A77:02FC1A2B:6B0658A0:${type}:${id}:root@pam!token: ${(now - secondsAgo).toString(16).toUpperCase()} ${says}\n`;
  const read = (text: string, known: readonly string[] = []) => redactFailedTasks(text, new Set(known), now);

  it('keeps failed tasks of seven days, newest first, without who started them', () => {
    const text =
      line(8 * 86_400, 'qmstart', '100', 'migration aborted') +
      line(60, 'vzdump', '', 'OK') +
      line(50, 'vzdump', '', 'WARNINGS: 1') +
      line(90, 'qmigrate', '119', 'migration aborted') +
      line(30, 'imgdel', '131@san', 'got timeout');
    expect(read(text)).toBe(`${now - 30} imgdel 131@san \n${now - 90} qmigrate 119 \n`);
  });

  it.each([
    [
      "can't activate LV '/dev/san1vg/vm-119-disk-0':   device-mapper: create ioctl on san1vg-vm--119--disk--0 LVM-A13D4qSWMcX8e042FFoNBOMQXOlzZ48TbB2NnYjfqqmZs8HYzRz3df0mCkQKwo60 failed: Device or resource busy",
    ],
    ["unable to create VM 777 - lvcreate 'san1vg/vm-777-disk-0' error:   Failed to activate new LV san1vg/vm-777-disk-0."],
    ["activating LV 'pve/vm-104-disk-0' failed:   Check of pool pve/data failed (status:1). Manual repair required!"],
    ['lvcreate \'san1vg/vm-131-cloudinit\' error:   Logical Volume "vm-131-cloudinit" already exists in volume group "san1vg"'],
    ["can't deactivate LV '/dev/san1vg/vm-104-disk-0':   Logical volume san1vg/vm-104-disk-0 is used by another device."],
    ["lvcreate 'san1vg/vm-131-disk-0' error:   Cannot update volume group san1vg with duplicate PV devices."],
  ])('keeps what people search for: %s', (says) => {
    expect(read(line(5, 'qmstart', '119', says), ['data'])).toBe(`${now - 5} qmstart 119 ${says.slice(0, 200)}\n`);
  });

  it('keeps nothing of any other error, and of a known one only known words', () => {
    for (const says of [
      'hookscript error: TOKEN=abc',
      "command 'mount -o password=abc' failed: exit code 32",
      'job errors',
      "can't activate LV 'a b': x",
    ])
      expect(read(line(5, 'vzdump', '', says))).toBe(`${now - 5} vzdump - \n`);
    expect(read(line(5, 'qmstart', '1', "can't activate LV '/dev/a/b':   the hunter2 failed"))).toBe(
      `${now - 5} qmstart - can't activate LV '/dev/a/b':   the ? failed\n`,
    );
  });

  it('keeps at most fifty, and none when it does not know what time it is', () => {
    const many = Array.from({ length: 60 }, (_, index) => line(index, 'qmstart', '100', 'x')).join('');
    expect(read(many).trim().split('\n')).toHaveLength(50);
    expect(read(many).startsWith(`${now} `)).toBe(true);
    expect(redactFailedTasks(many, new Set(), undefined)).toBe('');
  });
});
