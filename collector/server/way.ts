/** How this node reaches its server: directly or through a proxy, and whom it trusts on the way. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Context } from '../context';
import { ok, type Result } from '../result';
import type { Way } from './client';
import { parseProxy, proxyFromEnvironment } from './proxy';
import { parseServerAddress } from './server-address';

/** What the enrolment found and keeps: the timer has no environment. The proxy may carry a password. */
export type KeptWay = { readonly proxy?: string | undefined /** PEM. */; readonly ca?: string | undefined };

/** The configuration file first, then the environment, then what was kept. The error is a sentence. */
export function wayTo(context: Pick<Context, 'commandLine' | 'config' | 'env'>, address: string, kept: KeptWay): Result<Way, string> {
  const { config, env } = context;
  const server = parseServerAddress(address, config.isHttpAllowed);
  if (!server.ok) return server;
  const way = { server: server.value, ca: trusted(context.commandLine.root, config.ca ?? kept.ca) };
  const chosen = config.proxy ?? proxyFromEnvironment(env, server.value) ?? kept.proxy ?? '';
  if (chosen === '') return ok({ ...way, proxy: undefined });
  const proxy = parseProxy(chosen);
  return proxy.ok ? ok({ ...way, proxy: proxy.value }) : proxy;
}

/** A company's authority is usually installed for the whole system, which Node.js by itself does not look at everywhere. */
function trusted(root: string, own: string | undefined): readonly string[] {
  let system: readonly string[] = [];
  try {
    system = [readFileSync(`${root}/etc/ssl/certs/ca-certificates.crt`, 'utf8')];
  } catch {
    // Not there: Node.js brings its own.
  }
  return [...rootCertificates, ...system, ...(own === undefined ? [] : [own])];
}
