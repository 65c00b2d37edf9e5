/** Which nodes a cluster says it has, as its newest enrolled node said it: pages show who is missing. */
import type { ClusterId } from '../../ids';
import type { TenantScope } from '../scope';
import { membershipKey, type RememberedMembership } from './memory';

export async function readMembership({ db, tenantId }: TenantScope, clusterId: ClusterId): Promise<RememberedMembership | undefined> {
  const row = await db
    .prepare('SELECT value FROM cluster_memory WHERE tenant_id = ?1 AND cluster_id = ?2 AND key = ?3')
    .bind(tenantId, clusterId, membershipKey)
    .first<{ value: string }>();
  return row === null ? undefined : (JSON.parse(row.value) as RememberedMembership);
}
