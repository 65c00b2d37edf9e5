/**
 * Directory storages of this node that lie on local file systems: only these may be asked how full they are. A look at a
 * network mount whose server is gone never returns.
 * @see proc_pid_mountinfo(5)
 */

export type LocalStorage = { readonly id: string; readonly path: string };

const maxStorages = 15;
const localTypes = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'jfs']);
/** What a path may hold so that it stands alone on a line. */
const plainPath = /^(?:\/[A-Za-z0-9._+@-]{1,64}){1,16}$/;

/** `isLink` is asked from the root down, and only about what lies on a local file system. */
export function chooseLocalStorages(storageConfig: string, mountInfo: string, isLink: (path: string) => boolean): readonly LocalStorage[] {
  const mounts = readMounts(mountInfo);
  const isLocal = (path: string) => {
    const above = mounts.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`));
    return above.some(({ point }) => point === '/') && above.every(({ type }) => localTypes.has(type));
  };
  const isDirect = (path: string) => parentsOf(path).every((parent) => !isLink(parent));
  return directoryStorages(storageConfig)
    .filter(({ path }) => isLocal(path) && isDirect(path))
    .slice(0, maxStorages);
}

/** Storages of the types that are a directory of this node's. */
export function directoryStorages(storageConfig: string): readonly LocalStorage[] {
  return storageConfig.split(/\n[ \t]*\n/).flatMap((section) => {
    const id = /^(?:dir|btrfs):[ \t]*([A-Za-z0-9._-]{1,100})[ \t]*$/m.exec(section)?.[1];
    const path = /^[ \t]+path[ \t]+(\S{1,1000})[ \t]*$/m.exec(section)?.[1];
    const isOff = /^[ \t]+disable\b/m.test(section);
    return id === undefined || path === undefined || isOff || !plainPath.test(path) || path.includes('/..') ? [] : [{ id, path }];
  });
}

export type Mount = { readonly point: string; readonly type: string };

/** `36 35 98:0 /root /point options [tags] - type source options` */
export function readMounts(mountInfo: string): readonly Mount[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0] ?? '';
    return point === undefined || !/^[a-z0-9._-]{1,32}$/i.test(type) ? [] : [{ point, type }];
  });
}

/** `/a`, `/a/b`, `/a/b/c` */
function parentsOf(path: string): readonly string[] {
  const names = path.split('/').slice(1);
  return names.map((_name, index) => `/${names.slice(0, index + 1).join('/')}`);
}
