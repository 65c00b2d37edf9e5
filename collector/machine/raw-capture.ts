/** What was seen, before anything is filtered. Stays in memory; never leaves the node as it is. */
import type { CaptureStatus } from '../../worker/wire/snapshot';

export type RawFile = {
  readonly path: string;
  readonly status: CaptureStatus;
  readonly reason?: string;
  readonly out?: Buffer;
  /** Bytes kept, when the content was cut. */
  readonly truncated?: number;
};

export type RawCapture = {
  readonly status: CaptureStatus;
  readonly reason?: string;
  readonly exit?: number;
  readonly signal?: string;
  readonly out?: Buffer;
  readonly err?: Buffer;
  readonly truncated?: number;
  readonly files?: readonly RawFile[];
  readonly ms: number;
};
