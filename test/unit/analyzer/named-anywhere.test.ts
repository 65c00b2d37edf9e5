/**
 * Whatever a configuration names, wherever and however it is written, comes through the collector's filters to the analyzer
 * as a use: the two must agree, or a filter makes a disk unused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactGuestConfig } from '../../../collector/redact/guest-config';
import { findMentions } from '../../../collector/redact/mentions';
import { findingsOf } from './support/change-node';
import { pair, san, sanStorage } from './support/corpus-parts';
import { dmUuid } from './support/fake-node';
import { judge } from './support/judge';

const volume = 'vm-131-disk-0';
/** Names of the node that reads the configuration: its LVM shows the volume, and nobody has it mapped. */
const captured = new Set([volume, 'vm-100-disk-0']);

const isUnused = (type: 'qemu' | 'lxc', config: string) =>
  findingsOf(
    judge(
      ...pair({
        storages: `${sanStorage}\nsynology: far\n\tportal x\n\ndir: local\n\tpath /x\n`,
        guests: [{ vmid: 300, node: 'pve1', type, config }],
        groups: [san(volume)],
      }),
    ),
  ).some(({ ruleId, detail }) => ruleId === 'dm.unreferenced-volume' && (detail as { volume: string }).volume === volume);

const volids = [
  `san-prod:${volume}`,
  `far:${volume}`,
  `gone:${volume}`,
  `san-prod:base-9000-disk-0/${volume}`,
  `/dev/san1vg/${volume}`,
  '/dev/mapper/san1vg-vm--131--disk--0',
  '/dev/mapper/san1vg-vm--131--disk--0p1',
  `/dev/disk/by-id/dm-name-san1vg-vm--131--disk--0`,
  `/dev/disk/by-id/dm-uuid-${dmUuid('san1vg', volume)}`,
] as const;
const anyVolid = fc.constantFrom(...volids);

const qemuDrive = fc.constantFrom(
  'ide0',
  'sata5',
  'scsi0',
  'scsi30',
  'virtio15',
  'unused0',
  'unused255',
  'efidisk0',
  'tpmstate0',
  'cdrom',
  'vmstate',
);
const ignoredKey = fc.constantFrom('scsi31', 'nvme0', 'unused256', 'virtio16', 'ide4', 'mpath0', 'scsihw', 'newkey');
const lxcDrive = fc.constantFrom('rootfs', 'mp0', 'mp255', 'unused7');
const form = fc.constantFrom(
  (volid: string) => volid,
  (volid: string) => `${volid},size=8G`,
  (volid: string) => `size=8G,file=${volid}`,
  (volid: string) => `file=${volid},serial=O'Brien,cache=none`,
  (volid: string) => `media=disk,file=${volid},size=1G,backup=0`,
);
const lxcForm = fc.constantFrom(
  (volid: string) => `${volid},mp=/srv,size=8G`,
  (volid: string) => `volume=${volid},mp=/srv`,
  (volid: string) => `mp=/srv,volume=${volid}`,
);
const section = fc.constantFrom(
  '',
  '[PENDING]\n',
  '[pending]\n',
  '[before-1]\n',
  '[A_b]\n',
  '[special:cloudinit]\n',
  '[special:fleecing]\n',
  '[special:new]\n',
  '[9]\n',
  '[x y]\n',
);
const lxcSection = fc.constantFrom('', '[pve:pending]\n', '[PVE:Pending]\n', '[vzdump]\n', '[before]\n', '[?]\n');

/** Where Proxmox VE itself does not look. */
const aside = fc.constantFrom(
  (word: string) => `args: -drive file=${word},if=none,id=x`,
  (word: string) => `#the data is on ${word}.`,
  (word: string) => `#%28see ${word.replaceAll('-', '%2D').replaceAll('/', '%2F')}%29%0Aask Bob`,
  (word: string) => `description: old disk (${word}), do not delete`,
  (word: string) => `hookscript: local:snippets/x.pl ${word}`,
  (word: string) => `tags: x;${word}`,
  (word: string) => `something-new: ${word}`,
);
const lxcAside = fc.constantFrom(
  (word: string) => `lxc.mount.entry: ${word} srv none bind 0 0`,
  (word: string) => `lxc.rootfs.path: lvm:${word}`,
  (word: string) => `lxc.cgroup2.devices.allow: b ${word} rwm`,
  (word: string) => `dev0: ${word},mode=0660`,
);
const anyWord = fc.oneof(
  anyVolid,
  fc.constantFrom(volume, `"${volume}"`, `san1vg/${volume}`, `_${volume}_`, 'san1vg-vm--131--disk--0', `LABEL=${volume}`),
);
const ending = fc.constantFrom('\n', '\r\n', '');

