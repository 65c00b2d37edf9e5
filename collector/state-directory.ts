/** Where the collector keeps what it must remember: below the root, for root only, each file replaced as a whole. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';

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
      mkdirSync(path, { recursive: true, mode: 0o700 });
      if (name.startsWith('spool/')) mkdirSync(`${path}/spool`, { recursive: true, mode: 0o700 });
      const beside = `${fileOf(name)}.${process.pid}.part`;
      const file = openSync(beside, 'w', 0o600);
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

function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}
