/** Hostile texts for every filter of the probe: pieces of what it knows, put together in any order, with any bytes between them. */
import fc from 'fast-check';

const piece = (...words: readonly string[]) => fc.constantFrom(...words);
/** Any byte but NUL, which becomes another one on its way. */
const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
const texts = (pieces: fc.Arbitrary<string>) =>
  fc.array(fc.oneof({ weight: 12, arbitrary: pieces }, { weight: 1, arbitrary: byte }), { maxLength: 24 }).map((all) => all.join(''));

const volumes = [
  'vm-100-disk-0',
  'base-9-disk-1',
  'snap_vm-100-disk-0_s1',
  'vm--7--disk--0',
  'subvol-3-x',
  'vm-1234567890-x',
  'pm-1a2b3c4d_00000',
  'pool_tmeta',
] as const;
const paths = [
  '/dev/san1vg/vm-100-disk-0',
  '/dev/disk/by-id/dm-name-x',
  '/dev/disk/by-id/wwn-0x5',
  '/dev/bus/usb',
  '/dev/mapper/san1vg-vm--100--disk--0',
  '/srv/x',
  '/dev/',
] as const;
const marks = [
  ' ',
  ',',
  ':',
  '=',
  ';',
  '.',
  '_',
  '-',
  '/',
  '"',
  "'",
  '(',
  ')',
  '%2D',
  '%0A',
  '%00',
  '%ff',
  '\t',
  '\r',
  '\xa0',
  '\\',
  '#',
  '@',
  '|',
  '[',
  ']',
  '{',
  '}',
] as const;
const keys = [
  'scsi0',
  'scsi30',
  'scsi31',
  'ide2',
  'unused255',
  'unused256',
  'mp0',
  'rootfs',
  'efidisk0',
  'vmstate',
  'lock',
  'name',
  'hostname',
  'template',
  'parent',
  'args',
  'net0',
  'ipconfig3',
  'cipassword',
  'SSHKEYS',
  'smbios1',
  'description',
  'fleecing-images',
  'lxc.mount.entry',
  'scsi007',
] as const;
const options = [
  'size=32G',
  'media=cdrom',
  'file=',
  'volume=',
  'backup=0',
  'serial=x',
  'local:iso/x.iso',
  'san-prod:',
  'local-lvm:vm-1-disk-0',
  'none',
  'cdrom',
  'mp=/x',
  'a:b:c',
  'x:user@host',
] as const;
const sections = [
  '[PENDING]',
  '[before]',
  '[special:fleecing]',
  '[special:cloudinit]',
  '[pve:pending]',
  '[special:new thing]',
  '[]',
  '[a]x',
  '[b] ',
] as const;

