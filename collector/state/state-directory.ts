/** Where the collector keeps what it must remember: below the root, for root only, each file replaced as a whole. */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { errnoOf } from '../errno';

export type StateDirectory = {
  readonly path: string;
  /** Where what can be made anew is kept while `path` takes nothing: until the next boot at most. */
  readonly spare: string;
  /** Errno of what could not be kept in `path`. */
  readonly trouble: () => string | undefined;
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

export const stateFiles = [
  'key',
  'key.new',
  'enrolment.json',
  'state.json',
  'stuck.json',
  'counters.json',
  'goodbye.curl',
  'goodbye.pem',
  'spool/newest',
] as const;
export type StateFile = (typeof stateFiles)[number];

/** `user`: whose it must be; root, unless somebody looks at a copy. */
export function openStateDirectory(root: string, user = process.geteuid?.() ?? 0): StateDirectory {
  const path = `${root}/var/lib/sexton`;
  const spare = `${root}/run/sexton`;
  const fileOf = (name: StateFile) => `${path}/${name}`;
  let trouble: string | undefined;
  /** A full disk or one that may only be read is no reason not to look and send; a key that cannot be kept is one not to enrol. */
  function take(name: StateFile, error: unknown): void {
    if (!isWithoutRoom(error) || /^(?:key|enrolment)/.test(name)) throw error;
    trouble = errnoOf(error);
  }
  return {
    path,
    spare,
    trouble: () => trouble,
    fileOf,
    claim: () => {
      const stranger = findStranger(path, user) ?? findStranger(spare, user);
      if (stranger !== undefined) return stranger;
      // Closed first: what is looked at behind the door cannot be exchanged any more.
      makePrivate(path);
      for (const name of ['spool', ...stateFiles]) {
        const found = findStranger(`${path}/${name}`, user);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    read: (name) => unlessMissing(() => readFileSync(`${spare}/${name}`, 'utf8')) ?? unlessMissing(() => readFileSync(fileOf(name), 'utf8')),
    write: (name, content) => {
      try {
        writeWhole(path, name, content);
      } catch (error) {
        take(name, error);
        try {
          writeWhole(spare, name, content);
        } catch {
          // Without memory then: the server says which sequence comes next.
        }
        return;
      }
      removeFile(`${spare}/${name}`);
    },
    remove: (name) =>
      [spare, path].filter((directory) => {
        try {
          return removeFile(`${directory}/${name}`);
        } catch (error) {
          take(name, error);
          return false;
        }
      }).length > 0,
    rename: (from, to) => renameSync(fileOf(from), fileOf(to)),
  };
}

/** Nothing can be written there: full, or read-only. */
export function isWithoutRoom(error: unknown): boolean {
  return /^(?:ENOSPC|EDQUOT|EROFS|EIO)$/.test(errnoOf(error));
}

/** True: it was there. Looks first: where nothing may be written, removing fails even when there is nothing. */
function removeFile(file: string): boolean {
  const found = unlessMissing(() => lstatSync(file));
  if (found !== undefined) unlinkSync(file);
  return found !== undefined;
}

function writeWhole(directory: string, name: string, content: string | Buffer): void {
  makePrivate(directory);
  if (name.startsWith('spool/')) makePrivate(`${directory}/spool`);
  const beside = `${directory}/${name}.${process.pid}.part`;
  // Made anew: what lies there may be a link to somewhere else, or readable by others.
  removeFile(beside);
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, `${directory}/${name}`);
  } catch (error) {
    removeFile(beside); // half of it would fill what is full already
    throw error;
  }
}

/** For root only, also when it was there before. Fails at a link: what it points to is not ours to close. */
export function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    mkdirSync(directory, 0o700); // says what it is: the recursive one calls a place that may only be read one that is not there
  }
  const opened = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if ((fstatSync(opened).mode & 0o777) !== 0o700) fchmodSync(opened, 0o700); // even the same mode cannot be set where nothing may be written
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
