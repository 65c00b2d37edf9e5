/** Files, families of files and links of the catalogue, read below the root. Nothing below /etc/pve counts while it is not mounted. */
import type { Source } from '../captures/entry';
import { expandPattern } from './expand-pattern';
import { readLockTable } from './lock-table';
import { readProcessTable } from './process-table';
import type { RawFile } from './raw-capture';
import { readOneFile, readOneLink } from './read-file';

export type FileRequest = { readonly source: Exclude<Source, { kind: 'command' }>; readonly maxBytes: number };
export type FileAnswer = Omit<RawFile, 'path'> & { readonly files?: readonly RawFile[] };

const maxFiles = 20_000;
const maxPathLength = 512;
const maxFileBytes = 1024 * 1024;

export function readSources(root: string, requests: readonly FileRequest[]): readonly FileAnswer[] {
  // Asked only when it matters: even this look can hang.
  const mount = requests.some(({ source }) => isBelowPve(source)) ? readOneLink(root, '/etc/pve/local') : undefined;
  return requests.map(({ source, maxBytes }) => {
    if (source.kind !== 'link' && isBelowPve(source) && mount?.status !== 'ok') {
      const status = mount?.reason === 'ENOENT' || mount?.reason === 'EINVAL' ? 'absent' : 'unreadable';
      const notThere = { status, reason: `/etc/pve is not mounted: no link /etc/pve/local (${mount?.reason ?? ''})` } as const;
      return source.kind === 'files' ? { ...notThere, files: [] } : notThere;
    }
    if (source.kind === 'files') return readFamily(root, source.patterns, maxBytes, source.isFromEnd === true);
    if (source.kind === 'processes') return readProcessTable(root, maxBytes);
    if (source.kind === 'locks') return readLockTable(root, maxBytes);
    const { path: _path, ...answer } = source.kind === 'link' ? readOneLink(root, source.path) : readOneFile(root, source.path, maxBytes);
    return answer;
  });
}

/** Only these can hang: pmxcfs is a process that may stop answering. */
export function isBelowPve(source: FileRequest['source']): boolean {
  if (source.kind === 'processes' || source.kind === 'locks') return false;
  return (source.kind === 'files' ? source.patterns : [source.path]).some((path) => path.startsWith('/etc/pve/'));
}

function readFamily(root: string, patterns: readonly string[], maxBytes: number, isFromEnd: boolean): FileAnswer {
  const expanded = patterns.map((pattern) => ({ isListed: /[*{]/.test(pattern), ...expandPattern(root, pattern) }));
  const [failure] = expanded.flatMap(({ failures }) => failures);
  const wanted = expanded.flatMap(({ paths, isListed }) => paths.map((path) => ({ path, isListed })));
  const files: RawFile[] = [];
  let room = maxBytes;
  for (const { path, isListed } of wanted.slice(0, maxFiles)) {
    const file =
      room > 0
        ? readOneFile(root, path, Math.min(room, maxFileBytes), isFromEnd)
        : ({ path, status: 'skipped', reason: 'too much to read' } as const);
    room -= file.out?.length ?? 0;
    // A listed file that is gone has moved in between; a file of a fixed path that is not there was never there.
    if (isListed || file.status !== 'absent') files.push(file);
  }
  if (failure !== undefined) return { status: 'unreadable', reason: `${failure.path}: ${failure.reason}`, files };
  if (wanted.some(({ path }) => path.length > maxPathLength)) return { status: 'unreadable', reason: 'a path is too long', files: [] };
  if (wanted.length > maxFiles) return { status: 'failed', reason: `more than ${maxFiles} files`, files };
  return { status: 'ok', files };
}