const guestText = texts(
  fc.oneof(
    piece(...keys).map((key) => `\n${key}: `),
    piece(...options).map((option) => `${option},`),
    piece(...volumes, ...paths, ...marks, ...options),
    piece(...sections).map((section) => `\n${section}\n`),
  ),
);
const storageText = texts(
  piece(
    'lvm: san',
    'nfs: nas',
    'thirdparty: x',
    'LVMThin: y',
    ':',
    '\n',
    '\n',
    '\n\n',
    '\t',
    ' ',
    'vgname san1vg',
    'shared',
    'shared 1',
    'nodes a,b',
    'server 192.0.2.1',
    'content images',
    '# note',
    'pool x/y',
    'a b',
    '\xa0',
    '\r',
  ),
);
const tableText = texts(
  piece(
    'a,LVM-x,1,rw,',
    '0 8 linear 8:0 2048',
    '0 8 crypt aes 5365 0 8:3 0',
    '0 8 thin-pool 1:2 3:4 128 0',
    ' ',
    ',',
    ';',
    '\\',
    '\\;',
    '\\,',
    '\\\\',
    '8:3',
    '\n',
    '0 8 zero',
    'x',
    '0 8 error ',
  ),
);
const reportText = texts(
  piece(
    '{',
    '}',
    '[',
    ']',
    ',',
    ' ',
    '\n',
    '"lv": [',
    '"lv_name":"vm-100-disk-0"',
    '"lv_tags":"pve-vm-100,secret"',
    '"lv_tags":"pve-vm-1"',
    '"vg_tags":"x"',
    '"a":"\\"b"',
    '"pv_name":"/dev/sda3"',
    '"x":"é"',
    'WARNING',
    '"',
    '"seg_pe_ranges":"/dev/sda3:0-5"',
  ),
);
const taskText = texts(
  piece(
    'UPID:pve1:00000010:000000FF:6B0A1F10:qmigrate:100:root@pam: 0',
    'UPID:pve1:',
    '00000010:',
    '0000000FFF:',
    '6B0A1F10:',
    'imgdel:131@san:x:',
    'upid:',
    ' ',
    ' 0',
    ' 1 6B0A1F14 OK',
    '\n',
    '\t',
    ':',
    '@',
    '131',
  ),
);
const rowText = texts(piece('a|LVM-x|252', '|', '\n', 'é', ' ', 'pve-manager 9.1', 'lvm2 2.03.31-2+pmx1', 'zfs ', 'corosync', '\t', '\xa0', '\\x20'));
const listText = texts(
  piece(
    'VMID NAME STATUS',
    '  100 web running 2048 32.00 4711',
    ' 101  stopped 1 1 0',
    '100',
    ' ',
    '\n',
    'running',
    '\t',
    '\xa0',
    'x',
    '101 running backup ct',
    '0',
    '99',
  ),
);
const complaintText = texts(
  piece(
    '  WARNING: VG san1vg is missing PV ',
    'Couldn’t',
    '/dev/sda3',
    '/dev/disk/by-id/wwn-1',
    '/dev/x.',
    'san1vg/vm-100-disk-0',
    'secret',
    'A13D4q-SWMc-X8e0-42FF-oNBO-MQXO-lzZ48T',
    'seqno 41',
    '12.5GiB',
    '(',
    ')',
    ' ',
    '.',
    '\n',
    'LVM-',
    '[',
    '-',
    '<5%',
    'ipcc_send_rec[1] failed: Connection refused',
    'cluster not ready - no quorum?',
    'vm 104 - unable to parse',
  ),
);

const poolText = texts(
  piece(
    'pve-data-tpool: 0 104857600 thin-pool 4 420/4096 81920/819200 - rw discard_passdown queue_if_no_space - 1024 ',
    'pve-data: 0 8 thin-pool 1 3481/4096 95/100 - out_of_data_space no_discard_passdown error_if_no_space needs_check ',
    ...[
      'pve-data: 0 8 thin-pool Fail',
      'a: 0 8 thin-pool Error',
      'a: 0 8 thin-pool 1 0/0 1/0 - ro -',
      'No devices found',
      'a b: ',
      ': ',
      ' thin-pool ',
    ],
    ...['\n', '\n', ' ', '0 8', '1/2', '80/100', '9'.repeat(20), 'rw', 'needs_check', 'queue_if_no_space'],
  ),
);
const lockText = texts(
  piece(
    ...['file 26:1234 V_san1vg\n', 'file 26:1235 V_san1vg:aux\n', 'file 26:1236 P_global\n', 'file 64769:7 V_a b\n', 'file 1048602:9 V_x\n'],
    ...['up 503122.51 981204.55\n', 'up 10 1\n', 'btime 1795100000\n', 'btime 17951000000000000\n'],
    '1: FLOCK  ADVISORY  WRITE 4711 00:1a:1234 0 EOF\n',
    '1: -> FLOCK  ADVISORY  READ  4712 00:1a:1234 0 EOF\n',
    '1:  -> FLOCK  ADVISORY  WRITE 4713 00:1a:1235 0 EOF\n',
    '2: FLOCK  ADVISORY  WRITE 4713 00:1a:1235 0 EOF\n',
    '3: FLOCK  ADVISORY  READ 4714 00:10001a:9 0 EOF\n',
    '3: POSIX  ADVISORY  READ 4714 00:1a:1236 0 EOF\n',
    '4: FLOCK  ADVISORY  READ  4715 00:1a:1236 0 EOF\n',
    ...[
      ['4711', 'vgs', '100'],
      ['4712', 'pvestatd', '200'],
      ['4713', 'lvcreate', '50300000'],
      ['4714', 'lvm', '5'],
      ['4715', 'a) (b', '5'],
      ['4715', 'dmeventd', '5'],
    ].map(([pid, comm, start]) => `${pid} (${comm}) D ${'1 '.repeat(18)}${start} 0 -1\n`),
    ...[' 223171204  3 600 1 0 0 0 0 1795590012 1795590011\n', '223171205 3 600 1 0 0 0 0 1795603100 5\n', ' 4 3 600 1 0 0 0 0 1 1\n'],
    ...[' ', ':', '\n', 'file ', '1: FLOCK ', '0 EOF', '7', '-> '],
  ),
);

