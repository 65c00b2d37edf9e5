/**
 * A fake node on which everything the collector reads, and much it must not read, holds secrets. Each is a word of its own
 * that stands nowhere else, so that a search for it tells where something came from.
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { catalogue } from '../../../collector/captures/catalogue';
import { type FakeNode, makeFakeNode } from './fake-node';

export type NodeOfSecrets = {
  readonly node: FakeNode;
  /** Word -> where it was planted. */
  readonly planted: ReadonlyMap<string, string>;
  /** What must leave the node all the same. */
  readonly needed: readonly string[];
};

/** No vowels, no shape of a volume: nothing the node says by itself. */
const wordFor = (number: number) => `Zk${String(number).padStart(4, '0')}qXw`;

export async function makeNodeOfSecrets(): Promise<NodeOfSecrets> {
  const node = await makeFakeNode();
  const planted = new Map<string, string>();
  const secret = (where: string) => {
    const word = wordFor(planted.size + 1);
    planted.set(word, where);
    return word;
  };
  const at = (path: string) => join(node.root, path);
  const add = async (path: string, text: string) => {
    await mkdir(dirname(at(path)), { recursive: true });
    await appendFile(at(path), text);
  };

  await add('etc/pve/nodes/pve1/qemu-server/104.conf', secretConfig(secret));
  await add('etc/pve/nodes/pve1/qemu-server/100.conf', crlf(secretConfig((where) => secret(`${where}, CRLF`))));
  await add('etc/pve/nodes/pve1/lxc/101.conf', secretContainer(secret));
  await add('etc/pve/storage.cfg', secretStorages(secret));
  await add(
    'etc/pve/datacenter.cfg',
    `http_proxy: http://u:${secret('datacenter proxy')}@proxy\nnotify: ${secret('datacenter notify')}\ndescription: ${secret('datacenter notes')}\n`,
  );
  await add(
    'etc/fstab',
    `//nas/x /mnt/${secret('fstab directory')} cifs username=u,password=${secret('fstab')} 0 0 # ${secret('fstab comment')}\n/dev/san1vg/vm-100-disk-5 /mnt ext4\n`,
  );
  await add('etc/crypttab', `${secret('crypttab name')} /dev/san1vg/vm-100-disk-6 /root/${secret('crypttab key file')} luks\n`);
  await add(
    `etc/drbd.d/${secret('name of a DRBD file')}.res`,
    `resource r0 { net { shared-secret "${secret('DRBD')}"; } disk /dev/san1vg/vm-100-disk-7; }\n`,
  );
  await add(
    'etc/rtslib-fb-target/saveconfig.json',
    JSON.stringify({
      chap_password: secret('CHAP'),
      chap_userid: secret('CHAP user'),
      dev: '/dev/san1vg/vm-100-disk-8',
      wwn: secret('serial number'),
    }),
  );
  await add(
    'etc/libvirt/qemu/x.xml',
    `<graphics passwd='${secret('libvirt')}'/><source dev='/dev/san1vg/subvol-3-x'/><seclabel>${secret('libvirt label')}</seclabel>`,
  );
  await add(
    'var/log/pve/tasks/active',
    `UPID:pve1:00015F90:02FF1E2B:6B0A1F10:qmigrate:100:${secret('user of a task')}@pam!${secret('token of a task')}: 0\n`,
  );
  await add('var/log/pve/tasks/index', failedTasks(secret));
  await mkdir(at('proc/90000'));
  await writeFile(at('proc/90000/stat'), `90000 (task) S ${'0 '.repeat(18)}50273835 0 0\n`);
  await add('run/qemu-server/104.pid', `41201\n${secret('pid file')}\n`);
  await add(`run/qemu-server/${secret('name of a pid file')}.pid`, '41202\n');
  await add('sys/fs/cgroup/lxc.monitor/101/cgroup.procs', `${secret('cgroup of a container')}\n`);
  await mkdir(at('proc/90001'));
  await writeFile(at('proc/90001/stat'), `90001 (${secret('name of a process')}) S ${'0 '.repeat(18)}50273835 0 0\n`);
  for (const [path, where] of unread) await add(path, `${secret(where)}\n`);
  await writeFile(at('etc/machine-id'), `${secretHex(planted, 'machine id')}\n`);

  await mixIntoJson(at('etc/pve/ha/manager_status'), {
    comment: secret('HA comment'),
    service_status: { 'vm:100': { comment: secret('comment of a service') } },
  });
  await mixIntoJson(at('etc/pve/.members'), { [secret('key of .members')]: 1, nodelist: { pve1: { ip: secret('address of a member') } } });
  await mixIntoJson(at('etc/pve/.vmlist'), { comment: secret('.vmlist'), ids: { 100: { name: secret('name in .vmlist') } } });
  await mixIntoJson(at('etc/pve/.version'), { note: secret('.version') });
  for (const path of kernelFiles) if (await exists(at(path))) await add(path, `${secret(path)}\n${secret(path)} kB: 1 cpu ${secret(path)}\n`);
  await stubCommands(node, secret);

  const needed = [
    ...['vm-104-disk-3', '/dev/san1vg/vm-104-disk-7', 'vm-104-disk-8', '/dev/san1vg/vm-101-disk-9', '/dev/san1vg/vm-100-disk-5', 'vm-104-disk-11'],
    ...[
      '/dev/san1vg/vm-100-disk-6',
      '/dev/san1vg/vm-100-disk-7',
      '/dev/san1vg/vm-100-disk-8',
      'subvol-3-x',
      'san1vg',
      'qmigrate:100::',
      'local-lvm:vm-104-disk-0',
    ],
    ...['lower=100', 'eno1', 'rpool', 'third-party', 'thirdvg'],
  ];
  return { node, planted, needed };
}

