/**
 * What the commands of this machine need (npm start, sign-in, keys), for Node: the Worker's own code on a database handed
 * in. A link or token made by a command is made by the same lines as one made in a page.
 */
import { type ConfigSource, readConfig } from './config';
import { readFleet } from './db/fleet';
import { newLinkStatements } from './db/installation/sign-in-links';
import { createTenant, listTenants, type Tenant } from './db/installation/tenants';
import { fleetScope, tenantScope } from './db/scope';
import { createEnrolmentToken } from './enrollment/create-token';
import type { ClusterId, TenantId } from './ids';
import { makePorts, systemSources } from './make-ports';
import { isEmail, makeSignInLink, prepareLink } from './people/sign-in-link';
import type { Ports } from './ports';
import { err, ok, type Result } from './result';
import { allowedSigner } from './sshsig';

const firstToken = { uses: 10, lifetimeMs: 60 * 60_000, autoApprove: true };
/** Who the audit log names. */
const actor = 'command';

/** A sign-in link's path, for whoever runs the server. */
export async function makeLink(
  db: D1Database,
  source: ConfigSource,
  email: string | undefined,
): Promise<Result<{ path: string; email: string }, string>> {
  const config = await readConfig(source);
  return config.ok ? makeSignInLink(makePorts({ DB: db }, config.value), email, config.value.ownerEmail) : config;
}

export type FirstSteps = {
  readonly version: string;
  readonly link: { readonly path: string; readonly email: string };
  /** Undefined: nodes are enrolled already; the next token is made where it is wanted. */
  readonly token: { readonly text: string; readonly uses: number; readonly customer: string } | undefined;
  readonly nodes: number;
};

/** Everything a newcomer needs on the first screen: a customer, a token, a way in. Nothing is made twice. */
export async function prepareFirstSteps(db: D1Database, source: ConfigSource): Promise<Result<FirstSteps, string>> {
  const config = await readConfig(source);
  if (!config.ok) return config;
  const ports = makePorts({ DB: db }, config.value);
  const link = await makeSignInLink(ports, undefined, config.value.ownerEmail);
  if (!link.ok) return link;
  const tenants = await listTenants(db);
  const first = tenants[0] ?? (await makeFirstCustomer(ports));
  const { rows } = await readFleet(
    fleetScope(
      db,
      tenants.map(({ tenantId }) => tenantId),
      'command',
    ),
    { limit: 1000, offset: 0 },
  );
  const nodes = rows.reduce((sum, row) => sum + row.nodes.length, 0);
  if (nodes > 0) return ok({ version: config.value.version, link: link.value, token: undefined, nodes });
  // The cluster of an unused token of an earlier start is used again, or every start would leave an empty one behind.
  const clusterId = rows.find((row) => row.tenantId === first.tenantId)?.clusterId ?? null;
  const token = await makeFirstToken(ports, first.tenantId, clusterId);
  return token.ok
    ? ok({ version: config.value.version, link: link.value, token: { text: token.value, uses: firstToken.uses, customer: first.name }, nodes })
    : token;
}

async function makeFirstCustomer(ports: Ports): Promise<Tenant> {
  const tenant: Tenant = { tenantId: ports.newId('t') as TenantId, key: 'MY', name: 'My company' };
  await createTenant(ports.db, { ...tenant, now: ports.now(), actor, source: actor });
  return tenant;
}

async function makeFirstToken(ports: Ports, tenantId: TenantId, clusterId: ClusterId | null): Promise<Result<string, string>> {
  const made = await createEnrolmentToken(ports, tenantScope(ports.db, tenantId, 'command'), {
    ...firstToken,
    clusterId,
    madeBy: actor,
    source: actor,
  });
  return made.ok ? ok(made.value.token) : err(`No enrolment token could be made: ${made.error.reason}.`);
}

/** A link for a database far away, as SQL text. Only an address without quotes gets into it; everything else is made here. */
export async function prepareRemoteLink(address: string): Promise<Result<{ path: string; email: string; sql: string }, string>> {
  const email = address.trim().toLowerCase();
  if (!isEmail(email)) return err(`"${address}" is not an e-mail address.`);
  const { secret, link } = await prepareLink(systemSources, email);
  const sql = newLinkStatements(link).map(
    ([text, parameters]) => `${text.replace(/\s+/g, ' ').replace(/\?(\d+)/g, (_, number) => quote(parameters[Number(number) - 1]))};`,
  );
  return ok({ path: `/sign-in/${secret}`, email, sql: sql.join('\n') });
}

const quote = (value: string | number | undefined): string =>
  typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;

export type KeyInWords = { readonly publicKeyLine: string; readonly fingerprint: string; readonly allowedSigners: string };

/** The signing key as people compare it and `ssh-keygen -Y verify` reads it. */
export async function describeSigningKey(source: ConfigSource): Promise<Result<KeyInWords, string>> {
  const config = await readConfig(source);
  if (!config.ok) return config;
  const { signingPublicKey, signingFingerprint } = config.value;
  return ok({
    publicKeyLine: signingPublicKey,
    fingerprint: signingFingerprint,
    allowedSigners: allowedSigner(config.value, 'sexton-cleanup'),
  });
}