export const cases = fc.oneof(
  fc
    .tuple(guestText, fc.constantFrom('qemu-server', 'lxc'))
    .map(([text, type]) => ({ id: 'pve.guests', text, path: `/etc/pve/nodes/pve1/${type}/100.conf` })),
  storageText.map((text) => ({ id: 'pve.storage', text, path: '/pattern/a.cfg' })),
  texts(piece(...volumes, ...paths, ...marks, '\n')).map((text) => ({ id: 'host.mentions', text, path: '/etc/drbd.d/x.res' })),
  texts(piece('next-id: lower=1,upper=2', 'next-id:', '\n', ' ', 'a')).map((text) => ({ id: 'pve.datacenter', text, path: '/pattern/b.cfg' })),
  taskText.map((text) => ({ id: 'pve.tasks.1', text, path: '/pattern/active.x' })),
  texts(piece('nodes/pve1', '\n', ' ', '\t', '6.14', '~')).map((text) => ({ id: 'host.kernel', text, path: '/pattern/k.x' })),
  poolText.map((text) => ({ id: 'dm.thin-pool.mode', text })),
  texts(piece('   8       0 sda 1 2 3', '253 7 dm-7 0', '259:0', '8 0', ' 12345 1 x 0', '8 12345678 y 1', '\n', ' ', '\t', 'sda', '7', '?')).map(
    (text) => ({
      id: 'host.devices',
      text,
      path: '/pattern/d.x',
    }),
  ),
  lockText.map((text) => ({ id: 'lvm.locks', text, path: '/pattern/l.x' })),
  tableText.map((text) => ({ id: 'dm.table', text })),
  rowText.map((text) => ({ id: 'dm.info.2', text })),
  fc.tuple(reportText, complaintText).map(([text, err]) => ({ id: 'lvm.autoactivation', text, err })),
  fc
    .tuple(listText, complaintText, fc.constantFrom('qm.list', 'pct.list'), fc.constantFrom('ok' as const, 'failed' as const))
    .map(([text, err, id, status]) => ({ id, text, err, status })),
  fc.tuple(rowText, complaintText).map(([text, err]) => ({ id: 'host.packages', text, err, status: 'failed' as const })),
);

const documentKeys = fc.constantFrom(
  ...[
    'nodename',
    'version',
    'cluster',
    'name',
    'nodes',
    'quorate',
    'nodelist',
    'pve1',
    'pve2',
    'a b',
    'id',
    'online',
    'ip',
    'ids',
    '100',
    '101',
    'node',
    'type',
  ],
  ...['service_status', 'node_status', 'vm:100', 'ct:101', 'state', 'target', 'uid', 'cmd', 'timestamp', 'extra', ''],
);
const scalars = fc.constantFrom<unknown>(
  'pve1',
  'pve2',
  'started',
  'qemu',
  'secret word',
  'x"y',
  '',
  1,
  0,
  -3,
  7.5,
  true,
  null,
  [],
  ['a', 1],
  [{ name: 'secret' }],
  {},
);
const inner = fc.dictionary(documentKeys, scalars, { maxKeys: 5 });
const middle = fc.dictionary(documentKeys, fc.oneof(scalars, inner), { maxKeys: 5 });
const pieces = {
  members: { nodename: fc.constant('pve1'), version: fc.constant(7), cluster: fc.oneof(inner, middle), nodelist: middle },
  vmlist: { version: fc.constant(31), ids: middle },
  ha: { service_status: middle, node_status: inner },
};

/** What pmxcfs writes, nearly: whole, in its own places and in others, cut, on one line and on many. */
export const documents = fc
  .constantFrom('members' as const, 'vmlist' as const, 'ha' as const)
  .chain((redaction) =>
    fc.tuple(
      fc.constant(redaction),
      fc.tuple(fc.record<Record<string, unknown>>(pieces[redaction], { requiredKeys: [] }), middle).map(([own, other]) => ({ ...other, ...own })),
      fc.constantFrom(undefined, 2),
      fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }),
    ),
  )
  .map(([redaction, document, indent, share]) => {
    const text = JSON.stringify(document, null, indent);
    return { redaction, text: text.slice(0, Math.ceil(text.length * share)) };
  });
