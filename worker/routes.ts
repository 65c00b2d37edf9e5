/** Every route there is. What is not in this table does not exist; the rights beside each are the rights there are. */
import { enrollNode } from './enrollment/enroll-node';
import type { Call } from './http/call';
import { form, openPage, page, type Route } from './http/route';
import { ingestMessage } from './ingest/ingest-message';
import { sayGoodbye } from './ingest/say-goodbye';
import { assetResponse } from './pages/assets/asset-files';
import { showCluster } from './pages/cluster/cluster-page';
import { addCustomer, customerFields, refuseCustomer } from './pages/customer/add-customer';
import { showCustomer } from './pages/customer/customer-page';
import { makeToken, refuseToken, tokenFields } from './pages/customer/make-token';
import { showFinding } from './pages/finding/finding-page';
import { showFleet } from './pages/fleet/fleet-page';
import { makeDownload } from './pages/get/download';
import { type Downloads, openShelf } from './pages/get/shelf';
import { showHealth } from './pages/health';
import { showNode } from './pages/node/node-page';
import { notFound, problemPage } from './pages/problem-page';
import { showLink, showSignIn, signIn, signOut } from './pages/sign-in/sign-in-page';
import type { Problem } from './problem';
import type { Result } from './result';
import type { SignedRequest } from './signed-request';
import { enrolmentRequest, maxEnrolmentBytes } from './wire/enrolment';
import { goodbye, maxGoodbyeBytes } from './wire/goodbye';
import { maxWireBytes } from './wire/snapshot';

export type { Downloads } from './pages/get/shelf';

export function makeRoutes(downloads: Downloads): readonly Route[] {
  const shelf = openShelf(downloads);
  return [
    { method: 'GET', path: '/healthz', answers: 'json', maxBodyBytes: 0, rights: 'public', handle: showHealth },
    { method: 'GET', path: '/get/:file', answers: 'json', maxBodyBytes: 0, rights: 'public', handle: makeDownload(shelf) },
    openPage('/assets/:file', ({ params, requestId }) => assetResponse(params.file ?? '') ?? problemPage(notFound, requestId)),

    {
      method: 'POST',
      path: '/v1/enroll',
      answers: 'json',
      maxBodyBytes: maxEnrolmentBytes,
      rights: 'node',
      contract: enrolmentRequest,
      handle: (call) => answerNode(call, enrollNode, 201),
    },
    {
      method: 'POST',
      path: '/v1/snapshots',
      answers: 'json',
      maxBodyBytes: maxWireBytes,
      rights: 'node',
      handle: (call) => answerNode(call, ingestMessage, 200),
    },
    {
      method: 'POST',
      path: '/v1/goodbye',
      answers: 'json',
      maxBodyBytes: maxGoodbyeBytes,
      rights: 'node',
      contract: goodbye,
      handle: (call) => answerNode(call, sayGoodbye, 200),
    },

    openPage('/sign-in', showSignIn),
    openPage('/sign-in/:secret', showLink),
    { method: 'POST', path: '/sign-in/:secret', answers: 'page', maxBodyBytes: 1024, rights: 'public', handle: signIn },
    { method: 'POST', path: '/sign-out', answers: 'page', maxBodyBytes: 1024, rights: 'public', handle: signOut },

    page('/', showFleet),
    page('/t/:tenant', showCustomer),
    page('/t/:tenant/clusters/:id', showCluster),
    page('/t/:tenant/nodes/:id', showNode),
    page('/t/:tenant/findings/:id', showFinding),
    form('/customers', { role: 'owner', reach: 'wide' }, customerFields, addCustomer, refuseCustomer),
    form('/t/:tenant/tokens', { role: 'operator', reach: 'own' }, tokenFields, makeToken(shelf), refuseToken),
  ];
}

type NodeUseCase<T> = (ports: Call['ports'], request: SignedRequest) => Promise<Result<T, Problem>>;

/** A signed request of a node: the use case verifies it, this only carries it in and the answer out. */
async function answerNode<T>(call: Call, useCase: NodeUseCase<T>, status: number): Promise<Response> {
  const { ports, request, url, body, source, origin } = call;
  const answer = await useCase(ports, { method: 'POST', path: url.pathname, headers: request.headers, body, source, origin });
  return answer.ok ? Response.json(answer.value, { status, headers: { 'cache-control': 'no-store' } }) : call.refuse(answer.error);
}
