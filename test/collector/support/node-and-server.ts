/** A fake node and a server for it, new for every test, and the enrolment the tests begin with. */
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type FakeNode, makeFakeNode, type Ran } from './fake-node';
import { type ServerReply, startTestServer, type TestServer } from './test-server';

export const keyid = 't_0000000000000001.n_0000000000000002';

export const enrolled = (more: object = {}): ServerReply => ({
  status: 201,
  body: {
    tenant: 't_0000000000000001',
    tenantName: 'Acme',
    cluster: 'c_1',
    clusterName: 'prod-dc1',
    node: 'n_0000000000000002',
    keyid,
    status: 'active',
    serverKey: 'ssh-ed25519 AAAA',
    serverKeyFingerprint: 'SHA256:abc',
    intervalSeconds: 900,
    enrolled: 1,
    members: 3,
    ...more,
  },
});

export const problem = (status: number, reason: string, more: object = {}): ServerReply => ({
  status,
  body: { type: `urn:sexton:${reason}`, status, detail: `says ${reason}`, ...more },
});

export type Stage = {
  readonly node: FakeNode;
  readonly server: TestServer;
  /** A file of the collector's own. */
  readonly own: (name: string) => string;
  /** With a token; the server answers what the test told it to. */
  readonly enroll: (more?: readonly string[]) => Promise<Ran>;
};

/** To be called once in a file or a `describe`: it registers the hooks. */
export function useNodeAndServer(): Stage {
  let node: FakeNode;
  let server: TestServer;
  beforeEach(async () => {
    [node, server] = await Promise.all([makeFakeNode(), startTestServer()]);
  });
  afterEach(() => Promise.all([node.remove(), server.close()]));
  return {
    get node() {
      return node;
    },
    get server() {
      return server;
    },
    own: (name) => join(node.root, 'var/lib/sexton', name),
    enroll: (more = []) => node.run(['enroll', '--server', server.url, '--token-file', '-', ...more], { input: 'sxe-acm-1-secret\n' }),
  };
}
