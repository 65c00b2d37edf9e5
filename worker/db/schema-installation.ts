/** The installation's own tables, for typed queries; reached only from db/installation. See schema-tenant.ts. */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const time = (name: string) => integer(name).notNull();

export const tenants = sqliteTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  key: text('key').notNull().unique(),
  name: text('name').notNull(),
  status: text('status', { enum: ['active', 'deleting'] }).notNull(),
  settings: text('settings').notNull(),
  createdAt: time('created_at'),
});

export const users = sqliteTable('users', {
  userId: text('user_id').primaryKey(),
  email: text('email').notNull().unique(),
  role: text('role').notNull(),
  tenantId: text('tenant_id'),
  disabledAt: integer('disabled_at'),
  lastVisitAt: integer('last_visit_at'),
});

export const signInLinks = sqliteTable('sign_in_links', {
  secretHash: text('secret_hash').primaryKey(),
  email: text('email').notNull(),
  browserHash: text('browser_hash'),
  expiresAt: time('expires_at'),
  usedAt: integer('used_at'),
});

export const sessions = sqliteTable('sessions', {
  secretHash: text('secret_hash').primaryKey(),
  userId: text('user_id').notNull(),
  createdAt: time('created_at'),
  expiresAt: time('expires_at'),
});

export const apiTokens = sqliteTable('api_tokens', {
  secretHash: text('secret_hash').primaryKey(),
  name: text('name').notNull(),
  tenantId: text('tenant_id'),
  scope: text('scope').notNull(),
  expiresAt: integer('expires_at'),
  madeBy: text('made_by').notNull(),
});

export const signingKeys = sqliteTable('signing_keys', {
  keyId: text('key_id').primaryKey(),
  publicKey: text('public_key').notNull(),
  status: text('status', { enum: ['active', 'retired'] }).notNull(),
  endorsedBy: text('endorsed_by'),
  endorsement: text('endorsement'),
  createdAt: time('created_at'),
});

export const subscriptions = sqliteTable('subscriptions', {
  subscriptionId: text('subscription_id').primaryKey(),
  email: text('email').notNull(),
  tenants: text('tenants').notNull(),
  zone: text('zone').notNull(),
  hour: integer('hour').notNull(),
  days: text('days').notNull(),
  onlyWhenWrong: integer('only_when_wrong').notNull(),
  pausedUntil: integer('paused_until'),
  nextAt: time('next_at'),
  lastEventAt: time('last_event_at'),
});

export const outbox = sqliteTable(
  'outbox',
  {
    messageId: text('message_id').primaryKey(),
    kind: text('kind').notNull(),
    tenantId: text('tenant_id'),
    target: text('target').notNull(),
    args: text('args').notNull(),
    state: text('state', { enum: ['pending', 'sending', 'sent', 'uncertain', 'dead'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: time('next_at'),
    providerId: text('provider_id'),
    lastError: text('last_error'),
    createdAt: time('created_at'),
  },
  (t) => [index('outbox_due').on(t.nextAt).where(sql`${t.state} IN ('pending','sending')`)],
);

export const jobs = sqliteTable('jobs', {
  name: text('name').primaryKey(),
  leaseUntil: time('lease_until'),
  cursor: text('cursor'),
  lastOkAt: integer('last_ok_at'),
  lastError: text('last_error'),
});
