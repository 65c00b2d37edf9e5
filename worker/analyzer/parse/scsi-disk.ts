/**
 * SCSI disks by device number: sixteen minors each, the first is the disk, the others its partitions; name and number go
 * together. @see kernel Documentation/admin-guide/devices.txt, drivers/scsi/sd.c `sd_major`, `sd_probe`
 */

/** `8:33` -> `8:32`; undefined: no SCSI disk's number. */
export function diskOfDevice(device: string): string | undefined {
  const numbers = sdNumbers(device);
  return numbers && `${numbers.major}:${numbers.minor - (numbers.minor % 16)}`;
}

/** `/dev/sdc`, `/dev/sdaa1`; undefined: no SCSI disk's number. */
export function nameOfDevice(device: string): string | undefined {
  const numbers = sdNumbers(device);
  if (numbers === undefined) return undefined;
  const { block, minor } = numbers;
  // Four bits of the major's place, four of the minor, and what lies above both.
  const index = block * 16 + (Math.floor(minor / 16) % 16) + Math.floor(minor / 256) * 256;
  const partition = minor % 16;
  return `/dev/sd${lettersOf(index)}${partition === 0 ? '' : partition}`;
}

/** `/dev/sdc (8:32)`, or the number alone. */
export function sayDevice(device: string): string {
  const name = nameOfDevice(device);
  return name === undefined ? device : `${name} (${device})`;
}

type SdNumbers = { readonly major: number; readonly minor: number /** Which of the sixteen majors. */; readonly block: number };

function sdNumbers(device: string): SdNumbers | undefined {
  const [, majorText, minorText] = /^([0-9]{1,3}):([0-9]{1,7})$/.exec(device) ?? [];
  if (majorText === undefined || minorText === undefined) return undefined;
  const [major, minor] = [Number(majorText), Number(minorText)];
  const block = major === 8 ? 0 : major >= 65 && major <= 71 ? major - 64 : major >= 128 && major <= 135 ? major - 120 : undefined;
  return block === undefined ? undefined : { major, minor, block };
}

/** a, b, … z, aa, ab … */
function lettersOf(index: number): string {
  let letters = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / 26) - 1) letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return letters;
}
