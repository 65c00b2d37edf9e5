/** storage.cfg as Proxmox VE reads it, and the collector's filter and the analyzer together. @see pve-common SectionConfig.pm */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactStorageConfig } from '../../../collector/redact/storage-config';
import { indexCaptures } from '../../../worker/analyzer/parse/captured';
import { parseStorages } from '../../../worker/analyzer/parse/storage-config';
import { text } from './support/fake-node';

const parse = (config: string) => {
  const storages = parseStorages(indexCaptures([text('pve.storage', config)]));
  return storages.status === 'known' ? storages.value : undefined;
};
const one = (config: string) => parse(config)?.[0];

describe('a section of storage.cfg', () => {
  it.each([
    [
      'keeps the case of its id and loses that of its type',
      'LVM: SSD-HA01\n\tvgname SSD-HA01\n',
      { id: 'SSD-HA01', type: 'lvm', vgname: 'SSD-HA01' },
    ],
    ['needs no blank behind the colon', 'lvm:san-prod\n\tvgname a\n', { id: 'san-prod', vgname: 'a' }],
    [
      'takes a bare key as yes',
      'lvm: san-prod\n\tvgname a\n\tshared\n\tdisable\n\ttagged_only\n',
      { shared: true, disabled: true, taggedOnly: true },
    ],
    [
      'takes every word for no and yes',
      'lvm: san-prod\n\tvgname a\n\tshared 0\n\tdisable off\n\ttagged_only On\n',
      { shared: false, disabled: false, taggedOnly: true },
    ],
    ['keeps the first of two equal keys', 'lvm: san-prod\n\tvgname a\n\tvgname b\n\tshared 1\n\tshared 0\n', { vgname: 'a', shared: true }],
    ['passes over comments anywhere', '# x\nlvm: san-prod\n  # vgname b\n#\n\tvgname a\n', { vgname: 'a' }],
    ['goes on behind a line of blanks', 'lvm: san-prod\n\tvgname a\n \t\n\tnodes pve1\n', { vgname: 'a', nodes: ['pve1'] }],
    [
      'goes on until an empty line, whatever looks like a header',
      'lvm: san-prod\n\tvgname a\nlvm: other\n\tshared 1\n',
      { id: 'san-prod', shared: true },
    ],
    ['ends without a final newline', 'lvm: san-prod\n\tvgname a', { vgname: 'a' }],
    ['splits nodes at every sign people use', 'lvm: san-prod\n\tvgname a\n\tnodes pve1, pve2;pve3\n', { nodes: ['pve1', 'pve2', 'pve3'] }],
    [
      'is never shared when it is thin, whatever it says',
      'lvmthin: pool\n\tvgname a\n\tthinpool data\n\tshared 1\n',
      { shared: false, thinpool: 'data' },
    ],
    ['stays when nobody knows its type', 'synology: far\n\tvgname a\n', { type: 'synology', vgname: 'a' }],
    ['has the base of an iSCSI volume like any other option', 'lvm: san-prod\n\tvgname a\n\tbase iscsi:0.0.0.scsi-1\n', { vgname: 'a' }],
  ] as const)('%s', (_what, config, expected) => expect(one(config)).toMatchObject(expected));

  it.each([
    ['a line of two words behind the colon', 'lvm: san prod\n\tvgname a\n'],
    ['an id Proxmox VE does not take', 'lvm: 1san\n\tvgname a\n'],
    ['an indented header', ' lvm: san-prod\n\tvgname a\n'],
  ])('is not %s', (_what, config) => expect(parse(config)).toEqual([]));

  it('with the id of another has no group: nobody knows which is meant', () => {
    expect(parse('lvm: san\n\tvgname a\n\nlvm: san\n\tvgname b\n')).toMatchObject([
      { id: 'san', vgname: '' },
      { id: 'san', vgname: '' },
    ]);
    expect(parse('lvm: san\n\tvgname a\n\nlvm: san\n\tvgname a\n')).toMatchObject([
      { id: 'san', vgname: 'a' },
      { id: 'san', vgname: 'a' },
    ]);
  });

  it('swallows all behind it in a file with carriage returns, as in Proxmox VE', () => {
    expect(parse('lvm: san-a\r\n\tvgname a\r\n\r\nlvm: san-b\r\n\tvgname b\r\n')).toMatchObject([{ id: 'san-a', vgname: 'a' }]);
  });
});

it('says the same behind the collector’s filter', () => {
  const line = fc.constantFrom(
    ...['', '', ' ', '\r', '# c', 'lvm: san-a', 'LVM: San-B', 'lvmthin: local-lvm', 'dir: local', 'synology: far', 'lvm:x', 'lvm: a b', 'nonsense'],
    ...[
      '\tvgname a',
      '  vgname  b ',
      '\tthinpool data',
      '\tshared 1',
      '\tshared',
      '\tdisable',
      '\tnodes pve1,pve2',
      '\ttagged_only yes',
      '\tpath /x',
      '\tcontent images',
    ],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.constantFrom('', '\n'), (lines, end) => {
      const config = `${lines.join('\n')}${end}`;
      const shown = (entries: ReturnType<typeof parse>) => entries?.filter(({ type, vgname }) => type !== 'synology' || vgname !== '');
      const behind = shown(parse(redactStorageConfig(config)));
      // Of a plugin nobody knows the group alone leaves the node.
      const before = shown(parse(config))?.map((entry) =>
        entry.type === 'synology' ? { ...entry, nodes: [], disabled: false, thinpool: '', taggedOnly: false } : entry,
      );
      expect(behind).toEqual(before);
    }),
    { numRuns: 3000 },
  );
});
