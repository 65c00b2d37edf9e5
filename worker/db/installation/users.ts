/** People. Who is let in is decided by sign-in links; what they may see by people/scope.ts. */
import type { TenantId, UserId } from '../../ids';

export type UserRow = { readonly userId: UserId; readonly email: string; readonly role: string; readonly tenantId: TenantId | null };

/** The first owner there is: who a command signs in when nobody is named. */
export async function findOwnerEmail(db: D1Database): Promise<string | undefined> {
  const row = await db
    .prepare(`SELECT email FROM users WHERE role = 'owner' AND disabled_at IS NULL ORDER BY user_id LIMIT 1`)
    .first<{ email: string }>();
  return row?.email;
}

export async function hasOwner(db: D1Database): Promise<boolean> {
  return (await findOwnerEmail(db)) !== undefined;
}
