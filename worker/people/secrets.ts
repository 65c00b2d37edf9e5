/**
 * Secrets handed to people: 32 random bytes as base64url. The database keeps only their hash: links as SHA-256 (a command
 * on another machine makes them without the installation's secret), sessions keyed with the session key, so that changing
 * SEXTON_SECRET signs everybody out.
 */
import type { Config } from '../config';

export function newSecret(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(32)).toString('base64url');
}

export const looksLikeSecret = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

export async function hashLinkSecret(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`sexton sign-in ${secret}`));
  return Buffer.from(digest).toString('base64url');
}

export async function hashSessionSecret(config: Config, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', await config.deriveKey('session'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return Buffer.from(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(secret))).toString('base64url');
}
