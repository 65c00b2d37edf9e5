/** POST /t/:tenant/tokens: an enrolment token, shown once, with the exact lines to type. */
import * as z from 'zod';
import { createEnrolmentToken } from '../../enrollment/create-token';
import type { StaffCall } from '../../http/call';
import type { ClusterId } from '../../ids';
import { seeTenant } from '../../people/scope';
import { allowedSigner } from '../../sshsig';
import { visibleText } from '../../text/visible';
import { type EnrolFacts, plainOrigin } from '../enrol/enrol-lines';
import { InTheWay, Token, Ways } from '../enrol/enrol-page';
import { Crumbs, renderPage } from '../frame/layout';
import type { Shelf } from '../get/shelf';
import { notFound, problemPage } from '../problem-page';
import { maxUses } from './token-form';

export const tokenFields = z.object({ cluster: z.string().max(64).default(''), uses: z.coerce.number().int().min(1).max(maxUses) });
type Fields = z.infer<typeof tokenFields>;

export const refuseToken = ({ person, requestId }: StaffCall): Response =>
  problemPage({ reason: 'bad_request', detail: `A token lets in 1 to ${maxUses} nodes. Go back and choose a number.` }, requestId, person);

export function makeToken(shelf: Shelf): (call: StaffCall, fields: Fields) => Promise<Response> {
  return async (call, { cluster, uses }) => {
    const { ports, person, params, source, requestId } = call;
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
    const facts = await gatherFacts(call, shelf);
    return renderPage({
      title: `Enrol nodes of ${tenant.name}`,
      person,
      children: (
        <>
          <Crumbs tenant={tenant} />
          <h1>Enrol nodes</h1>
          <Token text={made.value.token} uses={uses} />
          {facts === undefined ? (
            <p>This Sexton was started without being built, so there is no package to fetch. Build it with npm run build and start it again.</p>
          ) : (
            <>
              <Ways facts={facts} />
              <InTheWay facts={facts} />
            </>
          )}
          <p>
            Nodes appear at <a href={`/t/${tenant.tenantId}`}>{visibleText(tenant.name)}</a> as they arrive.
          </p>
        </>
      ),
    });
  };
}

async function gatherFacts({ ports, origin }: StaffCall, { packageName, find }: Shelf): Promise<EnrolFacts | undefined> {
  const file = packageName === undefined ? undefined : await find(packageName);
  if (file === undefined) return undefined;
  return { origin: plainOrigin(origin), packageName: file.name, sha256: file.sha256, signer: allowedSigner(ports.config, 'sexton-package') };
}
