// What is in the Debian package and where, out of collector/debian, collector/systemd and the built program.
// The program lies in /usr/lib: it is started by the command in /usr/bin, not by people (FHS 4.7). The units lie in /lib and
// not in /usr/lib, because Proxmox VE 7 may run on a system where these are two directories.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzip } from './archives.mjs';

const collector = new URL('../../collector/', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, collector), 'utf8');
const bytes = (/** @type {string} */ text) => Buffer.from(text, 'utf8');

/** @typedef {import('./archives.mjs').File} File */
/** @typedef {{ version: string, builtAt: Date, maintainer: string }} Release */

/** When and by whom, from the newest entry: nothing else of a build knows a time. @returns {{ version: string, builtAt: Date }} */
export function readChangelog() {
  const [, version = '', date = ''] = /^sexton-collector \(([^)]+)\)[\s\S]*?^ -- .+?> {2}(.+)$/m.exec(read('debian/changelog')) ?? [];
  const builtAt = new Date(date);
  if (Number.isNaN(builtAt.getTime())) throw new Error('collector/debian/changelog has no entry with a date');
  return { version, builtAt };
}

/** @param {{ version: string, builtAt: Date, program: Buffer }} release @returns {File[]} */
export function installedFiles({ version, builtAt, program }) {
  const manual = read('debian/sexton-collector.8').replaceAll('@version@', version).replaceAll('@date@', builtAt.toISOString().slice(0, 10));
  return [
    { path: 'usr/bin/sexton-collector', mode: 0o755, content: bytes(read('debian/sexton-collector')) },
    { path: 'usr/lib/sexton-collector/sexton-collector.mjs', mode: 0o755, content: program },
    { path: 'lib/systemd/system/sexton-collector.service', mode: 0o644, content: bytes(read('systemd/sexton-collector.service')) },
    { path: 'lib/systemd/system/sexton-collector.timer', mode: 0o644, content: bytes(read('systemd/sexton-collector.timer')) },
    { path: 'usr/share/man/man8/sexton-collector.8.gz', mode: 0o644, content: gzip(bytes(manual)) },
    { path: 'usr/share/doc/sexton-collector/changelog.gz', mode: 0o644, content: gzip(bytes(read('debian/changelog'))) },
    { path: 'usr/share/doc/sexton-collector/copyright', mode: 0o644, content: bytes(read('debian/copyright')) },
  ];
}

/** @param {{ version: string, files: readonly File[] }} release @returns {File[]} */
export function controlFiles({ version, files }) {
  // As dpkg-gencontrol counts: each file in whole KiB, one for each directory.
  const directories = new Set(files.flatMap(({ path }) => path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))));
  const size = files.reduce((sum, { content }) => sum + Math.ceil(content.length / 1024), directories.size);
  const sums = files.map(({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`);
  return [
    { path: 'control', mode: 0o644, content: bytes(read('debian/control').replace('@version@', version).replace('@installed-size@', String(size))) },
    { path: 'md5sums', mode: 0o644, content: bytes(sums.sort((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1)).join('')) },
    ...['postinst', 'prerm', 'postrm'].map((name) => ({ path: name, mode: 0o755, content: bytes(read(`debian/${name}`)) })),
  ];
}
