/** What the filters take away changes no fact: captures of a real kernel and real LVM say the same before and behind them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../../../collector/captures/catalogue';
import { buildSnapshot } from '../../../collector/look/build-snapshot';
import type { RawCapture } from '../../../collector/machine/raw-capture';
import { readSnapshot } from '../../../worker/analyzer';
import { type Capture, state } from '../../../worker/wire/snapshot';

const directory = join(import.meta.dirname, '../../fixtures/kernel');
const saved = readdirSync(directory).filter((name) => name.endsWith('.snapshot'));
const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text, 'latin1'));

function rawOf({ status, exit, reason, out, err, files }: Capture): RawCapture {
  const read = files?.map((file) => ({
    path: file.path,
    status: file.status,
    ...(file.out === undefined ? {} : { out: Buffer.from(file.out, 'latin1') }),
  }));
  const [output, error] = [bytes(out), bytes(err)];
  return {
    status,
    ms: 1,
    ...(exit === undefined ? {} : { exit }),
    ...(reason === undefined ? {} : { reason }),
    ...(output === undefined ? {} : { out: output }),
    ...(error === undefined ? {} : { err: error }),
    ...(read === undefined ? {} : { files: read }),
  };
}

it('has captures to look at', () => expect(saved.length).toBeGreaterThan(3));

it.each(saved)('%s', (name) => {
  const [, line = ''] = readFileSync(join(directory, name), 'utf8').split('\n');
  const { captures } = state.parse(JSON.parse(line));
  // A machine id was hashed when it was taken, and tasks lost their users.
  const raw = new Map(captures.map((one) => [one.id, rawOf(one)]));
  const filtered = buildSnapshot(catalogue, raw, () => 'cannot-tell').state.captures;
  const known = catalogue.filter(({ id }) => raw.has(id)).map(({ id }) => id);
  expect(known.length).toBeGreaterThan(10);
  const before = readSnapshot(captures, {});
  const behind = readSnapshot(
    filtered.filter(({ id }) => raw.has(id)),
    {},
  );
  expect(behind.facts).toEqual(before.facts);
  expect(behind.view).toEqual(before.view);
  expect(before.facts.groups.status).toBe('known');
});
