/** Where the collector keeps what it must remember: below the root, for root only, each file replaced as a whole. */
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';

export type StateDirectory = {
  readonly path: string;
  readonly fileOf: (name: StateFile) => string;
  /** Closes the directory to others. Answers why what lies there cannot be trusted, for people; undefined: it is ours. */
  readonly claim: () => string | undefined;
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

/** `user`: whose it must be; root, unless somebody looks at a copy. */
export function openStateDirectory(root: string, user = process.geteuid?.() ?? 0): StateDirectory {
  const path = `${root}/var/lib/sexton`;
  const fileOf = (name: StateFile) => `${path}/${name}`;
  return {
    path,
    fileOf,
    claim: () => {
      const stranger = findStranger(path, user);
      if (stranger !== undefined) return stranger;
      // Closed first: what is looked at behind the door cannot be exchanged any more.
      makePrivate(path);
      for (const name of ['spool', ...stateFiles]) {
        const found = findStranger(`${path}/${name}`, user);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    read: (name) => unlessMissing(() => readFileSync(fileOf(name), 'utf8')),
    write: (name, content) => {
      makePrivate(path);
      if (name.startsWith('spool/')) makePrivate(`${path}/spool`);
      const beside = `${fileOf(name)}.${process.pid}.part`;
      // Made anew: what lies there may be a link to somewhere else, or readable by others.
      unlessMissing(() => unlinkSync(beside));
      const file = openSync(beside, 'wx', 0o600);
      try {
        writeFileSync(file, content);
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

/** For root only, also when it was there before. Fails at a link: what it points to is not ours to close. */
export function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const opened = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(opened, 0o700);
  } finally {
    closeSync(opened);
  }
}

/** A link, or something of another user: a key that somebody put here would be known to them. */
function findStranger(path: string, user: number): string | undefined {
  const found = unlessMissing(() => lstatSync(path));
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return `${path} is a link. Nothing was done. Find out who made it, then remove it.`;
  if (found.uid === user) return undefined;
  const advice = found.uid === 0 ? 'Run it as root.' : 'Find out who made it, then remove it.';
  return `${path} belongs to user ${found.uid}, and this runs as user ${user}. Nothing was done. ${advice}`;
}

export function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}
