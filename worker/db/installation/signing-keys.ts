/** Public halves of the keys that ever signed scripts: a page shows them, old signatures stay checkable. */
import { asc } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { signingKeys } from '../schema-installation';
import { installationAuditStatement, whenChanged } from '../tenant/audit';

export type SigningKeyRecord = {
  readonly keyId: string;
  readonly publicKey: string;
  readonly status: 'active' | 'retired';
  readonly createdAt: number;
};

export async function listSigningKeys(db: D1Database): Promise<readonly SigningKeyRecord[]> {
  const { keyId, publicKey, status, createdAt } = signingKeys;
  return drizzle(db).select({ keyId, publicKey, status, createdAt }).from(signingKeys).orderBy(asc(signingKeys.createdAt), asc(signingKeys.keyId));
}

/** Remembers the key in use; one seen before is left as it is. `keyId`: its `SHA256:` fingerprint. */
export async function recordSigningKey(db: D1Database, key: { keyId: string; publicKey: string; now: number }): Promise<void> {
  await db.batch([
    db
      .prepare(`INSERT INTO signing_keys (key_id, public_key, status, created_at) VALUES (?1, ?2, 'active', ?3) ON CONFLICT DO NOTHING`)
      .bind(key.keyId, key.publicKey, key.now),
    installationAuditStatement(db, { at: key.now, actor: 'system', source: 'start', action: 'signing-key.record', subject: key.keyId }, whenChanged),
  ]);
}
