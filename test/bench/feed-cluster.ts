/** The three-node sample, every rule with something to say, checked in at a running server. */
import { capturesOf } from '../unit/analyzer/support/fake-node';
import { pve1, pve2, pve3 } from '../unit/analyzer/support/sample-cluster';
import { makeTenant } from './bench-node';
import { makeBenchPorts } from './bench-ports';
import { enrolAtDoor, stateOf } from './door-node';

/** `rounds`: how often each node sends its state. */
export async function feedSampleCluster(url: string, db: D1Database, rounds = 1): Promise<void> {
  const ports = await makeBenchPorts(db);
  const fakes = [pve1, pve2, pve3].map((fake) => ({ ...fake, cluster: 'prod' }));
  const nodes = await enrolAtDoor(url, ports, await makeTenant(ports, 'ACM'), fakes);
  for (let round = 0; round < rounds; round += 1) for (const [at, node] of nodes.entries()) await node.send(stateOf(capturesOf(fakes[at] ?? pve1)));
}
