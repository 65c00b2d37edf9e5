/** What lies in a guest's disk is left as it is while something uses the disk, or is about to. */
import { type DeviceTree, isOpenBeside } from '../../node/device-tree';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { Circumstances } from '../../node/node-inputs';
import { guestOfVolume } from '../../parse/volume-name';

/** For people; undefined: nothing is known to use it. */
export function holdOfDisk({ mapping, name: { lv } }: JudgedMapping, tree: DeviceTree, circumstances: Circumstances): string | undefined {
  const guest = guestOfVolume(lv);
  const who = guest === undefined ? lv : circumstances.whoIs(guest);
  if (isOpenBeside(mapping, tree)) return `${who} is in use: its disk is left as it is until it stops`;
  const hold = circumstances.holdOf([lv], []);
  return hold && circumstances.sayHold(hold);
}
