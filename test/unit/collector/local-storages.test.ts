import { describe, expect, it } from 'vitest';
import { chooseLocalStorages } from '../../../collector/look/local-storages';

const mount = (point: string, type: string) => `36 35 98:0 / ${point} rw,noatime shared:1 - ${type} source rw\n`;
const storage = (id: string, path: string, more = '') => `dir: ${id}\n\tpath ${path}\n\tcontent iso\n${more}\n`;
const root = mount('/', 'ext4');
const choose = (storages: string, mounts: string, links: readonly string[] = []) =>
  chooseLocalStorages(storages, mounts, (path) => links.includes(path)).map(({ id }) => id);

describe('storages that may be asked how full they are', () => {
  it('are directories on local file systems', () => {
    expect(choose(storage('local', '/var/lib/vz') + storage('ssd', '/mnt/ssd'), root + mount('/mnt/ssd', 'xfs'))).toEqual(['local', 'ssd']);
    expect(choose('btrfs: fast\n\tpath /mnt/fast\n\n', root + mount('/mnt/fast', 'btrfs'))).toEqual(['fast']);
  });

  it.each(['nfs', 'nfs4', 'cifs', 'smb3', 'ceph', 'fuse.sshfs', 'fuse', 'fuse.glusterfs', '9p', 'autofs', 'overlay', 'virtiofs'])(
    'are none on %s, and none below it',
    (type) => {
      expect(choose(storage('nas', '/mnt/nas') + storage('below', '/mnt/nas/deep/er'), root + mount('/mnt/nas', type))).toEqual([]);
      expect(choose(storage('odd', '/mnt/nas/disk'), root + mount('/mnt/nas', type) + mount('/mnt/nas/disk', 'ext4'))).toEqual([]);
    },
  );

  it('are none where a network mount lies over a local one, or the other way round', () => {
    expect(choose(storage('a', '/mnt/a'), root + mount('/mnt/a', 'ext4') + mount('/mnt/a', 'nfs4'))).toEqual([]);
    expect(choose(storage('a', '/mnt/a'), root + mount('/mnt/a', 'nfs4') + mount('/mnt/a', 'ext4'))).toEqual([]);
  });

  it('are none behind a link anywhere on the way', () => {
    expect(choose(storage('a', '/data/a'), root, ['/data'])).toEqual([]);
    expect(choose(storage('a', '/data/a'), root, ['/data/a'])).toEqual([]);
  });

  it('are none when the mounts are not known, the storage is off, or the path is odd', () => {
    expect(choose(storage('a', '/var/lib/vz'), '')).toEqual([]);
    expect(choose(storage('a', '/var/lib/vz', '\tdisable\n'), root)).toEqual([]);
    for (const path of ['/var/../mnt', 'relative', '/with space', '/--option', '/new\u0000line', `/${'x'.repeat(500)}`])
      expect(choose(storage('a', path), root)).toEqual(path === '/--option' ? ['a'] : []);
  });

  it('never ask a storage of another kind', () => {
    expect(choose('nfs: backup\n\tserver nas\n\tpath /mnt/pve/backup\n\ncifs: x\n\tpath /mnt/x\n\n', root)).toEqual([]);
  });

  it('asks about links from the root down and about nothing on a network mount', () => {
    const asked: string[] = [];
    chooseLocalStorages(storage('nas', '/mnt/nas/a') + storage('ssd', '/srv/ssd'), root + mount('/mnt/nas', 'nfs4'), (path) => {
      asked.push(path);
      return false;
    });
    expect(asked).toEqual(['/srv', '/srv/ssd']);
  });

  it('are at most fifteen', () => {
    const many = Array.from({ length: 40 }, (_, index) => storage(`s${index}`, `/srv/${index}`)).join('');
    expect(choose(many, root)).toHaveLength(15);
  });
});
