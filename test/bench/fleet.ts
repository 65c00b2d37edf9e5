/**
 * A database full of enrolled nodes. One cluster of three is enrolled and checks in through the real door; all others are
 * copies of its rows under their own ids, keys and volume groups, written by the database itself, through the real schema.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { hyphenated, uuidOf } from '../unit/analyzer/support/fake-node';
import { makeTenant } from './bench-node';
import { makeBenchPorts } from './bench-ports';
import { type DoorNode, enrolAtDoor, type FullState, stateOf } from './door-node';
import { captureSample, makeSampleCluster, withKernel } from './sample-cluster';

export const mappings = 60;
const clustersPerCustomer = 100;
const clustersPerBatch = 250;

export type FleetNode = {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly cluster: number;
  readonly member: number;
};

export type Fleet = {
  readonly nodes: number;
  readonly nodeAt: (index: number) => FleetNode;
  readonly keyOf: (index: number) => KeyObject;
  /** The state a node was seeded with, with `change` in it, in its own words. */
  readonly stateOf: (node: FleetNode, change: 'other-kernel' | 'faults') => FullState;
  readonly stateHash: (index: number) => string;
};

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const idOf = (prefix: string, number: number) =>
  `${prefix}_${number
    .toString(32)
    .padStart(16, '0')
    .replace(/[ilou]/g, (letter) => ({ i: 'w', l: 'x', o: 'y', u: 'z' })[letter] ?? letter)}`;

/** RFC 8410: the 32 bytes of an Ed25519 key in PKCS#8. */
const keyOf = (index: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), sha256(`key ${index}`)]),
    format: 'der',
    type: 'pkcs8',
  });
const publicKeyOf = (index: number): string =>
  Buffer.from(createPublicKey(keyOf(index)).export({ format: 'der', type: 'spki' }).subarray(-32)).toString('base64');

type Server = { readonly url: string; readonly db: D1Database };

export async function seedFleet(server: Server, wanted: number, say: (text: string) => void): Promise<Fleet> {
  const ports = await makeBenchPorts(server.db);
  const templateTenant = await makeTenant(ports, 'SEED');
  const healthy = makeSampleCluster({ mappings, faulty: false });
  const template = await enrolAtDoor(server.url, ports, templateTenant, healthy);
  for (const [at, fake] of healthy.entries()) await template[at]?.send(stateOf(captureSample(fake)));

  const clusters = Math.ceil(wanted / healthy.length);
  const customers = Math.ceil(clusters / clustersPerCustomer);
  const members = healthy.length;
  const nodeAt = (index: number): FleetNode => {
    const cluster = Math.floor(index / members);
    return {
      tenantId: idOf('t', Math.floor(cluster / clustersPerCustomer)),
      clusterId: idOf('c', cluster),
      nodeId: idOf('n', index),
      cluster,
      member: index % members,
    };
  };
  await seedCustomers(server.db, customers);
  const copier = await makeCopier(server.db, templateTenant, template);
  for (let first = 0; first < clusters; first += clustersPerBatch) {
    const count = Math.min(clustersPerBatch, clusters - first);
    await copier(Array.from({ length: count * members }, (_, at) => describeNode(nodeAt(first * members + at), first * members + at)));
    if (first % (clustersPerBatch * 20) === 0) say(`${first * members} `);
  }
  const faulty = makeSampleCluster({ mappings });
  const changes = {
    'other-kernel': healthy.map((fake) => JSON.stringify({ captures: withKernel(captureSample(fake), '6.14.12-1-pve') })),
    faults: faulty.map((fake) => JSON.stringify({ captures: captureSample(fake) })),
  };
  return {
    nodes: clusters * members,
    nodeAt,
    keyOf,
    stateHash: seededHash,
    stateOf: (node, change) => stateOf(inOwnWords(changes[change][node.member] ?? '', node)),
  };
}

const seededHash = (index: number): string => sha256(`state ${index}`).toString('hex');

/** Every cluster has its own shared group, every node its own local one. */
const groupsOf = (member: number) => [uuidOf('sanvg'), uuidOf(`pve of pve${member + 1}`)] as const;
const ownGroupsOf = (node: FleetNode) => [uuidOf(`san of ${node.cluster}`), uuidOf(`local of ${node.nodeId}`)] as const;

function inOwnWords(line: string, node: FleetNode): string {
  const own = ownGroupsOf(node);
  return groupsOf(node.member).reduce((text, group, at) => {
    const mine = own[at] ?? group;
    return text.replaceAll(group, mine).replaceAll(hyphenated(group), hyphenated(mine));
  }, line);
}

const quarterMs = 15 * 60_000;

/** A row of the JSON the copying statements read; the keys are theirs. */
function describeNode(node: FleetNode, index: number) {
  const [san, local] = groupsOf(node.member);
  const [ownSan, ownLocal] = ownGroupsOf(node);
  return {
    t: node.tenantId,
    c: node.clusterId,
    n: node.nodeId,
    m: node.member,
    key: publicKeyOf(index),
    hash: seededHash(index),
    // As a fleet in the middle of its day: everybody was heard within the last quarter of an hour.
    seen: Date.now() - ((index * 7919) % quarterMs),
    seq: (node.cluster % clustersPerCustomer) * 3 + node.member + 2,
    name: `prod-${node.cluster}`,
    san,
    local,
    ownSan,
    ownLocal,
  };
}