type Secret = (where: string) => string;

const crlf = (text: string) => text.replace(/\n/g, '\r\n');

function secretConfig(secret: Secret): string {
  const percent = (text: string) => text.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return [
    `cipassword: ${secret('cipassword')}`,
    `ciuser: ${secret('ciuser')}`,
    `sshkeys: ssh-rsa%20AAAA${secret('sshkeys')}%20vm-104-disk-${secret('end of sshkeys')}`,
    `cicustom: user=local:snippets/${secret('cicustom')}.yaml`,
    `ipconfig0: ip=${secret('ipconfig')}/24`,
    `nameserver: ${secret('nameserver')}`,
    `searchdomain: ${secret('searchdomain')}`,
    `args: -object secret,id=sec0,data=${secret('args')} -drive file=/dev/san1vg/vm-104-disk-7,password=${secret('password in args')}`,
    `description: the password is ${secret('description')} on vm-104-disk-8`,
    `description: ${percent('vm-104-disk-11 ')}${secret('encoded description')}%0Apw%3D${secret('password in a description')}`,
    `#note with ${secret('note')}`,
    `#${percent('password')}%3A%20${secret('encoded note')}`,
    `hookscript: local:snippets/${secret('hookscript')}.pl`,
    `scsi3: san-prod:vm-104-disk-3,serial=${secret('serial of a disk')},wwn=0x${secret('wwn')},size=1G`,
    `scsi4: rbd:pool/x:id=admin:key=${secret('key of rbd')},size=1G`,
    `scsi5: /dev/disk/by-id/ata-${secret('serial number of a disk')}`,
    `ide3: local:iso/${secret('name of an image')}.iso,media=cdrom`,
    `ide1: http://user:${secret('password in an address')}@host/x.iso,media=cdrom`,
    `net1: virtio=BC:24:11:00:00:09,bridge=${secret('bridge')}`,
    `smbios1: uuid=${secret('smbios')},serial=${secret('smbios serial')}`,
    `vmgenid: ${secret('vmgenid')}`,
    `tags: ${secret('tag')}`,
    `lock: ${secret('unknown lock')} !`,
    `usb0: host=${secret('usb')}`,
    `hostpci0: mapping=${secret('pci')}`,
    `rng0: source=/dev/${secret('no boundary')}x/../../etc/shadow?`.replace(/\/dev\/[^ ]*/, `/etc/${secret('path')}`),
    `serial0: /dev/serial/by-id/${secret('serial port')}`,
    `watchdog: ${secret('watchdog')}`,
    `notakey ${secret('line without a key')}`,
    `name: web\u0000${secret('behind a NUL')}`,
    `unknownkey: ${'x'.repeat(300_000)} ${secret('end of a long line')}`,
    `[special:${secret('unknown section')}]`,
    `name: ${secret('name in an unknown section')}`,
    `cipassword: ${secret('cipassword in an unknown section')}`,
    '[special:fleecing]',
    `fleecing-images: ${secret('fleecing images')}`,
    `fleecing-images: san-prod:vm-104-fleece-0,${secret('one of the fleecing images')}`,
    '[snap1]',
    `description: ${secret('description of a snapshot')}`,
    `cipassword: ${secret('cipassword in a snapshot')}`,
    `args: ${secret('args in a snapshot')}`,
    '[special:cloudinit]',
    `cipassword: ${secret('cipassword in cloudinit')}`,
    `name: ${secret('odd name')}?`,
    '',
  ].join('\n');
}

