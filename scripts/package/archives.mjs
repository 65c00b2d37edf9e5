// The two archive formats of a Debian package, made so that the same files give the same bytes on every machine: owners,
// times and order are said here, and the compressor is JavaScript, because zlib's output differs between Node versions.
// @see deb(5), ar(5)
import { gzipSync } from 'fflate';
import { packTar } from 'modern-tar';

/** @typedef {{ path: string, mode: number, content: Uint8Array }} File path without a leading slash */

/** Without a time or name inside. @param {Uint8Array} bytes */
export const gzip = (bytes) => gzipSync(bytes, { level: 9, mtime: 0 });

/** The directories above a file, outermost first. @param {string} path */
function parentsOf(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`);
}

/** Files and the directories they need, all root's. @param {readonly File[]} files @param {Date} mtime */
export async function tarGzip(files, mtime) {
  const owner = { uid: 0, gid: 0, uname: 'root', gname: 'root', mtime };
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const directories = [...new Set(['', ...sorted.flatMap(({ path }) => parentsOf(path))])];
  const entries = [
    ...directories.map((path) => ({ header: { ...owner, name: `./${path}`, type: /** @type {const} */ ('directory'), size: 0, mode: 0o755 } })),
    ...sorted.map(({ path, mode, content }) => ({
      header: { ...owner, name: `./${path}`, type: /** @type {const} */ ('file'), size: content.length, mode },
      body: content,
    })),
  ];
  return gzip(await packTar(entries));
}

/** @param {readonly { name: string, content: Uint8Array }[]} members @param {Date} mtime */
export function packAr(members, mtime) {
  const seconds = String(Math.floor(mtime.getTime() / 1000));
  const parts = members.flatMap(({ name, content }) => {
    const header = [name.padEnd(16), seconds.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8), String(content.length).padEnd(10), '`\n'];
    return [Buffer.from(header.join(''), 'latin1'), content, Buffer.from(content.length % 2 === 1 ? '\n' : '')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}
