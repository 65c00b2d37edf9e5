import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counters, computeRates, readCounters } from '../../../collector/look/counters';

const table = (rows: readonly (readonly [pid: number, start: number, ticks: number, comm: string])[]) =>
  rows.map(([pid, start, ticks, comm]) => `${pid} 1 S ${start} ${ticks} ${comm}\n`).join('');
const look = (uptime: number, more: Readonly<Record<string, string>> = {}) => {
  const texts: Readonly<Record<string, string>> = {
    'host.uptime': `${uptime}.00 1.00\n`,
    'host.boot-id': 'boot-a\n',
    'host.stat.2': `cpu  ${uptime * 10} 0 0 ${uptime * 90} 0 0 0 0 0 0\n`,
    ...more,
  };
  return { textOf: (id: string) => texts[id] ?? '', network: texts.network ?? '' };
};
const countersOf = ({ textOf, network }: ReturnType<typeof look>) => readCounters(textOf, network);
const ratesOf = (before: ReturnType<typeof look> | undefined, now: ReturnType<typeof look>, guestOf = (_pid: number) => 0) =>
  computeRates(before === undefined ? undefined : countersOf(before), countersOf(now), now.textOf, guestOf);

describe('rates since the look before', () => {
  it('are per second of uptime, whatever the clock says', () => {
    const before = look(1000, {
      network: 'eno1 1000 1 0 0 500 1 0 0\nvmbr0 7 1 0 0 7 1 0 0\n',
      'guest.processes': table([
        [10, 5, 100, 'kvm'],
        [11, 6, 50, 'pvestatd'],
      ]),
    });
    const now = look(1100, {
      network: 'eno1 101000 9 0 0 10500 9 0 0\nvmbr0 7 1 0 0 7 1 0 0\n',
      'guest.processes': table([
        [10, 5, 5100, 'kvm'],
        [11, 6, 50, 'pvestatd'],
        [12, 100_500, 200, 'new'],
      ]),
    });
    expect(ratesOf(before, now, (pid) => (pid === 10 ? 104 : 0))).toEqual({
      seconds: 100,
      cpu: 10,
      network: [
        ['eno1', 1000, 100],
        ['vmbr0', 0, 0],
      ],
      busiest: [
        ['kvm', 10, 104, 50],
        ['new', 12, 0, 2],
      ],
    });
  });

  it.each([
    ['there was no look before', undefined, look(1000)],
    ['the node was started anew in between', look(1000), look(1100, { 'host.boot-id': 'boot-b\n' })],
    ['the uptime went back', look(1000), look(900)],
    ['a moment ago is no interval', look(1000), look(1003)],
    ['the uptime cannot be read', look(1000), look(1100, { 'host.uptime': '' })],
  ])('are none when %s', (_why, before, now) => expect(ratesOf(before, now)).toBeUndefined());

  it('leave out a counter that went back, and take the others', () => {
    const before = look(1000, {
      network: 'eno1 1000 1 0 0 500 1 0 0\neno2 10 1 0 0 10 1 0 0\n',
      'host.stat.2': 'cpu  9999999 0 0 9999999 0 0 0 0 0 0\n',
    });
    const now = look(1100, { network: 'eno1 999 1 0 0 600 1 0 0\neno2 110 1 0 0 110 1 0 0\neno3 5 1 0 0 5 1 0 0\n' });
    expect(ratesOf(before, now)).toEqual({ seconds: 100, network: [['eno2', 1, 1]], busiest: [] });
  });

  it('count a process by its number and its start: another one of that number begins at nothing', () => {
    const before = look(1000, { 'guest.processes': table([[10, 5, 100, 'kvm']]) });
    const now = look(1100, {
      'guest.processes': table([
        [10, 105_000, 100, 'other'],
        [13, 7, 900, 'quiet-before'],
      ]),
    });
    expect(ratesOf(before, now)?.busiest).toEqual([['other', 10, 0, 1]]);
  });

  it('are bounded, however much there is', () => {
    const many = table(Array.from({ length: 5000 }, (_, index) => [index + 1, 5, index, 'x'] as const));
    const later = table(Array.from({ length: 5000 }, (_, index) => [index + 1, 5, index * 9, 'x'] as const));
    const counters = countersOf(look(1000, { 'guest.processes': many }));
    expect(counters?.processes).toHaveLength(200);
    expect(ratesOf(look(1000, { 'guest.processes': many }), look(2000, { 'guest.processes': later }))?.busiest).toHaveLength(10);
  });

  it('never throw and never are negative, whatever was kept', () => {
    const number = fc.oneof(fc.double(), fc.integer());
    const kept: fc.Arbitrary<Counters> = fc.record({
      version: fc.constant(1 as const),
      bootId: fc.constant('boot-a'),
      uptime: number,
      processor: fc.record({ total: number, idle: number }),
      network: fc.dictionary(fc.constantFrom('eno1', 'eno2'), fc.tuple(number, number)),
      processes: fc.array(fc.tuple(number, number, number), { maxLength: 5 }),
    });
    const now = look(5000, { network: 'eno1 999 1 0 0 600 1 0 0\n', 'guest.processes': table([[10, 5, 100, 'kvm']]) });
    fc.assert(
      fc.property(kept, (before) => {
        const rates = computeRates(before, countersOf(now), now.textOf, () => 0);
        const numbers = [
          rates?.seconds ?? 0,
          rates?.cpu ?? 0,
          ...(rates?.network ?? []).flatMap(([, a, b]) => [a, b]),
          ...(rates?.busiest ?? []).map(([, , , percent]) => percent),
        ];
        expect(numbers.filter((one) => !(one >= 0))).toEqual([]);
      }),
    );
  });
});
