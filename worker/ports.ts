/** Everything the app reaches the outside through. `index.ts` fills it for Workers, `npm start` and tests for themselves. */
import type { Config } from './config';

/** Raw messages, one object per accepted full message. */
export type RawStore = {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** The first page of keys with this beginning, in order; up to 1,000. */
  list(prefix: string): Promise<{ readonly keys: readonly string[]; readonly isLast: boolean }>;
  /** Up to 1,000; a key that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
};

export type MailMessage = { readonly to: string; readonly subject: string; readonly text: string };

/** Sends one mail; what the provider says about it comes back as data. */
export type Mailer = (
  message: MailMessage,
) => Promise<{ readonly ok: true; readonly id: string } | { readonly ok: false; readonly retryable: boolean; readonly why: string }>;

/** Per-key rate limit; false: too many. */
export type Limiter = (key: string) => Promise<boolean>;

export type Ports = {
  readonly db: D1Database;
  /** Undefined where no bucket is bound: the newest state is then kept in D1 only. */
  readonly raw: RawStore | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Prefix -> id: prefix + `_` + 16 characters of Crockford base32. */
  readonly newId: (prefix: 't' | 'c' | 'n' | 'u' | 's') => string;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly mailer: Mailer;
  readonly limiter: Limiter;
  readonly config: Config;
};
