import { describe, expect, it } from 'vitest';
import { redactMembers } from '../../../collector/redact/cluster-files';
import { redactDmTable } from '../../../collector/redact/dm-table';
import { redactHaStatus } from '../../../collector/redact/ha-status';
import { findMentions, readKnownNames } from '../../../collector/redact/mentions';
import { redactNextId } from '../../../collector/redact/next-id';
import { redactStorageConfig } from '../../../collector/redact/storage-config';
import { redactTasks } from '../../../collector/redact/tasks';

describe('redactStorageConfig', () => {
  it('keeps groups, pools and nodes of storages, and no server, user, path or comment', () => {
    const text =
      '# password: x\nlvm: San-1\n\tvgname san1vg\n\tbase iscsi:0.0.0.lun\n\tshared\n\tnodes a,b\n\ttagged_only 1\n\nnfs: nas\n\tserver 192.0.2.1\n\texport /secret\n\tusername bob\n\tdisable\n';
    expect(redactStorageConfig(text)).toBe('lvm: San-1\n\tvgname san1vg\n\tshared\n\tnodes a,b\n\ttagged_only 1\n\nnfs: nas\n\tdisable\n');
  });

  it('keeps the header and the group of a plugin it does not know', () => {
    expect(redactStorageConfig('thirdparty: san2\n\tvgname vg2\n\tapi_key secret\n\tpool secretpool\n')).toBe('thirdparty: san2\n\tvgname vg2\n');
  });

  it('lets a section last until an empty line, as Proxmox VE does', () => {
    expect(redactStorageConfig('lvm: a\n\tvgname x\nlvm: b\n\tshared 1\n')).toBe('lvm: a\n\tvgname x\n\tshared 1\n');
  });
});

describe('redactMembers', () => {
  it('leaves a node whose cluster is no object unread: it would look as if it stood alone', () => {
    expect(redactMembers('{"nodename":"pve1","version":3}')).toBe('{"nodename":"pve1","version":3}');
    for (const cluster of ['null', '1', '"lab"', '[]']) expect(redactMembers(`{"nodename":"pve1","version":3,"cluster":${cluster}}`)).toBeUndefined();
  });
});

describe('redactTasks', () => {
  const running = 'UPID:pve1:00000010:000000FF:6B0A1F10:qmigrate:100:root@pam!token: 0\n';
  const ended = 'UPID:pve1:00000011:000000FF:6B0A1F10:qmstart:101:root@pam: 1 6B0A1F14 OK\n';

  it('keeps running tasks and never says who started them', () => {
    expect(redactTasks(running + ended, () => 255)).toBe('UPID:pve1:00000010:000000FF:6B0A1F10:qmigrate:100::\n');
  });

  it('drops a task whose process is provably gone or another one', () => {
    expect(redactTasks(running, () => undefined)).toBe('');
    expect(redactTasks(running, () => 254)).toBe('');
  });

  it.each([
    ['131', '131'],
    ['131@san-prod', '131@san-prod'],
    ['san-prod', ''],
    ['131@', ''],
    ['131@san prod', undefined],
    ['131:root@pam:x', '131'],
    ['0131', ''],
    ['99', ''],
    ['1234567890', ''],
    ['131;reboot', ''],
    ['131@$(reboot)', ''],
  ])('says of a task about %s which guest it is about, and nothing else', (id, kept) => {
    const line = `UPID:pve1:00000010:000000FF:6B0A1F10:imgdel:${id}:root@pam: 0\n`;
    expect(redactTasks(line, () => 255)).toBe(kept === undefined ? '' : `UPID:pve1:00000010:000000FF:6B0A1F10:imgdel:${kept}::\n`);
  });

  it('keeps a task when nobody can tell', () => {
    expect(redactTasks(running, () => 'cannot-tell')).not.toBe('');
  });
});

describe('redactHaStatus', () => {
  it('keeps service, node, state and target, sorted, without times', () => {
    const text = JSON.stringify({
      timestamp: 1,
      service_status: { 'vm:2': { node: 'b', state: 'migrate', target: 'c', uid: 'x' }, 'ct:1': { node: 'a', state: 'started' } },
    });
    expect(redactHaStatus(text)).toBe(
      '{"service_status":{"ct:1":{"node":"a","state":"started"},"vm:2":{"node":"b","state":"migrate","target":"c"}}}',
    );
  });

  it('refuses what is not the file it knows', () => {
    for (const text of ['', 'null', '[]', '{', '{"service_status":[]}']) expect(redactHaStatus(text)).toBeUndefined();
  });
});

