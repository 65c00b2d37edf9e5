/** The server's answer to an enrolment, checked: the keyid goes into every later signature. */
import type { EnrolmentAnswer } from '../../worker/wire/enrolment';

const texts = ['tenant', 'tenantName', 'cluster', 'clusterName', 'node', 'keyid', 'serverKey', 'serverKeyFingerprint'] as const;
/** Longer is no name and no key. */
const maxTextLength = 400;
const counts = ['intervalSeconds', 'enrolled', 'members'] as const;

export function readEnrolmentAnswer(document: Readonly<Record<string, unknown>>): EnrolmentAnswer | undefined {
  const text = (key: (typeof texts)[number]) => (typeof document[key] === 'string' ? String(document[key]).slice(0, maxTextLength) : undefined);
  const count = (key: (typeof counts)[number]) => (Number.isFinite(document[key]) ? Number(document[key]) : undefined);
  if (texts.some((key) => text(key) === undefined) || counts.some((key) => count(key) === undefined)) return undefined;
  const keyid = text('keyid') ?? '';
  if (!/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/.test(keyid)) return undefined;
  const status = document.status;
  if (status !== 'active' && status !== 'pending') return undefined;
  return {
    tenant: text('tenant') ?? '',
    tenantName: text('tenantName') ?? '',
    cluster: text('cluster') ?? '',
    clusterName: text('clusterName') ?? '',
    node: text('node') ?? '',
    keyid,
    status,
    serverKey: text('serverKey') ?? '',
    serverKeyFingerprint: text('serverKeyFingerprint') ?? '',
    intervalSeconds: count('intervalSeconds') ?? 900,
    enrolled: count('enrolled') ?? 1,
    members: count('members') ?? 1,
  };
}
