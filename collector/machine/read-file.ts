/** Reads one file below the root, up to a cap. Never waits for a pipe somebody put in its place, never reads a directory. */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { errnoOf } from '../errno';
import { trimCharacter } from './keep-start';
import type { RawFile } from './raw-capture';

/** `isFromEnd`: of a file that is too long its last lines, which then count as all of it. */
export function readOneFile(root: string, path: string, maxBytes: number, isFromEnd = false): RawFile {
  let file: number;
  try {
    file = openSync(root + path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return { path, ...missing(error) };
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { path, status: 'unreadable', reason: 'not a file' };
    if (isFromEnd && stat.size > maxBytes) return { path, status: 'ok', out: wholeLines(readUpTo(file, maxBytes, stat.size - maxBytes)) };
    const bytes = readUpTo(file, maxBytes + 1);
    if (bytes.length <= maxBytes) return { path, status: 'ok', out: bytes };
    const out = trimCharacter(bytes.slice(0, maxBytes));
    return { path, status: 'ok', out, truncated: out.length };
  } catch (error) {
    return { path, ...missing(error) };
  } finally {
    closeSync(file);
  }
}

export function readOneLink(root: string, path: string): RawFile {
  try {
    return { path, status: 'ok', out: Buffer.from(readlinkSync(root + path)) };
  } catch (error) {
    return { path, ...missing(error) };
  }
}

/** One for all files: a fresh one for each of hundreds would stay in memory until the garbage collector comes. */
const window = Buffer.alloc(65_536);

/** Files of /proc have no size: read until nothing comes. */
function readUpTo(file: number, maxBytes: number, from?: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < maxBytes) {
    const read = readSync(file, window, 0, Math.min(window.length, maxBytes - size), from === undefined ? null : from + size);
    if (read === 0) break;
    chunks.push(Buffer.from(window.slice(0, read)));
    size += read;
  }
  const [only = Buffer.alloc(0)] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : only;
}

/** Without the one that was cut at its beginning. */
const wholeLines = (bytes: Buffer) => bytes.slice(bytes.indexOf(10) + 1);

function missing(error: unknown): Pick<RawFile, 'status' | 'reason'> {
  const reason = errnoOf(error);
  return { status: reason === 'ENOENT' || reason === 'ENOTDIR' ? 'absent' : 'unreadable', reason };
}
