/** Who is signed in. Made only from a session row (find-person.ts). */
import type { TenantId, UserId } from '../ids';

export type Role = 'owner' | 'operator' | 'viewer';

export type Person = {
  readonly userId: UserId;
  readonly email: string;
  readonly role: Role;
  /** Set for somebody who may see one customer only. */
  readonly tenantId: TenantId | undefined;
};

const roles: readonly string[] = ['owner', 'operator', 'viewer'] satisfies Role[];
export const isRole = (text: string): text is Role => roles.includes(text);
