/** Configurations nobody writes: a megabyte of one thing. Work grows with the size, never with its square. */
import { describe, expect, it } from 'vitest';
import { isConsumerVolume, kindOfVolume } from '../../../worker/analyzer/parse/volume-name';
import { findingsOf, millisecondsOf } from './support/change-node';
import { local, localStorage, pair, san, sanStorage, thin, vm } from './support/corpus-parts';
import type { FakeNode } from './support/fake-node';
import { judge } from './support/judge';

const many = 20_000;
const soon = 12_000;
const lines = (line: (at: number) => string) => Array.from({ length: many }, (_, at) => line(at)).join('\n');
const storages = `${sanStorage}\n${localStorage}`;
const alone = (more: Partial<FakeNode>): FakeNode => ({ name: 'pve1', members: ['pve1'], storages, groups: [san(), local()], mappings: [], ...more });

describe('is judged in seconds:', () => {
  it.each<[string, FakeNode]>([
    [
      'one guest that names thousands of disks that do not exist',
      alone({
        guests: [
          vm(
            100,
            'pve1',
            lines((at) => `scsi1: san-prod:vm-100-disk-${at}`),
          ),
        ],
      }),
    ],
    [
      'thousands of snapshots of one disk that does not exist',
      alone({
        guests: [
          vm(
            100,
            'pve1',
            lines((at) => `[s${at}x]\nscsi1: local-lvm:vm-100-disk-0`),
          ),
        ],
      }),
    ],
    [
      'thousands of snapshots whose volumes exist, of a disk that does not',
      alone({
        guests: [
          vm(
            100,
            'pve1',
            lines((at) => `[s${at}x]\nscsi1: local-lvm:vm-100-disk-0`),
          ),
        ],
        groups: [san(), local(...Array.from({ length: many }, (_, at) => thin(`snap_vm-100-disk-0_s${at}x`)))],
      }),
    ],
    [
      'thousands of disks no guest uses, of one guest with thousands of other disks',
      alone({
        guests: [
          vm(
            100,
            'pve1',
            lines((at) => `scsi1: far:vm-100-x-${at}`),
          ),
        ],
        groups: [san(...Array.from({ length: many }, (_, at) => `vm-100-disk-${at}`)), local()],
      }),
    ],
    [
      'thousands of guests that share one disk',
      alone({ guests: Array.from({ length: 5000 }, (_, at) => vm(1000 + at, 'pve1', 'scsi0: san-prod:vm-9-disk-0\n')) }),
    ],
    ['thousands of storages', alone({ storages: lines((at) => `lvm: san-${at}\n\tvgname san${at}vg\n`) })],
  ])('%s', (_what, node) => expect(millisecondsOf(() => judge(node))).toBeLessThan(soon), 30_000);

  it('and what is found stays bounded', () => {
    const report = judge(
      ...pair({
        storages,
        guests: [
          vm(
            100,
            'pve1',
            lines((at) => `scsi1: san-prod:vm-100-disk-${at}`),
          ),
        ],
        groups: [san()],
      }),
    );
    const found = findingsOf(report).filter(({ ruleId }) => ruleId === 'guest.dangling-volume');
    expect(found.length).toBeGreaterThan(100);
    expect(found.length).toBeLessThanOrEqual(many);
    expect(Math.max(...found.map(({ detail }) => JSON.stringify(detail).length))).toBeLessThan(4096);
  });
});

it('names longer than any of LVM’s are stored nowhere', () => {
  const long = 'x'.repeat(100_000);
  const report = judge(
    alone({
      storages: `${storages}\nlvm: ${long}\n\tvgname vg${long}\n\nlvm: other\n\tvgname own\n`,
      guests: [
        vm(
          100,
          'pve1',
          `scsi0: san-prod:vm-100-${long}\nscsi1: ${long}:vm-100-disk-1\nscsi2: san-prod:vm-100-disk-2\n[${long}]\nscsi2: san-prod:vm-100-disk-2\n`,
        ),
      ],
      groups: [san(`vm-131-${long}`, 'vm-131-disk-0'), { name: `vg${long}`, device: '8:80', volumes: [{ name: 'vm-132-disk-0' }] }, local()],
    }),
  );
  const details = findingsOf(report).map(({ detail }) => JSON.stringify(detail).length);
  expect(details.length).toBeGreaterThan(1);
  expect(Math.max(...details)).toBeLessThan(4096);
});

it('names of a megabyte are looked at once', () => {
  const names = [
    `vm-100-disk-0${'_00000'.repeat(150_000)}\n`,
    `snap_vm-1-${'___replicate_'.repeat(80_000)}\n`,
    `vm-100-${'-pvc'.repeat(200_000)}`,
    `snap_vm-100-${'_vzdump'.repeat(100_000)}x`,
  ];
  expect(millisecondsOf(() => names.map((name) => [isConsumerVolume(name), kindOfVolume(name)]))).toBeLessThan(500);
});
