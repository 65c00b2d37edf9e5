/** Reads one file below the root, up to a cap. Never waits for a pipe somebody put in its place, never reads a directory. */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { errnoOf } from './errno';
import { trimCharacter } from './keep-start';
import type { RawFile } from './raw-capture';

export function readOneFile(root: string, path: string, maxBytes: number): RawFile {
  let file: number;
  try {
    file = openSync(root + path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return { path, ...missing(error) };
  }
  try {
    if (!fstatSync(file).isFile()) return { path, status: 'unreadable', reason: 'not a file' };
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

/** Files of /proc have no size: read until nothing comes. */
function readUpTo(file: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < maxBytes) {
    const chunk = Buffer.alloc(Math.min(65_536, maxBytes - size));
    const read = readSync(file, chunk, 0, chunk.length, null);
    if (read === 0) break;
    chunks.push(chunk.slice(0, read));
    size += read;
  }
  return Buffer.concat(chunks);
}

function missing(error: unknown): Pick<RawFile, 'status' | 'reason'> {
  const reason = errnoOf(error);
  return { status: reason === 'ENOENT' || reason === 'ENOTDIR' ? 'absent' : 'unreadable', reason };
}
