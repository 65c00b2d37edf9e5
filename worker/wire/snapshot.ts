/**
 * The wire format of a message: what the collector sends and the Worker reads. Shapes and caps only.
 *
 * Body = gzip of one JSON line (short message: the header) or three (full message: header, state, readings).
 * State is what verdicts rest on and is stable by itself; readings change by themselves and are never hashed.
 * Keys this release does not know are dropped, so that a collector may be newer than its server; every cap stays.
 * The collector uses the types of this file only (`import type`), so zod never reaches a node.
 */
import * as z from 'zod';

export const protocol = 1;

/** Caps in bytes: on the wire (compressed) and inflated. 10,000 mappings are about 1 MB and 11 MB. */
export const maxWireBytes = 2 * 1024 * 1024;
export const maxInflatedBytes = 16 * 1024 * 1024;

const text = (max: number) => z.string().max(max);
const output = text(maxInflatedBytes);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * How a capture went. `ok`: exit 0, or the file was read. `failed`: ended with another exit code or a signal.
 * `timeout`: ended by us after its time. `stuck`: still there after SIGKILL, left behind. `skipped`: not run on
 * purpose. `absent`: no such command or file. `unreadable`: there, but reading it failed.
 */
export const captureStatus = z.enum(['ok', 'failed', 'timeout', 'stuck', 'skipped', 'absent', 'unreadable']);
export type CaptureStatus = z.infer<typeof captureStatus>;

const capturedFile = z.object({
  path: text(512),
  status: captureStatus,
  /** Errno name, in words, or what was left out: never file content. */
  reason: text(200).optional(),
  out: output.optional(),
  /** `out.length`, written when it was read: a text cut on its way is noticed and never taken for the whole. */
  length: z.int().nonnegative().optional(),
  encoding: z.literal('base64').optional(),
  /** Bytes kept, when the content was cut. */
  truncated: z.int().nonnegative().optional(),
});
export type CapturedFile = z.infer<typeof capturedFile>;

/** One command's raw output, one file's content, several files of one kind, or the reason why there is none. */
export const capture = z.object({
  /** Id in the collector's catalogue, e.g. `dm.info.1`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  argv: z.array(text(4096)).max(64).optional(),
  path: text(512).optional(),
  status: captureStatus,
  exit: z.int().min(0).max(255).optional(),
  signal: text(16).optional(),
  reason: text(200).optional(),
  out: output.optional(),
  length: z.int().nonnegative().optional(),
  err: text(131_072).optional(),
  errLength: z.int().nonnegative().optional(),
  /** `out` and `err` are base64 because one of them is not UTF-8. */
  encoding: z.literal('base64').optional(),
  truncated: z.int().nonnegative().optional(),
  files: z.array(capturedFile).max(20_000).optional(),
});
export type Capture = z.infer<typeof capture>;

/**
 * Numbers only, at most 300 bytes as JSON: uptime s, load, CPU %, [used, total] MiB of memory, swap and root, [running, all]
 * virtual machines and containers, network KiB/s [in, out], % of the fullest storage.
 */
const pair = z.tuple([z.number().nonnegative(), z.number().nonnegative()]);
export const vitals = z.object({
  uptime: z.number().nonnegative().optional(),
  load: z.number().nonnegative().optional(),
  cpu: z.number().min(0).max(100).optional(),
  memory: pair.optional(),
  swap: pair.optional(),
  root: pair.optional(),
  vms: pair.optional(),
  cts: pair.optional(),
  net: pair.optional(),
  fullest: z.number().min(0).max(100).optional(),
});
export type Vitals = z.infer<typeof vitals>;

/** `…-all`: every finding in full, and what does not apply. */
export const reportForm = z.enum(['none', 'ascii', 'terminal', 'ascii-all', 'terminal-all']);

export const header = z.object({
  protocol: z.int().positive(),
  sequence: z.int().positive(),
  /** Version of the collector. */
  collector: text(32),
  /** SHA-256 of `sexton:` + /etc/machine-id, first 32 hex digits: the id itself is confidential (machine-id(5)). */
  machineId: z.string().regex(/^[0-9a-f]{32}$/),
  bootId: z.string().regex(/^[0-9a-f-]{36}$/),
  /** SHA-256 over the bytes of the state line, without its newline. */
  stateHash: hex64,
  vitals,
  /** First 8 hex digits of each script body the collector trusts. */
  bodies: z.array(z.string().regex(/^[0-9a-f]{8}$/)).max(16),
  report: reportForm,
});
export type Header = z.infer<typeof header>;

export const state = z.object({ captures: z.array(capture).max(64) });
export type State = z.infer<typeof state>;

/** A command that could not be ended and is not started again while it lives; times and numbers of it are readings. */
const stuckCommand = z.object({
  /** As people call it, e.g. `lvm fullreport`. */
  command: text(200),
  pid: z.int().positive(),
  /** One letter of /proc/PID/stat; `D`: waits in the kernel and takes no signal. */
  state: text(1),
  /** Function of the kernel it waits in; empty where the kernel does not say. */
  wchan: text(64),
  /** Unix milliseconds, the node's clock. */
  since: z.number().nonnegative(),
});
export type StuckCommand = z.infer<typeof stuckCommand>;

/** What grew since the look before, per second: bytes in and out by interface, percent of one processor by process. */
const rates = z.object({
  /** Between the two looks. */
  seconds: z.number().nonnegative(),
  cpu: z.number().min(0).max(100).optional(),
  network: z.array(z.tuple([text(15), z.number().nonnegative(), z.number().nonnegative()])).max(32),
  /** comm, pid, guest (0: none), percent; the busiest first. */
  busiest: z.array(z.tuple([text(64), z.int().nonnegative(), z.int().nonnegative(), z.number().nonnegative()])).max(10),
});

export const readings = z.object({
  captures: z.array(capture).max(64),
  /** Capture id -> milliseconds it took. */
  ms: z.record(z.string(), z.number().nonnegative()),
  /** Capture id -> standard error of commands that ended well (LVM's is state and stands in its capture). */
  stderr: z.record(z.string(), text(65_536)),
  stuck: z.array(stuckCommand).max(64).optional(),
  rates: rates.optional(),
});
export type Readings = z.infer<typeof readings>;

/** What the Worker answers to an accepted message. */
export type Answer = {
  readonly accepted: number;
  /** `state`: send the full form now. */
  readonly want: 'nothing' | 'state';
  /** Seconds until the next message is expected. */
  readonly nextDue: number;
  readonly scripts: number;
  readonly open: { readonly critical: number; readonly warning: number; readonly info: number };
  /** Where this node's page is. */
  readonly page: string;
  /** The console report, when asked for. */
  readonly report?: string;
};
