/** What one line of the catalogue says; why.ts says why. Plain data: nothing in captures/ reads, runs or decides anything. */

export type CommandSource = {
  readonly kind: 'command';
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Paths of local storages are added (local-storages.ts); they do not leave the node. */
  readonly more?: 'local-storages';
};

export type Source =
  | CommandSource
  | { readonly kind: 'file'; readonly path: string }
  /** Patterns know `*` and `{a,b}`; a path without either may be missing. */
  | { readonly kind: 'files'; readonly patterns: readonly string[] /** Of a file that is too long the end. */; readonly isFromEnd?: true }
  | { readonly kind: 'link'; readonly path: string }
  /** All processes: lines `pid ppid state start ticks comm` made from /proc/PID/stat (process-table.ts). */
  | { readonly kind: 'processes' }
  /** Locks of LVM and who holds them, cookies of udev: text made from several files of /proc (lock-table.ts). */
  | { readonly kind: 'locks'; readonly path: '/proc/locks' };

/** Which filter the content passes before it may leave the node: there is none that lets everything through (redact.ts). */
export type Redaction =
  | 'first-line'
  | 'figures'
  | 'packages'
  | 'processor'
  | 'processor-model'
  | 'mounts'
  | 'file-systems'
  | 'network'
  | 'pools'
  | 'hash'
  | 'memory'
  | 'members'
  | 'vmlist'
  | 'counters'
  | 'ha'
  | 'next-id'
  | 'tasks'
  | 'failed-tasks'
  | 'guest-config'
  | 'storage-config'
  | 'dm-info'
  | 'dm-table'
  | 'dm-status'
  | 'dm-cookies'
  | 'device-numbers'
  | 'thin-pool-mode'
  | 'locks'
  | 'lvm-report'
  | 'qm-list'
  | 'pct-list'
  | 'guest-pids'
  | 'guest-processes'
  | 'mentions';

/**
 * What must hold before a command may start; needs.ts says how it is looked at. One that may not start is `skipped`, with a
 * reason that does not change while the trouble does not.
 */
export type Need = 'healthy-storage' | 'no-blocked-qemu';

export type CaptureEntry = {
  readonly id: string;
  /** Order of the run: steps follow each other, and within one the files are read first. */
  readonly step: 1 | 2 | 3 | 4 | 5 | 6;
  /** State is what verdicts rest on and is stable by itself; readings change by themselves and are never hashed. */
  readonly kind: 'state' | 'reading';
  readonly source: Source;
  readonly redaction: Redaction;
  /** `state`: standard error is evidence even when the command ends well. `known-lines`: it may
   * quote configurations, only whole sentences we know leave the node. Of all others: words, numbers and names we know. */
  readonly stderr?: 'state' | 'known-lines';
  readonly needs?: Need;
  /** Read by a child, as everything below /etc/pve is: somebody may have linked these files there, or onto a file server. */
  readonly isFenced?: true;
  /** How often it is tried when it fails (not when it hangs); absent: once. */
  readonly attempts?: number;
  readonly limitSeconds: number;
  readonly maxBytes: number;
};

export const mebibyte = 1024 * 1024;
