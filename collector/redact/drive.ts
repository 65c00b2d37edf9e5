/** A drive's property string, reduced to its volume and the few options that say how it takes part in anything. */
import { guestConfig } from './allowed';
import { showDevice } from './device-path';
import { fits } from './shape';

const { driveOptions, driveOptionValue, volumeId, fileFolders } = guestConfig;
const isOptionValue = fits(driveOptionValue);
const isVolumeId = fits(volumeId);

export type ProjectedDrive = {
  readonly text: string /** False: a volume is there that could not be shown; look for mentions. */;
  readonly isWhole: boolean;
};

/** Keeps the order, and whether the volume was given bare or as `file=` / `volume=`. */
export function projectDrive(type: 'qemu' | 'lxc', value: string): ProjectedDrive {
  let isWhole = true;
  let hasVolume = false;
  const items = value.split(',').flatMap((item) => {
    const equals = item.indexOf('=');
    const key = equals < 0 ? '' : item.slice(0, equals);
    if (driveOptions.some((option) => option === key) && isOptionValue(item.slice(equals + 1))) return [item];
    const prefix = key === 'file' || key === 'volume' ? `${key}=` : '';
    // An item with a key that is neither is an option; a path may hold a `=` of its own.
    if (prefix === '' && /^[a-z_-]+$/.test(key)) return [];
    hasVolume = true;
    const shown = showVolume(type, item.slice(prefix.length));
    if (shown === undefined) isWhole = false;
    return [`${prefix}${shown ?? '?'}`];
  });
  return { text: items.join(','), isWhole: isWhole && hasVolume };
}

/** Undefined: it cannot be shown. */
export function showVolume(type: 'qemu' | 'lxc', volume: string): string | undefined {
  if (volume === 'none' || volume === 'cdrom') return volume;
  if (volume.startsWith('/dev/')) return showDevice(volume);
  if (volume.startsWith('/')) return type === 'lxc' ? 'bind' : undefined;
  const [, storage = '', name = ''] = /^([a-z][a-z0-9._-]*[a-z0-9]):(.+)$/i.exec(volume) ?? [];
  const folder = fileFolders.find((one) => name.startsWith(`${one}/`));
  if (folder !== undefined) return isVolumeId(storage) ? `${storage}:${folder}/?` : undefined;
  return storage !== '' && !name.startsWith('//') && isVolumeId(volume) ? volume : undefined;
}
