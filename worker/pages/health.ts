/** GET /healthz: for monitoring, public, names nobody. Answers 503 while the database cannot be read. */
import { readOldestDirty } from '../db/fleet-upkeep';
import { listTenants } from '../db/installation/tenants';
import { fleetScope } from '../db/scope';
import type { Call } from '../http/call';
import { classifyError } from '../http/classify-error';

type Health = {
  readonly version: string;
  readonly database: 'ok' | 'unavailable' | 'schema_outdated';
  /** How long ago the longest waiting cluster was last heard whose report is older than what is known of it; null: every report is up to date. */
  readonly oldestDirtySeconds?: number | null;
};

export async function showHealth({ ports }: Call): Promise<Response> {
  const health = await readHealth(ports.db, ports.config.version, ports.now());
  return Response.json(health, { status: health.database === 'ok' ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}

async function readHealth(db: D1Database, version: string, now: number): Promise<Health> {
  try {
    const tenantIds = (await listTenants(db)).map(({ tenantId }) => tenantId);
    const oldest = await readOldestDirty(fleetScope(db, tenantIds, 'cron'));
    return { version, database: 'ok', oldestDirtySeconds: oldest === undefined ? null : Math.max(0, Math.round((now - oldest) / 1000)) };
  } catch (error) {
    const { reason } = classifyError(error);
    return { version, database: reason === 'schema_outdated' ? 'schema_outdated' : 'unavailable' };
  }
}
