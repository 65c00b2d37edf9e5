/** What sexton-probe.sh printed, as it arrives: through terminals, behind greetings, cut, mixed with the collector's own files. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../worker/analyzer';
import { analyseSaved } from '../../../worker/offline';
import { readProbeFile } from '../../../worker/probe-file';
import { type FakeNode, makeFakeNode } from '../../collector/support/fake-node';
import { runProbe } from '../../collector/support/probe-on-fake-node';

let node: FakeNode;
let scratch: string;
let printed: string;
let before: readonly string[];

const tree = () =>
  [node.root, node.bin].flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
      const { mtimeMs, ctimeMs, size, ino } = lstatSync(join(directory, name));
      return `${name} ${mtimeMs} ${ctimeMs} ${size} ${ino}`;
    }),
  );

beforeAll(async () => {
  node = await makeFakeNode();
  scratch = await mkdtemp(join(tmpdir(), 'sexton-scratch-'));
  before = tree();
  printed = (await runProbe(node, { env: { TMPDIR: scratch, HOME: scratch, PWD: scratch } })).out;
}, 60_000);
afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await node.remove();
});

const factsOf = (text: string) => {
  const file = readProbeFile(text);
  const { facts, view } = readSnapshot(file?.ok === true ? file.value.captures : [], {});
  return { ...facts, ...view };
};

/** The same; mappings may lack their tables and volumes their autoactivation, which come from other captures. */
function expectNoMore(fact: object, whole: unknown, message: string): void {
  expect(whole, message).toMatchObject(fact);
  expect(withoutJoined(fact), message).toEqual(withoutJoined(whole));
}
const withoutJoined = (fact: unknown): unknown =>
  JSON.parse(JSON.stringify(fact, (key, value: unknown) => (key === 'table' || key === 'autoactivation' ? undefined : value)));

describe('the output of the probe', () => {
  it('is all it leaves: no file was written, made or touched', () => {
    expect(readdirSync(scratch)).toEqual([]);
    expect(tree()).toEqual(before);
  });

  it('is the same through a terminal, and behind what a login prints', () => {
    const whole = factsOf(printed);
    expect(whole.groups.status).toBe('known');
    expect(factsOf(printed.replaceAll('\n', '\r\n'))).toEqual(whole);
    expect(factsOf(`Linux pve1 6.14.11-2-pve\n\n*** Authorized use only ***\nstdin: is not a tty\n${printed}Connection to pve1 closed.\n`)).toEqual(
      whole,
    );
  });

  it('never says more when it was cut', () => {
    const whole = new Map<string, unknown>(Object.entries(factsOf(printed)));
    let known = 0;
    for (let at = 0; at < printed.length; at += 97) {
      for (const [name, fact] of Object.entries(factsOf(printed.slice(0, at)))) {
        if (typeof fact !== 'object' || !('status' in fact) || fact.status !== 'known') continue;
        known += 1;
        expectNoMore(fact, whole.get(name), `${name} at ${at}`);
      }
    }
    expect(known).toBeGreaterThan(100);
  });

  it('never says more when a line was lost or changed on its way', () => {
    const whole = new Map<string, unknown>(Object.entries(factsOf(printed)));
    const lines = printed.split('\n');
    for (let at = 0; at < lines.length; at += 1) {
      const lost = factsOf([...lines.slice(0, at), ...lines.slice(at + 1)].join('\n'));
      for (const name of ['groups', 'mappings', 'guests', 'storages', 'membership', 'tasks'] as const)
        if (lost[name].status === 'known') expectNoMore(lost[name], whole.get(name), `${name} without line ${at}`);
    }
  });

  it('is judged with files of the collector, one cluster together', async () => {
    const other = await makeFakeNode();
    const collected = (await other.run(['collect', '--raw'])).out
      .replaceAll('"host.name"', '"host.nobody"')
      .replaceAll('nodename\\":\\"pve1', 'nodename\\":\\"pve2');
    await other.remove();
    const result = analyseSaved(
      [
        { file: 'a', text: printed },
        { file: 'b', text: collected },
      ],
      0,
      'ascii',
      false,
    );
    expect(result.ok && result.value.text).toContain('2 of 3 nodes of prod-dc1 are in these files');
  });

  it('says so when its end did not arrive, and is judged as far as it came', () => {
    const result = analyseSaved([{ file: 'x', text: printed.slice(0, -20) }], 0, 'ascii', false);
    expect(result.ok && result.value.notes).toEqual([
      'x ends early, its last lines did not arrive: what is missing is not checked. Run the probe again.',
    ]);
    const whole = analyseSaved([{ file: 'x', text: printed }], 0, 'ascii', false);
    expect(whole.ok && whole.value.notes).toEqual([]);
  });

  it('twice of one node is refused', () => {
    const result = analyseSaved(
      [
        { file: 'a', text: printed },
        { file: 'b', text: printed },
      ],
      0,
      'ascii',
      false,
    );
    expect(result).toEqual({ ok: false, error: ['Two snapshots of pve1: give one per node.'] });
  });
});