function secretContainer(secret: Secret): string {
  return [
    `lxc.environment: TOKEN=${secret('environment of a container')}`,
    `lxc.mount.entry: /dev/san1vg/vm-101-disk-9 srv/${secret('mount entry')} none bind`,
    `mp1: /srv/${secret('bind mount')},mp=/${secret('mount point')}`,
    `lxc.hook.pre-start: /root/${secret('hook of a container')}.sh`,
    `net1: name=eth1,ip=${secret('address of a container')}`,
    `features: mount=${secret('features')}`,
    `dev0: /dev/input/by-id/${secret('input device')}`,
    '[pve:pending]',
    `description: ${secret('pending description')}`,
    '',
  ].join('\n');
}

function secretStorages(secret: Secret): string {
  const credentials = [
    'server',
    'username',
    'password',
    'keyring',
    'portal',
    'target',
    'token',
    'fingerprint',
    'encryption-key',
    'monhost',
    'authsupported',
    'share',
    'export',
    'path',
    'datastore',
    'domain',
    'ontap-password',
  ];
  const section = (type: string, id: string, more: readonly string[] = []) => [
    `${type}: ${id}`,
    ...more,
    ...credentials.map((key) => `\t${key} ${secret(`${key} of ${type}`)}`),
    '',
  ];
  return [
    '',
    `# ${secret('comment in storage.cfg')}`,
    ...section('cifs', 'share'),
    ...section('rbd', 'ceph'),
    ...section('pbs', 'pbs1'),
    ...section('iscsi', 'target1'),
    ...section('netapp', 'third-party', ['\tvgname thirdvg', `\tpool ${secret('pool of an unknown type')}`, `\tontap-user ${secret('ontap user')}`]),
    `password: ${secret('a line that looks like a section')}`,
    '',
    `lvm: odd`,
    `\tvgname ${secret('odd group')}!`,
    `\tnodes pve1 ${secret('odd nodes')}$`,
    '',
  ].join('\n');
}

/** Files nobody asked for. */
const unread: readonly (readonly [path: string, where: string])[] = [
  ...([
    'etc/pve/priv/storage/share.pw',
    'etc/pve/priv/shadow.cfg',
    'etc/pve/priv/token.cfg',
    'etc/pve/priv/authkey.key',
    'etc/pve/user.cfg',
  ] as const),
  ...([
    'etc/pve/domains.cfg',
    'etc/pve/corosync.conf',
    'etc/pve/nodes/pve1/pve-ssl.key',
    'etc/pve/nodes/pve1/priv/x.pw',
    'etc/pve/firewall/100.fw',
  ] as const),
  ...([
    'etc/pve/notifications.cfg',
    'etc/shadow',
    'root/.ssh/id_ed25519',
    'etc/iscsi/iscsid.conf',
    'etc/multipath.conf',
    'etc/lvm/lvm.conf',
  ] as const),
  ...(['proc/90000/cmdline', 'proc/90000/environ', 'etc/pve/nodes/pve1/qemu-server/104.conf.bak', 'etc/network/interfaces', 'etc/hosts'] as const),
  ...(['etc/pve/nodes/pve1/config', 'etc/pve/virtual-guest/x.conf', 'etc/corosync/authkey', 'var/lib/vz/snippets/user.yaml'] as const),
].map((path) => [path, path] as const);

