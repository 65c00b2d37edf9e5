/**
 * `dm.thin-pool.mode`: one line a pool, `NAME: MODE CHECK SPACE data=LEVEL meta=LEVEL`, with marks instead of counters.
 * @see kernel admin-guide/device-mapper/thin-provisioning; collector/redact/pool-mode.ts
 */
import { type Evidence, known, unknown, whenKnown } from '../evidence';
import type { ThinPool } from '../facts';
import { type Captures, outputOf } from './captured';

const id = 'dm.thin-pool.mode';
const row =
  /^(.{1,516}): (rw|ro|out_of_data_space|Fail|Error) (needs_check|-) (queue_if_no_space|error_if_no_space|-) data=([0-9]{1,3}|-) meta=([0-9]{1,3}|-)$/;

export function parseThinPools(captures: Captures): Evidence<readonly ThinPool[]> {
  return whenKnown(outputOf(captures, id), (text) => {
    // Without a pool dmsetup prints nothing, without any mapping this sentence.
    if (text.trim() === '' || text.trim() === 'No devices found') return known([]);
    const lines = text.split('\n');
    if (lines.pop() !== '') return unknown({ reason: 'unparseable', capture: id, line: lines.length + 1 });
    const pools: ThinPool[] = [];
    for (const [index, line] of lines.entries()) {
      const [, name, mode, check, space, data = '', meta = ''] = row.exec(line) ?? [];
      if (name === undefined || mode === undefined) return unknown({ reason: 'unparseable', capture: id, line: index + 1 });
      pools.push({
        name,
        mode: mode.toLowerCase(),
        needsCheck: check === 'needs_check',
        waitsWhenFull: space === 'queue_if_no_space',
        dataAbove: data === '-' ? null : Number(data),
        metaAbove: meta === '-' ? null : Number(meta),
        line: index + 1,
      });
    }
    return known(pools);
  });
}
