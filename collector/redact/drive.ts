/** A drive's property string, reduced to its volume and the few options that say how it takes part in anything. */

const keptOptions = /^(?:size|media|replicate|backup|shared)=[A-Za-z0-9.]{1,32}$/;
/** `storage:anything` without what could carry a password (`user:pw@host`, `key=…`, an URL), or a path of a device. */
const volumeId = /^[a-z][a-z0-9._-]*[a-z0-9]:(?!\/\/)[A-Za-z0-9 ()[\]+._/:~#&-]{1,255}$/i;
const devicePath = /^\/dev\/[A-Za-z0-9/_.:@+\\-]{1,255}$/;

export type ProjectedDrive = {
  readonly text: string /** False: a volume is there that could not be shown; look for mentions. */;
  readonly isWhole: boolean;
};

/** Keeps the order, and whether the volume was given bare or as `file=` / `volume=`. */
export function projectDrive(type: 'qemu' | 'lxc', value: string): ProjectedDrive {
  let isWhole = true;
  let hasVolume = false;
  const items = value.split(',').flatMap((item) => {
    if (keptOptions.test(item)) return [item];
    const [, prefix = '', volume = ''] = /^((?:file|volume)=)?(.*)$/.exec(item) ?? [];
    // An item with a key that is neither is an option; a path may hold a `=` of its own.
    if (prefix === '' && /^[a-z_-]+=/.test(item)) return [];
    hasVolume = true;
    const shown = showVolume(type, volume);
    if (shown === undefined) isWhole = false;
    return [`${prefix}${shown ?? '?'}`];
  });
  return { text: items.join(','), isWhole: isWhole && hasVolume };
}

function showVolume(type: 'qemu' | 'lxc', volume: string): string | undefined {
  if (volume === 'none' || volume === 'cdrom' || devicePath.test(volume)) return volume;
  if (type === 'lxc' && volume.startsWith('/') && !volume.startsWith('/dev/')) return 'bind';
  return volumeId.test(volume) ? volume : undefined;
}
