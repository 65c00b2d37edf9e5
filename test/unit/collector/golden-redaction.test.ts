import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeNode, makeFakeNode } from './fake-node';

/** Every kind of secret a node holds; each is one word that must not appear anywhere. */
const secrets = {
  cipassword: 'Secret01cipassword',
  ciuser: 'Secret02ciuser',
  sshkeys: 'Secret03sshkeys',
  args: 'Secret04args',
  description: 'Secret05description',
  note: 'Secret06note',
  environment: 'Secret07environment',
  hook: 'Secret08hook',
  serial: 'Secret09serial',
  smbios: 'Secret10smbios',
  unknownSection: 'Secret11section',
  storageUser: 'Secret12user',
  storagePassword: 'Secret13password',
  storageServer: 'Secret14server',
  keyring: 'Secret15keyring',
  comment: 'Secret16comment',
  datacenter: 'Secret17proxy',
  taskUser: 'Secret18taskuser',
  fstab: 'Secret19fstab',
  complaint: 'Secret20complaint',
  cryptKey: '53656372657432316b6579',
  private: 'Secret22private',
  bind: 'Secret23bind',
  machineId: '7d1f0c9e4b2a4c58a1d2e3f405162738',
  tag: 'Secret24tag',
  libvirt: 'Secret25libvirt',
};

let node: FakeNode;
beforeAll(async () => {
  node = await makeFakeNode();
  const pve = join(node.root, 'etc/pve');
  await appendFile(
    join(pve, 'nodes/pve1/qemu-server/104.conf'),
    [
      `cipassword: ${secrets.cipassword}`,
      `ciuser: ${secrets.ciuser}`,
      `sshkeys: ssh-rsa%20${secrets.sshkeys}`,
      `args: -object secret,id=sec0,data=${secrets.args} -drive file=/dev/san1vg/vm-104-disk-7`,
      `description: the password is ${secrets.description} on vm-104-disk-8`,
      `#note with ${secrets.note}`,
      `hookscript: local:snippets/${secrets.hook}.pl`,
      `scsi3: san-prod:vm-104-disk-3,serial=${secrets.serial},size=1G`,
      `smbios1: uuid=${secrets.smbios}`,
      `tags: ${secrets.tag}`,
      `[special:${secrets.unknownSection}]`,
      `name: ${secrets.unknownSection}`,
      '',
    ].join('\n'),
  );
  await appendFile(
    join(pve, 'nodes/pve1/lxc/101.conf'),
    `lxc.environment: TOKEN=${secrets.environment}\nmp1: /srv/${secrets.bind},mp=/x\nlxc.mount.entry: /dev/san1vg/vm-101-disk-9 mnt\n`,
  );
  await appendFile(
    join(pve, 'storage.cfg'),
    `\n# ${secrets.comment}\ncifs: share\n\tserver ${secrets.storageServer}\n\tusername ${secrets.storageUser}\n\tpassword ${secrets.storagePassword}\n\nplugin: own\n\tkeyring ${secrets.keyring}\n`,
  );
  await appendFile(join(pve, 'datacenter.cfg'), `http_proxy: http://u:${secrets.datacenter}@proxy\n`);
  await mkdir(join(pve, 'priv/storage'), { recursive: true });
  await writeFile(join(pve, 'priv/storage/share.pw'), secrets.private);
  await mkdir(join(node.root, 'proc/90000'));
  await writeFile(join(node.root, 'proc/90000/stat'), `90000 (task ${'x) '.repeat(3)}) S ${'0 '.repeat(18)}50273835 0 0\n`);
  await appendFile(join(node.root, 'var/log/pve/tasks/active'), `UPID:pve1:00015F90:02FF1E2B:6B0A1F10:qmigrate:100:${secrets.taskUser}@pam: 0\n`);
  await appendFile(join(node.root, 'etc/fstab'), `//nas/x /mnt cifs username=u,password=${secrets.fstab} 0 0\n/dev/san1vg/vm-100-disk-5 /mnt ext4\n`);
  await mkdir(join(node.root, 'etc/libvirt/qemu'), { recursive: true });
  await writeFile(join(node.root, 'etc/libvirt/qemu/x.xml'), `<graphics passwd='${secrets.libvirt}'/><source dev='/dev/san1vg/subvol-3-x'/>`);
  await node.stub('qm', `cat "$(dirname "$0")/outputs/qm-list.txt"; echo "vm 104 - unable to parse config: ${secrets.complaint}" >&2; exit 0`);
  await node.stub(
    'dmsetup',
    `[ "$1" = info ] && exec cat "$(dirname "$0")/outputs/dmsetup-info.txt"; [ "$1" = table ] && echo "c,CRYPT-1,1,rw,0 8 crypt aes ${secrets.cryptKey} 0 8:3 0"; exit 0`,
  );
});
afterAll(() => node.remove());

describe('what leaves the node', () => {
  it('holds none of its secrets, and everything a verdict needs', async () => {
    const { code, out } = await node.run(['collect', '--raw']);
    expect(code).toBe(0);
    for (const [kind, secret] of Object.entries(secrets)) expect(out.toLowerCase().includes(secret.toLowerCase()), kind).toBe(false);
    for (const needed of [
      'vm-104-disk-3',
      '/dev/san1vg/vm-104-disk-7',
      'vm-104-disk-8',
      '/dev/san1vg/vm-101-disk-9',
      '/dev/san1vg/vm-100-disk-5',
      'subvol-3-x',
      'san1vg',
      'qmigrate:100::',
    ]) {
      expect(out).toContain(needed);
    }
  });

  it('names every volume that the node’s own configurations name', async () => {
    const { out } = await node.run(['collect', '--raw']);
    for (const volume of ['vm-100-disk-0', 'vm-101-disk-0', 'vm-102-disk-0', 'vm-103-disk-0', 'vm-104-cloudinit', 'vm-104-disk-0', 'vm-105-disk-0'])
      expect(out).toContain(`:${volume}`);
  });
});
