/** POST /customers. */
import * as z from 'zod';
import { createTenant, isTenantKey } from '../../db/installation/tenants';
import type { StaffCall } from '../../http/call';
import type { TenantId } from '../../ids';
import { proposeKeys } from '../../people/propose-key';
import { renderPage } from '../frame/layout';
import { CustomerForm } from './customer-form';

export const customerFields = z.object({ name: z.string().trim().min(1).max(80), key: z.string().trim().max(8).default('') });
type Fields = z.infer<typeof customerFields>;

export async function addCustomer(call: StaffCall, { name, key }: Fields): Promise<Response> {
  const { ports, person, source } = call;
  const wanted = key.toUpperCase();
  if (wanted !== '' && !isTenantKey(wanted)) return refuse(call, name, key, 'The key must be 2 to 8 letters and digits, a letter first.');
  for (const candidate of wanted === '' ? proposeKeys(name) : [wanted]) {
    const tenantId = ports.newId('t') as TenantId;
    const made = await createTenant(ports.db, { tenantId, key: candidate, name, now: ports.now(), actor: person.userId, source });
    if (made) return new Response(null, { status: 303, headers: { location: `/t/${tenantId}` } });
  }
  return refuse(call, name, key, `The key ${wanted === '' ? 'proposed' : wanted} is taken. Choose another one.`);
}

export const refuseCustomer = (call: StaffCall): Response => refuse(call, '', '', 'A customer needs a name of at most 80 characters.');

function refuse({ person }: StaffCall, name: string, key: string, wrong: string): Response {
  return renderPage(
    {
      title: 'Add a customer',
      person,
      narrow: true,
      children: (
        <>
          <h1>Add a customer</h1>
          <p class="lede">Their clusters, people and mails stay apart from all others.</p>
          <CustomerForm name={name} shortKey={key} wrong={wrong} />
        </>
      ),
    },
    { status: 422 },
  );
}
