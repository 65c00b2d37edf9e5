import { describe, expect, it } from 'vitest';
import { redactDeviceNumbers } from '../../../collector/redact/device-numbers';

describe('the numbers of block devices', () => {
  it('are all that is left of /proc/diskstats', () => {
    expect(redactDeviceNumbers('   8       0 sda 16873 5306 1 0\n 253       7 dm-7 71 0\n 259       1 nvme0n1p1 1\n')).toBe('8:0\n253:7\n259:1\n');
  });

  it.each(['8 0 sda', '8 0', 'sda', '8 0 s?a 1', '12345 0 sda 1', '8 12345678 sda 1', '8 0 sda 1 secret', '8:0'])('nothing of %j passes', (line) => {
    expect(redactDeviceNumbers(`${line}\n`)).toBe('?\n');
  });

  it('says nothing of nothing', () => expect(redactDeviceNumbers('')).toBe(''));
});
