/** The usual beginning: a new installation, one customer, its first node. */
import { makeCustomer, makeToken } from './test-customer';
import { enrolTestNode } from './test-node';
import { makePorts } from './test-ports';

export async function enrolOne() {
  const ports = await makePorts();
  const customer = await makeCustomer(ports);
  const token = await makeToken(ports, customer);
  return { ports, customer, node: await enrolTestNode(ports, token.token, 'pve1') };
}