const qemuConfig = fc
  .tuple(
    section,
    fc.oneof(
      fc.tuple(fc.oneof(qemuDrive, ignoredKey), form, anyVolid).map(([key, write, volid]) => `${key}: ${write(volid)}`),
      fc.tuple(aside, anyWord).map(([write, word]) => write(word)),
    ),
    ending,
  )
  .map(([before, line, end]) => `name: web\nscsi0: san-prod:vm-300-disk-0\n${before}${line}${end}`);
const lxcConfig = fc
  .tuple(
    lxcSection,
    fc.oneof(
      fc.tuple(fc.oneof(lxcDrive, fc.constant('mp256')), lxcForm, anyVolid).map(([key, write, volid]) => `${key}: ${write(volid)}`),
      fc.tuple(fc.oneof(aside, lxcAside), anyWord).map(([write, word]) => write(word)),
    ),
    ending,
  )
  .map(([before, line, end]) => `hostname: mail\n${before}${line}${end}`);

describe('a volume that is named anywhere', () => {
  it('is unused without a name: the test can fail', () => expect(isUnused('qemu', 'name: web\n')).toBe(true));

  it.each([
    ['qemu', qemuConfig],
    ['lxc', lxcConfig],
  ] as const)('of a %s guest is in use, behind the collector’s filter', (type, config) => {
    fc.assert(
      fc.property(config, (text) => {
        const behind = redactGuestConfig(type, text, captured);
        expect(isUnused(type, behind), `${text}\n${behind}`).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['qemu', qemuDrive, form],
    ['lxc', lxcDrive, lxcForm],
  ] as const)('of a %s guest is in use in a file that never passed it', (type, drive, write) => {
    fc.assert(
      fc.property(type === 'qemu' ? section : lxcSection, fc.oneof(drive, ignoredKey), write, anyVolid, ending, (before, key, say, volid, end) => {
        const text = `${before}${key}: ${say(volid)}${end}`;
        expect(isUnused(type, text), text).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('on a node that does not know it yet is in use by its name’s shape', () => {
    fc.assert(
      fc.property(aside, fc.constantFrom(volume, 'san1vg-vm--131--disk--0', `/dev/san1vg/${volume}`), (write, word) => {
        expect(isUnused('qemu', redactGuestConfig('qemu', `${write(word)}\n`, new Set()))).toBe(false);
      }),
    );
  });

  it('in a file of the host is in use', () => {
    const words = (line: string) => findMentions(line, captured).join(' ');
    for (const line of [
      `/dev/san1vg/${volume} /mnt ext4 defaults 0 2`,
      `x /dev/mapper/san1vg-vm--131--disk--0 none luks`,
      `"dev": "/dev/san1vg/${volume}"`,
    ]) {
      const nodes = pair({ groups: [san(volume)], mentions: words(line) });
      expect(findingsOf(judge(...nodes)), line).toEqual([]);
    }
  });
});

describe('secrets', () => {
  it.each(['cipassword', 'sshkeys', 'ciuser'])('%s is not even looked through, and makes nothing used', (key) => {
    expect(redactGuestConfig('qemu', `${key}: ${volume}\n`, captured)).toBe('');
  });
});

it('a file of a megabyte of names is read in less than a second', () => {
  const config = Array.from({ length: 20_000 }, (_, at) => `newkey${at}: san-prod:vm-${100 + at}-disk-0,${'x'.repeat(20)}`).join('\n');
  const start = performance.now();
  expect(isUnused('qemu', config)).toBe(false);
  expect(performance.now() - start).toBeLessThan(5000);
});
