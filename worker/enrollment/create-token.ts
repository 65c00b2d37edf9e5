/** Makes an enrolment token. Its text exists once, in the answer. */
import { findTenant } from '../db/installation/tenants';
import type { TenantScope } from '../db/scope';
import { insertToken } from '../db/tenant/enrolment-tokens';
import type { ClusterId } from '../ids';
import type { Ports } from '../ports';
import { err, ok, type Result } from '../result';
import { formatToken, hashTokenSecret, newTokenParts } from './token-text';

export type TokenWish = {
  /** Null: a new cluster, which names itself at the first enrolment. */
  readonly clusterId: ClusterId | null;
  readonly uses: number;
  readonly lifetimeMs: number;
  /** False: nodes wait for approval. */
  readonly autoApprove: boolean;
  /** User id, or `system`. */
  readonly madeBy: string;
  /** Client address, or the command's name. */
  readonly source: string;
};

export type TokenMade = {
  readonly token: string;
  readonly tokenId: string;
  readonly clusterId: ClusterId;
  readonly expiresAt: number;
  readonly uses: number;
};

export type TokenRefusal = { readonly reason: 'no_such_cluster' | 'uses_out_of_range' | 'lifetime_out_of_range' };

export const mostUses = 256;
export const longestLifetimeMs = 7 * 86_400_000;

export async function createEnrolmentToken(
  ports: Pick<Ports, 'now' | 'newId' | 'random'>,
  scope: TenantScope,
  wish: TokenWish,
): Promise<Result<TokenMade, TokenRefusal>> {
  const { uses, lifetimeMs, autoApprove, madeBy, source } = wish;
  if (!Number.isInteger(uses) || uses < 1 || uses > mostUses) return err({ reason: 'uses_out_of_range' });
  if (!Number.isInteger(lifetimeMs) || lifetimeMs < 60_000 || lifetimeMs > longestLifetimeMs) return err({ reason: 'lifetime_out_of_range' });
  const tenant = await findTenant(scope.db, scope.tenantId);
  if (tenant === undefined) return err({ reason: 'no_such_cluster' });
  const now = ports.now();
  const parts = newTokenParts(tenant.key, ports.random);
  const clusterId = wish.clusterId ?? (ports.newId('c') as ClusterId);
  const expiresAt = now + lifetimeMs;
  const secretHash = await hashTokenSecret(parts.secret);
  const token = {
    tokenId: parts.tokenId,
    secretHash,
    clusterId,
    makeCluster: wish.clusterId === null,
    uses,
    expiresAt,
    autoApprove,
    madeBy,
    source,
    now,
  };
  if (!(await insertToken(scope, token))) return err({ reason: 'no_such_cluster' });
  return ok({ token: formatToken(parts), tokenId: parts.tokenId, clusterId, expiresAt, uses });
}
