/** POST /t/:tenant/tokens: an enrolment token, shown once, with the exact lines to type. */

import * as z from 'zod';
import { createEnrolmentToken } from '../../enrollment/create-token';
import type { StaffCall } from '../../http/call';
import type { ClusterId } from '../../ids';
import { seeTenant } from '../../people/scope';
import { visibleText } from '../../text/visible';
import { Said } from '../finding/finding-list';
import { countOf } from '../frame/count-words';
import { Crumbs, renderPage } from '../frame/layout';
import { notFound, problemPage } from '../problem-page';
import { maxUses } from './token-form';

export const tokenFields = z.object({ cluster: z.string().max(64).default(''), uses: z.coerce.number().int().min(1).max(maxUses) });

export const refuseToken = ({ person, requestId }: StaffCall): Response =>
  problemPage({ reason: 'bad_request', detail: `A token lets in 1 to ${maxUses} nodes. Go back and choose a number.` }, requestId, person);

/** What to type on a node; the token itself is asked for, so that it stays out of the shell's history. */
export const enrolLines = (origin: string): readonly string[] => [
  `curl -fsSO ${origin}/get/sexton-collector.mjs`,
  `node sexton-collector.mjs enroll --server ${origin}`,
  'node sexton-collector.mjs send',
];

export async function makeToken(
  { ports, person, params, origin, source, requestId }: StaffCall,
  { cluster, uses }: z.infer<typeof tokenFields>,
): Promise<Response> {
  const seen = await seeTenant(ports.db, person, params.tenant ?? '');
  if (seen === undefined) return problemPage(notFound, requestId, person);
  const { tenant, scope } = seen;
  const made = await createEnrolmentToken(ports, scope, {
    clusterId: cluster === '' ? null : (cluster as ClusterId),
    uses,
    lifetimeMs: 60 * 60_000,
    autoApprove: true,
    madeBy: person.userId,
    source,
  });
  if (!made.ok) return problemPage(notFound, requestId, person);
  const isLocal = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|$)/.test(origin);
  return renderPage({
    title: `Enrol nodes of ${tenant.name}`,
    person,
    children: (
      <>
        <Crumbs tenant={tenant} />
        <h1>Enrol nodes</h1>
        <p class="lede">
          This token lets in {countOf(uses, 'node')} for one hour. <b>It is shown once.</b>
        </p>
        <Said lines={[made.value.token]} />
        {isLocal && (
          <>
            <h2>Reach the node</h2>
            <p>This Sexton listens on this machine only. Your own SSH session carries the node's way back; no port is opened:</p>
            <Said lines={[`ssh -R ${new URL(origin).port || '80'}:${new URL(origin).host} root@YOUR-NODE`]} />
          </>
        )}
        <h2>Then, on the node</h2>
        <Said lines={enrolLines(origin)} />
        <p class="soft">
          Node.js comes from Debian itself: <code>apt install nodejs</code>. The second line asks for the token, the third checks in and prints the
          report. Repeat them on every node of the cluster with the same token.
        </p>
        <p>
          <a href={`/t/${tenant.tenantId}`}>To {visibleText(tenant.name)}</a>
        </p>
      </>
    ),
  });
}
