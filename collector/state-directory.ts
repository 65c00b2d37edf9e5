/** Where the collector keeps what it must remember: below the root, for root only, each file replaced as a whole. */
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';

export type StateDirectory = {
  readonly path: string;
  readonly fileOf: (name: StateFile) => string;
  /** Undefined: there is none. */
  readonly read: (name: StateFile) => string | undefined;
  /** Written beside it, then renamed: there is always the old one or the new one. */
  readonly write: (name: StateFile, content: string | Buffer) => void;
  /** True: it was there. */
  readonly remove: (name: StateFile) => boolean;
  readonly rename: (from: StateFile, to: StateFile) => void;
};

export const stateFiles = ['key', 'key.new', 'enrolment.json', 'state.json', 'stuck.json', 'spool/newest'] as const;
export type StateFile = (typeof stateFiles)[number];

export function openStateDirectory(root: string): StateDirectory {
  const path = `${root}/var/lib/sexton`;
  const fileOf = (name: StateFile) => `${path}/${name}`;
  return {
    path,
    fileOf,
    read: (name) => unlessMissing(() => readFileSync(fileOf(name), 'utf8')),
    write: (name, content) => {
      makePrivate(path);
      if (name.startsWith('spool/')) makePrivate(`${path}/spool`);
      const beside = `${fileOf(name)}.${process.pid}.part`;
      // Made anew: what lies there may be a link to somewhere else, or readable by others.
      unlessMissing(() => unlinkSync(beside));
      const file = openSync(beside, 'wx', 0o600);
      try {
        writeSync(file, typeof content === 'string' ? Buffer.from(content) : content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, fileOf(name));
    },
    remove: (name) =>
      unlessMissing(() => {
        unlinkSync(fileOf(name));
        return true;
      }) ?? false,
    rename: (from, to) => renameSync(fileOf(from), fileOf(to)),
  };
}

/** For root only, also when it was there before. */
export function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
}

export function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}
