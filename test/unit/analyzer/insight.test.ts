import { expect, it } from 'vitest';
import { type FakeNode, mapped, uuidOf } from './support/fake-node';
import { judge } from './support/judge';
import { guests, members, pve1, pve2, pve3, san } from './support/sample-cluster';

const insightOf = (...nodes: readonly FakeNode[]) => {
  const { insight } = judge(...nodes);
  if (insight === undefined) throw new Error('no insight');
  return insight;
};

it('the next number is the lowest free one of the range, and blocked numbers are the free ones only', () => {
  const { ids } = insightOf(pve1, pve2, pve3);
  // 100 is taken; 119's name is blocked on pve1 too, but 119 is a guest's.
  expect(ids).toEqual({
    next: 101,
    blocked: [
      { vmid: 140, node: 'pve1', volume: 'vm-140-disk-0.qcow2' },
      { vmid: 777, node: 'pve1', volume: 'vm-777-disk-0' },
      { vmid: 999, node: 'pve1', volume: 'vm-999-disk-0' },
    ],
  });
});

it('a guest is blocked where its name is taken, and only there', () => {
  const { landing } = insightOf(pve1, pve2, pve3);
  expect(landing.blocked).toEqual([{ vmid: 119, name: 'db', node: 'pve1', why: 'the name vm-119-disk-0 is taken by another mapping' }]);
  expect(landing.nodes).toEqual([
    { node: 'pve1', ready: 4, copied: 0, blocked: 1, notChecked: 0 },
    { node: 'pve2', ready: 3, copied: 2, blocked: 0, notChecked: 0 },
    { node: 'pve3', ready: 3, copied: 2, blocked: 0, notChecked: 0 },
  ]);
});

const oneGuest = { members, guests: guests.filter(({ vmid }) => vmid === 122) };
const other = (more: Partial<FakeNode>): FakeNode => ({ ...pve3, ...oneGuest, ...more });
const home: FakeNode = { ...pve2, ...oneGuest };

it.each<[string, Partial<FakeNode>, string]>([
  ['a group that is not there', { groups: [] }, 'pve3 does not show volume group san1vg'],
  ['two groups of its name', { groups: [san, { ...san, uuid: uuidOf('a guest has one called so too') }] }, 'two volume groups are called san1vg'],
  ['a disk that is gone', { groups: [{ ...san, volumes: [] }] }, 'san1vg has no vm-122-disk-0'],
  ['a map made by hand', { mappings: [{ ...mapped('san1vg', 'vm-122-disk-0', 9), uuid: '' }] }, 'the name vm-122-disk-0 is taken by another mapping'],
])('%s blocks a guest on that node', (_what, more, why) => {
  const { landing } = insightOf(home, other(more));
  expect(landing.blocked).toEqual([{ vmid: 122, name: 'erp', node: 'pve3', why }]);
});

it.each<[string, string, string]>([
  ['disabled', 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\tdisable\n', 'storage san-prod is disabled'],
  ['kept from a node', 'lvm: san-prod\n\tvgname san1vg\n\tshared 1\n\tnodes pve1,pve2\n', 'storage san-prod is not offered on pve3'],
])('a storage that is %s blocks a guest', (_what, storages, why) => {
  const { landing } = insightOf({ ...home, storages }, other({ storages }));
  expect(landing.blocked.filter(({ node }) => node === 'pve3')).toEqual([{ vmid: 122, name: 'erp', node: 'pve3', why }]);
});

it('a guest lands without its cloud-init drive, which is made anew at start, and where nothing else has that name', () => {
  const config = 'scsi0: san-prod:vm-122-disk-0\nide2: san-prod:vm-122-cloudinit,media=cdrom\n';
  const here = { members, guests: [{ vmid: 122, node: 'pve2', config }] };
  const taken = { ...pve3, ...here, mappings: [{ ...mapped('san1vg', 'vm-122-cloudinit', 9) }] };
  expect(insightOf({ ...pve2, ...here }, { ...pve3, ...here }).landing.blocked).toEqual([]);
  expect(insightOf({ ...pve2, ...here }, taken).landing.blocked.map(({ why }) => why)).toEqual([
    'the name vm-122-cloudinit is taken by another mapping',
  ]);
});

it('a node that could not be read, or is silent, is not checked and never ready', () => {
  const { landing } = insightOf(home, other({ groups: [{ ...san, vg: { vg_missing_pv_count: '1' } }] }));
  expect(landing.nodes).toEqual([
    { node: 'pve1', ready: 0, copied: 0, blocked: 0, notChecked: 1 },
    { node: 'pve2', ready: 1, copied: 0, blocked: 0, notChecked: 0 },
    { node: 'pve3', ready: 0, copied: 0, blocked: 0, notChecked: 1 },
  ]);
});

it('guests are counted once, by the worst that was found', () => {
  const table = insightOf(pve1, pve2, pve3).guests;
  expect(table).toMatchObject({ total: 5, running: 5, stopped: 0, statusUnknown: 0, clean: 3, duplicate: 1, tombstoned: 1 });
  expect(table.rows.map(({ vmid, worst }) => [vmid, worst])).toEqual([
    [119, 'critical'],
    [122, 'warning'],
  ]);
});

it('what could be had back is summed per storage', () => {
  expect(insightOf(pve1, pve2, pve3).reclaimable).toEqual([
    { storage: 'san-prod', group: 'san1vg', volumes: 1, sectors: 65536, kinds: { disk: 65536 } },
  ]);
});

it('without a quorate member nothing is said', () => {
  expect(judge({ ...pve2, quorate: false }).insight).toBeUndefined();
});

it('a leftover says which id it would hit, and whether that is the next one', () => {
  const breaks = (node: FakeNode) => judge(node).nodes[0]?.findings.find(({ ruleId }) => ruleId === 'dm.stale-mapping')?.explanation.breaks;
  const leftover = (vmid: number): FakeNode => ({ ...pve2, mappings: [mapped('san1vg', `vm-${vmid}-disk-9`, 5)] });
  expect(breaks(leftover(777))).toContain('Ids at risk: 777. The next new guest gets id 101: not affected.');
  expect(breaks(leftover(101))).toContain('Ids at risk: 101. The next new guest gets id 101 and fails if it is made on pve2.');
  expect(breaks({ ...leftover(101), quorate: false })).toMatch(/Ids at risk: 101\.$/);
});

it('stays small, whatever names and numbers a node brings', () => {
  const long = 'x'.repeat(5000);
  const guestsOf = (node: string) =>
    Array.from({ length: 1000 }, (_, at) => ({ vmid: 1000 + at, node, config: `name: ${long}\nscsi0: san-prod:vm-${1000 + at}-${long}\n` }));
  const everybody = ['pve1', 'pve2', ...Array.from({ length: 2000 }, (_, at) => `${long}${at}`)];
  const node = (name: string): FakeNode => ({ ...pve3, name, members: everybody, guests: guestsOf('pve1') });
  const insight = insightOf(node('pve1'), node('pve2'));
  expect(insight.landing.nodes.find(({ node: name }) => name === 'pve2')?.blocked).toBe(1000);
  expect(JSON.stringify(insight).length).toBeLessThan(150_000);
});
