/** A path below /dev as it may leave the node; the names of hardware, labels and addresses stay here. */
import { mentions } from './allowed';
import { fits } from './shape';

const isPath = fits(mentions.path);

/** Undefined: nothing of it is a volume. */
export function showDevice(path: string): string | undefined {
  const below = path.slice('/dev/'.length);
  // Out of /dev again leads anywhere.
  if (!path.startsWith('/dev/') || below === '' || below.split('/').includes('..') || !isPath(path)) return undefined;
  if (mentions.notBelow.some((directory) => below === directory || below.startsWith(`${directory}/`))) return undefined;
  const hidden = mentions.hiddenBelow.find((directory) => below.startsWith(`${directory}/`));
  if (hidden === undefined) return path;
  const isMapping = hidden === 'disk/by-id' && mentions.shownById.some((start) => below.startsWith(`${hidden}/${start}`));
  return isMapping ? path : `/dev/${hidden}/?`;
}
