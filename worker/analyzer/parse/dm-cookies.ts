/** `dmsetup udevcookies`: a heading, and a line for every command of LVM or dmsetup that waits for udev, or died waiting. */
import { type Evidence, known, whenKnown } from '../evidence';
import { type Captures, outputOf } from './captured';

/** How many. */
export function parseCookies(captures: Captures): Evidence<number> {
  return whenKnown(outputOf(captures, 'dm.cookies'), (text) => known(text.split('\n').filter((line) => line.startsWith('0x')).length));
}
