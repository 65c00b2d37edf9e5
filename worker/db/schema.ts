/** Every table, typed. migrations/ is the truth; test/worker/db-schema.test.ts keeps this equal to it. */
export * from './schema-installation';
export * from './schema-tenant';
