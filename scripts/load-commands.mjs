// The Worker's code as commands use it (worker/commands.ts), loaded after it was built. Its types are said here, because a
// fresh clone has nothing built to read them from.

/**
 * @template T
 * @typedef {{ ok: true, value: T } | { ok: false, error: string }} Result
 */
/** @typedef {import('@cloudflare/workers-types').D1Database} Database */
/** @typedef {{ version: string, link: { path: string, email: string }, token?: { text: string, uses: number, customer: string }, nodes: number }} FirstSteps */
/**
 * @typedef {object} Commands
 * @property {(db: Database, source: Record<string, string>, email?: string) => Promise<Result<{ path: string, email: string }>>} makeLink
 * @property {(db: Database, source: Record<string, string>) => Promise<Result<FirstSteps>>} prepareFirstSteps
 * @property {(address: string) => Promise<Result<{ path: string, email: string, sql: string }>>} prepareRemoteLink
 * @property {(source: Record<string, string>) => Promise<Result<{ publicKeyLine: string, fingerprint: string, allowedSigners: string }>>} describeSigningKey
 */

/** @returns {Promise<Commands>} */
export function loadCommands() {
  return import(new URL('../dist/commands.mjs', import.meta.url).href);
}