const kernelFiles = [
  'proc/meminfo',
  'proc/stat',
  'proc/uptime',
  'proc/loadavg',
  'proc/net/dev',
  'proc/locks',
  'proc/sysvipc/sem',
  'proc/cpuinfo',
  'proc/self/mountinfo',
  'proc/sys/kernel/osrelease',
  'proc/sys/kernel/hostname',
];

/** A machine id must look like one; it is confidential as a whole. */
function secretHex(planted: Map<string, string>, where: string): string {
  const word = '7d1f0c9e4b2a4c58a1d2e3f405162738';
  planted.set(word, where);
  return word;
}

/** Every command of the catalogue says a secret on standard error, and a line with one on standard output. */
async function stubCommands(node: FakeNode, secret: Secret): Promise<void> {
  const names = new Set(catalogue.flatMap(({ source }) => (source.kind === 'command' ? [source.argv[0]] : [])));
  for (const name of names) {
    const real = (await readFile(join(node.bin, name), 'utf8')).replace(/^#!.*\n/, '').replaceAll('$(dirname "$0")', node.bin);
    await writeFile(join(node.bin, `real-${name}`), `#!/bin/sh\n${real}`, { mode: 0o755 });
    const extra =
      name === 'dmsetup'
        ? `[ "$1" = table ] && printf ';c,CRYPT-1,1,rw,0 8 crypt aes ${secret('key in a table')} 0 8:3 0 1 ${secret('option in a table')}\\n'`
        : '';
    await node.stub(
      name,
      [
        `sh "${join(node.bin, `real-${name}`)}" "$@" | sed 's/"lv_tags":""/"lv_tags":"pve-vm-100,${secret(`tag in ${name}`)}"/; s/"vg_tags":""/"vg_tags":"${secret(`group tag in ${name}`)}"/'`,
        extra,
        `[ "$1" = info ] || echo 'advice of ${name}: ${secret(`output of ${name}`)}'`,
        `echo "  WARNING: ${name} failed for VG ${secret(`complaint of ${name}`)} /mnt/${secret(`path in a complaint of ${name}`)}: ${secret(`end of a complaint of ${name}`)}" >&2`,
        `echo "vm 104 - unable to parse config: cipassword: ${secret(`configuration quoted by ${name}`)}" >&2`,
        'exit 0',
      ].join('\n'),
    );
  }
}

/** Errors as Proxmox VE writes them into its index, and what somebody's hook or storage may have said there. */
function failedTasks(secret: Secret): string {
  const task = (type: string, id: string, says: string) =>
    `UPID:pve1:00015F90:02FF1E2B:6B0A1F10:${type}:${id}:${secret('user of a failed task')}@pam!${secret('token of a failed task')}: 6B0A1F14 ${says}\n`;
  return [
    task(
      'qmstart',
      '100',
      `can't activate LV '/dev/san1vg/vm-100-disk-0':   password ${secret('end of a known error')} failed: Device or resource busy`,
    ),
    task('qmstart', '100', `hookscript error: TOKEN=${secret('error of a hook script')}`),
    task('vzdump', '', `command 'mount -o password=${secret('command in an error')}' failed: exit code 32`),
    task(`qm${secret('type of a task')}!`, '100', 'unexpected status'),
    task('aptupdate', secret('id of a task'), `lvcreate 'san1vg/vm-100-disk-0' error: ${secret('word of an error')}`),
  ].join('');
}

const exists = (path: string) =>
  readFile(path).then(
    () => true,
    () => false,
  );

type Json = { [key: string]: unknown };
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

async function mixIntoJson(path: string, more: Json): Promise<void> {
  const mix = (into: Json, from: Json): Json => {
    const mixed = { ...into };
    for (const [key, value] of Object.entries(from)) {
      const was = mixed[key];
      mixed[key] = isJson(value) && isJson(was) ? mix(was, value) : value;
    }
    return mixed;
  };
  await writeFile(path, JSON.stringify(mix(JSON.parse(await readFile(path, 'utf8')), more)));
}
