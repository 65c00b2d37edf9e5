/**
 * The app as one function of its ports: routes from the table, one place for errors, headers, sizes and rights.
 * Everything a handler is given has been bounded and checked here.
 */
import { type Context, Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import type { Call } from './http/call';
import { classifyError, describeError } from './http/classify-error';
import { readBody } from './http/read-body';
import { openRefusalLog, type RefusalLog } from './http/refusal-log';
import { isOpen, mayCall, type Route } from './http/route';
import { withSecurityHeaders } from './http/security-headers';
import { notFound, problemPage } from './pages/problem-page';
import { findPerson } from './people/session';
import type { Ports } from './ports';
import { type Problem, problemResponse } from './problem';
import { type Downloads, makeRoutes } from './routes';
import { logText } from './text/log-text';

type Env = { Variables: { requestId: string } };
export type App = { readonly fetch: (request: Request) => Response | Promise<Response> };

export function createApp(ports: Ports, downloads: Downloads): App {
  const app = new Hono<Env>();
  const originOf = (request: Request) => ports.config.publicUrl ?? new URL(request.url).origin;

  app.use(async (context, next) => {
    context.set('requestId', Buffer.from(ports.random(4)).toString('hex'));
    await next();
    context.res = withSecurityHeaders(context.res, originOf(context.req.raw).startsWith('https:'));
  });

  const routes = makeRoutes(downloads);
  const refusals = openRefusalLog((line) => console.warn(line));
  const csrfGuard = csrf({ origin: (origin, context) => origin === originOf(context.req.raw) });
  for (const route of routes) {
    // Nodes sign what they send; a browser's cookie means nothing there.
    if (route.method === 'POST' && route.rights !== 'node') app.on('POST', route.path, csrfGuard);
    app.on(route.method, route.path, (context) => answer({ ports, refusals, route }, context, originOf(context.req.raw)));
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method));
    app.all(path, () => new Response('This address does not take that method.\n', { status: 405, headers: { allow: allowed.join(', ') } }));
  }

  app.notFound((context) => refuse(context, notFound, isMachinePath(context.req.path)));
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      return refuse(
        context,
        { reason: 'not_allowed', detail: 'This form came from another site. Open the page here and send it again.' },
        isMachinePath(context.req.path),
      );
    }
    const problem = classifyError(error);
    const requestId = context.get('requestId');
    console.error(
      logText('request.failed', {
        requestId,
        reason: problem.reason,
        method: context.req.method,
        // The pattern, never the address: secrets stand in addresses, and whoever asks chooses their length.
        path: routePath(context, -1),
        error: describeError(error),
      }),
    );
    return refuse(context, problem, isMachinePath(context.req.path));
  });
  return { fetch: (request) => app.fetch(request) };
}

/** Where nothing in front sets the header, anybody may write anything into it. */
function addressOf(request: Request): string {
  const address = request.headers.get('cf-connecting-ip') ?? '';
  return /^[0-9A-Fa-f:.]{2,45}$/.test(address) ? address : '';
}

const isMachinePath = (path: string): boolean => path.startsWith('/v1/') || path.startsWith('/api/') || path === '/healthz';

function refuse(context: Context<Env>, problem: Problem, asDocument: boolean): Response {
  const requestId = context.get('requestId');
  return asDocument ? problemResponse(problem, requestId) : problemPage(problem, requestId);
}

type Answering = { readonly ports: Ports; readonly refusals: RefusalLog; readonly route: Route };

async function answer({ ports, refusals, route }: Answering, context: Context<Env>, origin: string): Promise<Response> {
  const request = context.req.raw;
  const source = addressOf(request);
  const refused = (problem: Problem) => {
    const { why = problem.reason, keyid } = problem.inside ?? {};
    const fields = { requestId: context.get('requestId'), reason: problem.reason, path: route.path, keyid, source };
    if (route.rights === 'node') refusals(ports.now(), { why, fields });
    return refuse(context, problem, route.answers === 'json');
  };
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  // A form is a form: other types would pass by the check of its origin.
  if (route.method === 'POST' && route.answers === 'page' && mediaType !== 'application/x-www-form-urlencoded') {
    return refused({ reason: 'bad_request', detail: 'A form is expected here.' });
  }
  if (route.method === 'POST' && route.answers === 'json' && route.rights !== 'node' && mediaType !== 'application/json') {
    return refused({ reason: 'bad_request', detail: 'Send JSON with "content-type: application/json".' });
  }
  const body = await readBody(request, route.maxBodyBytes);
  if (body === undefined)
    return refused({ reason: 'too_large', detail: `At most ${route.maxBodyBytes} bytes are read here.`, inside: { why: 'wire_too_large' } });
  const call: Call = {
    ports,
    request,
    url: new URL(request.url),
    params: context.req.param(),
    body,
    origin,
    requestId: context.get('requestId'),
    source,
    refuse: refused,
  };
  if (isOpen(route)) return route.handle(call);
  const person = await findPerson(ports, request, origin);
  if (person === undefined) {
    if (route.answers === 'json') return refused({ reason: 'sign_in_needed', detail: 'Sign in, or send a token.' });
    return new Response(null, { status: 303, headers: { location: '/sign-in' } });
  }
  if (!mayCall(person, route)) return refused({ reason: 'not_allowed', detail: 'Ask an operator to do this for you.' });
  return route.handle({ ...call, person });
}