describe('redactDmTable', () => {
  it('leaves tables that only map as they are', () => {
    const text = 'a,LVM-x,1,rw,0 8 linear 8:0 2048,8 8 linear 8:0 9000;p\\,q,,2,rw,0 8 thin-pool 252:4 252:5 128 0 0 \n';
    expect(redactDmTable(text)).toBe(text);
  });

  it('keeps only type and devices of targets that can hold keys', () => {
    expect(
      redactDmTable(
        'c,CRYPT-x,1,rw,0 8 crypt aes-xts-plain64 0123456789abcdef 0 8:3 4096;i,,2,rw,0 8 integrity 8:4 0 32 J 1 internal_hash:hmac(sha256):00ff\n',
      ),
    ).toBe('c,CRYPT-x,1,rw,0 8 crypt 8:3;i,,2,rw,0 8 integrity 8:4\n');
  });

  it('passes on that there is nothing', () => {
    expect(redactDmTable('No devices found\n')).toBe('No devices found\n');
    expect(redactDmTable('')).toBe('');
  });
});

describe('mentions', () => {
  it('knows the names of LVM and the device mapper, also from a cut report', () => {
    const names = readKnownNames('{"lv_name":"[data_tdata]"},{"lv_name":"pm-1_00000"},{"lv_name":"cut', ['san-x|LVM|\n', '']);
    expect([...names].sort()).toEqual(['data_tdata', 'pm-1_00000', 'san-x']);
    expect(findMentions('resource pm-1_00000; meta "san-x", other', names)).toEqual(['pm-1_00000', 'san-x']);
  });

  it.each([
    ['/dev/san/vm-1-disk-0', '/dev/san/vm-1-disk-0'],
    ['file=/dev/mapper/mpatha,x', '/dev/mapper/mpatha'],
    ['/dev/disk/by-id/dm-name-san-odd', '/dev/disk/by-id/dm-name-san-odd'],
    ['/dev/disk/by-id/ata-SERIAL', '/dev/disk/by-id/?'],
    ['/dev/disk/by-label/people', '/dev/disk/by-label/?'],
    ['/dev/disk/by-path/ip-192.0.2.1:3260-iscsi-x', '/dev/disk/by-path/?'],
    ['/dev/../etc/secret', undefined],
    ['/dev/serial/by-id/x', undefined],
    ['/dev/shm/x', undefined],
    ['//nas/dev/people', undefined],
    ['AAAA/dev/BBBB', undefined],
    [`/dev/${'x'.repeat(300)}`, undefined],
  ])('of the path %s leaves %s', (text, shown) =>
    expect(findMentions(text, new Set())).toEqual(shown === undefined ? [] : expect.arrayContaining([shown])),
  );

  it('takes no word out of the middle of another', () => {
    expect(findMentions('Xvm-100-disk-0 6snap-secret', new Set())).toEqual([]);
  });

  it.each(['.', ',', ';', ':', '!', '?', ')', ']', '"', "'", '...', '.)', '_', '--'])('names a volume also when %s follows', (end) => {
    const names = new Set(['data_', 'pm-1']);
    expect(findMentions(`lies on vm-1-disk-0${end}`, names)).toContain('vm-1-disk-0');
    expect(findMentions(`lies on /dev/san/vm-1-disk-0${end} now`, names)).toContain('/dev/san/vm-1-disk-0');
    expect(findMentions(`lies on pm-1${end}`, names)).toContain('pm-1');
  });

  it('offers the word as it stands too, and a name that ends in a sign of its own', () => {
    expect(findMentions('vm-1-disk-0.', new Set())).toEqual(['vm-1-disk-0.', 'vm-1-disk-0']);
    expect(findMentions('on data_.', new Set(['data_']))).toEqual(['data_']);
    expect(findMentions(`vm-1-disk-0${'.'.repeat(1000)}`, new Set())).toEqual(['vm-1-disk-0']);
  });

  it('finds volumes side by side', () => {
    expect(findMentions('vm-1-disk-0,vm-2-disk-0 vm-3-disk-0', new Set())).toEqual(['vm-1-disk-0', 'vm-2-disk-0', 'vm-3-disk-0']);
  });
});

describe('redactNextId', () => {
  it('keeps that one line', () => {
    expect(redactNextId('keyboard: de\nnext-id: lower=200,upper=300\nhttp_proxy: http://u:pw@proxy\n')).toBe('next-id: lower=200,upper=300\n');
    expect(redactNextId('keyboard: de\n')).toBe('');
    expect(redactNextId(`next-id:${' '.repeat(500)}\n`)).toBe('');
  });
});