async function seedCustomers(db: D1Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, at) => ({ t: idOf('t', at), key: `K${at.toString(36).toUpperCase()}`, name: `Customer ${at}` }));
  await db.batch([
    db
      .prepare(`INSERT INTO tenants (tenant_id, key, name, status, settings, created_at)
        SELECT value ->> 't', value ->> 'key', value ->> 'name', 'active', '{}', ?2 FROM json_each(?1)`)
      .bind(JSON.stringify(rows), Date.now()),
    db
      .prepare(`INSERT INTO audit_events (tenant_id, seq, at, actor, source, action, subject, detail)
        SELECT value ->> 't', 1, ?2, 'system', 'bench', 'tenant.create', value ->> 't', '{}' FROM json_each(?1)`)
      .bind(JSON.stringify(rows), Date.now()),
  ]);
}

type Copied = Readonly<Record<string, string>>;

const own = (name: string) => `j.value ->> '${name}'`;
const inOwnWordsSql = (column: string) => `replace(replace(t.${column}, ${own('san')}, ${own('ownSan')}), ${own('local')}, ${own('ownLocal')})`;
const nodeKeys: Copied = { tenant_id: own('t'), cluster_id: own('c'), node_id: own('n') };

/** Table -> what a copy has of its own; once per node, or once per cluster. */
const perNode: Readonly<Record<string, Copied>> = {
  nodes: {
    ...nodeKeys,
    public_key: own('key'),
    state_hash: own('hash'),
    last_seen_at: own('seen'),
    state_at: own('seen'),
    sequence: '1',
    digest: `''`,
  },
  node_states: { ...nodeKeys, facts: inOwnWordsSql('facts') },
  node_samples: { tenant_id: own('t'), node_id: own('n') },
};
const perCluster: Readonly<Record<string, Copied>> = {
  clusters: { tenant_id: own('t'), cluster_id: own('c'), name: own('name') },
  cluster_reports: { tenant_id: own('t'), cluster_id: own('c') },
  cluster_views: { tenant_id: own('t'), cluster_id: own('c') },
};

async function makeCopier(db: D1Database, tenantId: string, template: readonly DoorNode[]) {
  const columnsOf = async (table: string) =>
    (await db.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>()).results.map(({ name }) => name);
  const copy = async (table: string, copied: Copied, join: string) => {
    const columns = await columnsOf(table);
    return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.map((name) => copied[name] ?? `t.${name}`).join(', ')}
      FROM json_each(?1) j CROSS JOIN ${table} t ON t.tenant_id = ?2 ${join}`;
  };
  const ofMember = `AND t.node_id = ?3 ->> ('$[' || (j.value ->> 'm') || ']')`;
  const first = `AND j.value ->> 'm' = 0`;
  const byNode = await Promise.all(Object.entries(perNode).map(([table, copied]) => copy(table, copied, ofMember)));
  const byCluster = await Promise.all(Object.entries(perCluster).map(([table, copied]) => copy(table, copied, first)));
  const ids = JSON.stringify(template.map(({ nodeId }) => nodeId));
  return async (nodes: readonly object[]) => {
    const json = JSON.stringify(nodes);
    await db.batch([
      ...byNode.map((sql) => db.prepare(sql).bind(json, tenantId, ids)),
      ...byCluster.map((sql) => db.prepare(sql).bind(json, tenantId)),
      db
        .prepare(`INSERT INTO group_clusters (tenant_id, vg_uuid, cluster_id)
          SELECT ${own('t')}, ${own('ownLocal')}, ${own('c')} FROM json_each(?1) j UNION SELECT ${own('t')}, ${own('ownSan')}, ${own('c')} FROM json_each(?1) j`)
        .bind(json),
      db
        .prepare(`INSERT INTO cluster_memory (tenant_id, cluster_id, key, value, by_node, at)
          SELECT ${own('t')}, ${own('c')}, 'vg:' || (${own('ownLocal')}), '7', ${own('n')}, ${own('seen')} FROM json_each(?1) j
          UNION ALL SELECT ${own('t')}, ${own('c')}, 'vg:' || (${own('ownSan')}), '4711', ${own('n')}, ${own('seen')} FROM json_each(?1) j WHERE ${own('m')} = 0
          UNION ALL SELECT ${own('t')}, ${own('c')}, t.key, t.value, ${own('n')}, t.at FROM json_each(?1) j JOIN cluster_memory t ON t.tenant_id = ?2 AND t.key = 'membership' WHERE ${own('m')} = 0`)
        .bind(json, tenantId),
      db
        .prepare(`INSERT INTO audit_events (tenant_id, seq, at, actor, source, action, subject, detail)
          SELECT ${own('t')}, ${own('seq')}, ${own('seen')}, 'token:seed', 'bench', 'node.enrol', ${own('n')}, '{}' FROM json_each(?1) j`)
        .bind(json),
    ]);
  };
}
