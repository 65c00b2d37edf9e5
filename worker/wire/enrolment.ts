/** The wire format of `POST /v1/enroll`. JSON, not compressed, at most 16 KB; signed by the key it brings. */
import * as z from 'zod';

export const maxEnrolmentBytes = 16 * 1024;

const nodeName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, 'a host name');

export const enrolmentRequest = z.object({
  protocol: z.int().positive(),
  token: z.string().max(200),
  /** Raw Ed25519 public key: 32 bytes, base64. */
  publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  node: nodeName,
  machineId: z.string().regex(/^[0-9a-f]{32}$/),
  collector: z.string().max(32),
  /** What .members says: the PVE cluster's name (null: a standalone node) and its members. */
  membership: z.object({ cluster: z.string().max(64).nullable(), members: z.array(nodeName).min(1).max(256) }),
});
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;

export type EnrolmentAnswer = {
  readonly tenant: string;
  readonly tenantName: string;
  readonly cluster: string;
  readonly clusterName: string;
  readonly node: string;
  /** `<tenant>.<node>`: the keyid of every later request. */
  readonly keyid: string;
  readonly status: 'active' | 'pending';
  /** OpenSSH public key line that signs cleanup scripts, and its SHA256: fingerprint. */
  readonly serverKey: string;
  readonly serverKeyFingerprint: string;
  readonly intervalSeconds: number;
  /** Enrolled nodes and members of the PVE cluster, this one included. */
  readonly enrolled: number;
  readonly members: number;
};
