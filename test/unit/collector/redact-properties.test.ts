/** Whatever surrounds it: a secret in a place the allow-lists do not name stays on the node. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import { guestConfig, storageConfig } from '../../../collector/redact/allowed';
import { redactComplaints } from '../../../collector/redact/complaints';
import { redactGuestConfig } from '../../../collector/redact/guest-config';
import { redactLvmReport } from '../../../collector/redact/lvm-report';
import { type RedactionContext, redactCapture } from '../../../collector/redact/redact';
import { redactStorageConfig } from '../../../collector/redact/storage-config';

const secret = 'Zk7qXwSecret';
const known = new Set(['vm-100-disk-0', 'data', 'san-vm--100--disk--0', 'pve']);
function hides(text: string): void {
  expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
}

/** What may stand around a secret, in any order: signs, words, line ends that are none, volumes. */
const piece = fc.constantFrom(
  ' ',
  '\t',
  '=',
  ',',
  ';',
  ':',
  '"',
  "'",
  '%20',
  '%3D',
  '\r',
  '\u0000',
  '(',
  '/',
  '//',
  '#',
  '[',
  ']',
  '@',
  'password',
  'file=',
  'x',
  'ä',
  'data ',
  ' vm-100-disk-0 ',
);
const around = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const hidden = fc.tuple(around, around).map(([before, after]) => `${before}${secret}${after}`);

const allowedKeys = new Set<string>([...Object.keys(guestConfig.plain), 'rootfs', 'efidisk0', 'tpmstate0', 'cdrom', 'vmstate']);
const otherKey = fc.oneof(
  fc.constantFrom(
    'args',
    'cipassword',
    'ciuser',
    'sshkeys',
    'description',
    'hookscript',
    'tags',
    'cicustom',
    'ipconfig0',
    'smbios1',
    'net0',
    'lxc.environment',
  ),
  fc.constantFrom(
    'hostpci0',
    'usb0',
    'serial0',
    'scsi31',
    'unused256',
    'Name',
    'NAME',
    ' name',
    '#name',
    '',
    'fleecing-images',
    'delete',
    'lxc.cgroup2.devices.allow',
  ),
  fc.stringMatching(/^[a-z][a-z_-]{0,12}[0-9]{0,3}$/).filter((key) => !allowedKeys.has(key) && !/^(?:ide|sata|scsi|virtio|unused|mp)\d+$/.test(key)),
);
const otherLine = fc.tuple(otherKey, fc.constantFrom(':', ': ', '=', ' '), hidden).map((parts) => parts.join(''));
/** Allowed keys with a value that is none of theirs. */
const oddLine = fc.tuple(fc.constantFrom('lock', 'template', 'snapstate'), hidden).map(([key, value]) => `${key}: ${value}`);
const driveOption = fc
  .tuple(
    fc.constantFrom('scsi0', 'ide2', 'virtio15', 'unused0', 'mp3', 'rootfs'),
    fc.constantFrom('serial', 'wwn', 'mp', 'mountoptions', 'file_', 'key'),
    hidden,
  )
  .map(([key, option, value]) => `${key}: san:vm-100-disk-0,${option}=${value.replace(/,/g, ' ')},size=1G`);
const header = fc.constantFrom(
  '[PENDING]',
  '[snap1]',
  '[special:cloudinit]',
  '[special:fleecing]',
  '[pve:pending]',
  `[special:${secret}]`,
  `[${secret} x]`,
  '[',
  '[]',
);
const config = fc.array(fc.oneof(otherLine, oddLine, driveOption, header, fc.constant('')), { maxLength: 12 });

describe('a secret where the allow-list names nothing', () => {
  it('stays on the node: configurations of guests', () => {
    fc.assert(
      fc.property(config, fc.constantFrom('qemu' as const, 'lxc' as const), fc.constantFrom('\n', '\r\n'), (lines, type, end) =>
        hides(redactGuestConfig(type, lines.join(end), known)),
      ),
      { numRuns: 2000 },
    );
  });

  it('stays on the node, also when the file is cut at any byte', () => {
    const entry = catalogue.find(({ id }) => id === 'pve.guests');
    const context: RedactionContext = { known, complained: known, startOf: () => undefined, storageConfig: '' };
    fc.assert(
      fc.property(config, fc.double({ min: 0, max: 1, noNaN: true }), (lines, share) => {
        const text = Buffer.from(lines.join('\n'), 'latin1');
        const out = text.subarray(0, Math.floor(text.length * share));
        const file = { path: '/etc/pve/nodes/a/qemu-server/100.conf', status: 'ok', out, truncated: out.length } as const;
        const filtered = entry === undefined ? undefined : redactCapture(entry, { status: 'ok', ms: 1, files: [file] }, context);
        expect(filtered?.files).toHaveLength(1);
        hides(filtered?.files?.[0]?.out?.toString('latin1') ?? '');
      }),
      { numRuns: 500 },
    );
  });

  it('stays on the node: storages', () => {
    const key = fc
      .oneof(
        fc.constantFrom('server', 'username', 'password', 'keyring', 'portal', 'token', 'path', 'export', 'ontap-user', 'nodes', 'vgname'),
        fc.string({ maxLength: 12 }),
      )
      .filter((word) => !(word in storageConfig.options) || word === 'nodes' || word === 'vgname');
    const line = fc
      .tuple(fc.constantFrom('\t', '  ', ''), key, hidden)
      .map(([indent, option, value]) => `${indent}${option} ${option === 'nodes' || option === 'vgname' ? '!' : ''}${value}`);
    const section = fc
      .tuple(fc.constantFrom('lvm: a', 'cifs: b', 'netapp: c', 'x', `# ${secret}`, ''), fc.array(line, { maxLength: 6 }))
      .map(([head, lines]) => [head, ...lines].join('\n'));
    fc.assert(
      fc.property(fc.array(section, { maxLength: 5 }), (sections) => hides(redactStorageConfig(sections.join('\n\n')))),
      { numRuns: 1000 },
    );
  });

  it('stays on the node: tags and advice in LVM’s report, words in complaints', () => {
    fc.assert(
      fc.property(hidden, fc.constantFrom('lv_tags', 'vg_tags'), (text, column) => {
        const plain = text.replace(/["\\\r]/g, '');
        hides(redactLvmReport(`{\n {"vg_name":"pve", "${column}":"pve-vm-100,${plain}"},\n ${text}\n}\n`));
        hides(redactComplaints(`  WARNING: ${text} for VG pve\n`, known));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the filters', () => {
  it('answer any bytes with ASCII, whatever the entry', () => {
    const context: RedactionContext = { known, complained: known, startOf: () => 'cannot-tell', storageConfig: '' };
    fc.assert(
      fc.property(fc.constantFrom(...catalogue), fc.uint8Array({ maxLength: 300 }), (entry, bytes) => {
        const { out, err } = redactCapture(entry, { status: 'ok', ms: 1, out: Buffer.from(bytes), err: Buffer.from(bytes) }, context);
        for (const shown of [out, err]) expect(shown?.toString('latin1') ?? '').toMatch(/^[\t\r\n -~]*$/);
      }),
      { numRuns: 2000 },
    );
  });
});
