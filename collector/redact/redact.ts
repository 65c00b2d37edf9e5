/** The one door: every content passes the filter its catalogue entry names before it becomes part of a message. */
import { createHash } from 'node:crypto';
import type { CaptureEntry, Redaction } from '../captures/entry';
import type { RawCapture, RawFile } from '../machine/raw-capture';
import { redactCounters, redactMembers, redactVmlist } from './cluster-files';
import { keepSentences, redactComplaints } from './complaints';
import { redactDeviceNumbers } from './device-numbers';
import { redactDmCookies, redactDmStatus, redactDmTable } from './dm-table';
import { redactFailedTasks } from './failed-tasks';
import { redactGuestConfig } from './guest-config';
import { redactGuestProcesses, redactNumbers } from './guest-processes';
import { redactHaStatus } from './ha-status';
import { redactDmInfo, redactFirstLine, redactGuestList, redactMemory, redactPackages } from './lines';
import { redactLocks } from './locks';
import { redactLvmReport } from './lvm-report';
import { findMentions, type KnownNames } from './mentions';
import { redactNextId } from './next-id';
import { redactPoolMode } from './pool-mode';
import * as readings from './readings';
import { redactStorageConfig } from './storage-config';
import { type ProcessStart, redactTasks } from './tasks';

export type RedactionContext = {
  /** Names of volumes and mappings that this run captured: words that may be mentioned. */
  readonly known: KnownNames;
  /** Those, and of groups and their devices: words a complaint may hold. */
  readonly complained: KnownNames;
  readonly startOf: ProcessStart;
  /** As it was read: storages are told by their directories. */
  readonly storageConfig: string;
  /** Unix seconds by the kernel's own clocks; undefined: not known. */
  readonly now?: number | undefined;
};

/** The same capture with its content filtered; unreadable when the content is not what the filter knows. */
export function redactCapture(entry: CaptureEntry, raw: RawCapture, context: RedactionContext): RawCapture {
  const filtered: RawCapture = raw.err === undefined ? raw : { ...raw, err: redactError(entry, raw.err, context) };
  if (filtered.files === undefined) return { ...filtered, ...redactContent(entry, filtered, '', context) };
  return {
    ...filtered,
    files: filtered.files.map((file, index) => ({
      ...file,
      path: showPath(entry, file.path, index),
      ...redactContent(entry, file, file.path, context),
    })),
  };
}

type Content = Pick<RawFile, 'status' | 'out' | 'truncated' | 'reason'>;

function redactContent({ redaction, source }: CaptureEntry, content: Content, path: string, context: RedactionContext): Content | undefined {
  if (content.out === undefined) return undefined;
  const whole = content.out.toString('latin1'); // every byte a character: what is not ASCII is in none of the allow-lists
  // A line cut in its middle could be taken for another one.
  const isCut = content.truncated !== undefined && source.kind !== 'command';
  const text = isCut ? whole.slice(0, whole.lastIndexOf('\n') + 1) : whole;
  const result = filters[redaction](text, context, path);
  if (result === undefined) {
    // What did not end well keeps its own reason.
    const verdict = content.status === 'ok' ? ({ status: 'unreadable', reason: 'not what it should be' } as const) : { status: content.status };
    return { ...verdict, out: Buffer.alloc(0) };
  }
  return { status: content.status, out: Buffer.from(result, 'latin1') };
}

/** Undefined: the text is not what it should be. */
type Filter = (text: string, context: RedactionContext, path: string) => string | undefined;

const filters: Readonly<Record<Redaction, Filter>> = {
  'first-line': redactFirstLine,
  hash: (text) => (text.trim() === '' ? undefined : hashMachineId(text)),
  packages: redactPackages,
  memory: redactMemory,
  figures: readings.redactFigures,
  processor: readings.redactProcessor,
  'processor-model': readings.redactProcessorModel,
  mounts: readings.redactMounts,
  'file-systems': (text, { storageConfig }) => readings.redactFileSystems(text, storageConfig),
  network: readings.redactNetwork,
  pools: readings.redactPools,
  members: redactMembers,
  vmlist: redactVmlist,
  counters: redactCounters,
  ha: redactHaStatus,
  'next-id': redactNextId,
  tasks: (text, { startOf }) => redactTasks(text, startOf),
  'failed-tasks': (text, { complained, now }) => redactFailedTasks(text, complained, now),
  'guest-config': (text, { known }, path) => redactGuestConfig(path.includes('/lxc/') ? 'lxc' : 'qemu', text, known),
  'storage-config': redactStorageConfig,
  'dm-info': redactDmInfo,
  'dm-table': redactDmTable,
  'dm-status': redactDmStatus,
  'dm-cookies': redactDmCookies,
  'device-numbers': redactDeviceNumbers,
  'thin-pool-mode': redactPoolMode,
  locks: redactLocks,
  'lvm-report': redactLvmReport,
  'qm-list': (text) => redactGuestList('qemu', text),
  'pct-list': (text) => redactGuestList('lxc', text),
  'guest-pids': redactNumbers,
  'guest-processes': redactGuestProcesses,
  mentions: (text, { known }) => findMentions(text, known).join(' '),
};

/** The machine id itself is confidential. @see machine-id(5) */
export function hashMachineId(content: string): string {
  return createHash('sha256').update(`sexton:${content.trim()}`).digest('hex').slice(0, 32);
}

function redactError({ stderr }: CaptureEntry, err: Buffer, { complained }: RedactionContext): Buffer {
  const text = err.toString('latin1');
  return Buffer.from(stderr === 'known-lines' ? keepSentences(text) : redactComplaints(text, complained), 'latin1');
}

/** A file's name is what somebody called it: only a guest's number is one we know. */
function showPath({ redaction, source }: CaptureEntry, path: string, index: number): string {
  if (source.kind === 'files' && source.patterns.some((pattern) => pattern === path)) return path;
  const [directory, name] = [path.slice(0, path.lastIndexOf('/') + 1), path.slice(path.lastIndexOf('/') + 1)];
  if (redaction === 'guest-config') return /^\d{1,10}\.conf$/.test(name) ? path : `${directory}?.conf`;
  if (redaction === 'guest-pids' && /\/\d{1,10}(?:\.pid|\/cgroup\.procs)$/.test(path)) return path;
  return `${directory}${index + 1}${name.slice(name.lastIndexOf('.'))}`;
}
