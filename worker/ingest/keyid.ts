/** `<tenant>.<node>`: who says to be speaking. Proves nothing; the signature does. */
import type { NodeId, TenantId } from '../ids';

const shape = /^(t_[0-9a-hjkmnp-tv-z]{16})\.(n_[0-9a-hjkmnp-tv-z]{16})$/;

export function parseKeyid(keyid: string): { readonly tenantId: TenantId; readonly nodeId: NodeId } | undefined {
  const [, tenant, node] = shape.exec(keyid) ?? [];
  return tenant === undefined || node === undefined ? undefined : { tenantId: tenant as TenantId, nodeId: node as NodeId };
}
