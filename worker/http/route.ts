/**
 * A route is data: method, path, who may call it, how much it reads, how it answers. The app is built from the table in
 * routes.ts and the tests walk the same table, so a right that is not written there does not exist.
 */
import type * as z from 'zod';
import type { Person, Role } from '../people/person';
import type { Call, Handler, StaffCall } from './call';

type Described = {
  readonly method: 'GET' | 'POST';
  /** In hono's pattern language. */
  readonly path: `/${string}`;
  /** `page`: errors are pages and a missing session leads to the sign-in page. `json`: problem documents. */
  readonly answers: 'page' | 'json';
  readonly maxBodyBytes: number;
  /** What the body must be, where it is not read by a use case of its own. */
  readonly contract?: z.ZodType;
};

/** `node`: the handler verifies a signature; the session cookie means nothing there. */
type OpenRoute = Described & { readonly rights: 'public' | 'node'; readonly handle: Handler<Call> };
/** The least role that may call it; `wide`: only somebody who may see every customer. */
type StaffRoute = Described & { readonly rights: Role; readonly reach: 'own' | 'wide'; readonly handle: Handler<StaffCall> };

export type Route = OpenRoute | StaffRoute;

export const isOpen = (route: Route): route is OpenRoute => route.rights === 'public' || route.rights === 'node';

const rank: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, owner: 2 };
export function mayCall({ role, tenantId }: Person, { rights, reach }: StaffRoute): boolean {
  return rank[role] >= rank[rights] && (reach === 'own' || tenantId === undefined);
}

const maxFormBytes = 16 * 1024;

export const page = (path: Described['path'], handle: Handler<StaffCall>, rights: Role = 'viewer'): Route => ({
  method: 'GET',
  path,
  answers: 'page',
  maxBodyBytes: 0,
  rights,
  reach: 'own',
  handle,
});

export const openPage = (path: Described['path'], handle: Handler<Call>): Route => ({
  method: 'GET',
  path,
  answers: 'page',
  maxBodyBytes: 0,
  rights: 'public',
  handle,
});

/** A form of a signed-in person. What it holds is checked against the contract before the handler sees it. */
export function form<T>(
  path: Described['path'],
  who: { readonly role: Role; readonly reach: 'own' | 'wide' },
  contract: z.ZodType<T>,
  handle: (call: StaffCall, values: T) => Response | Promise<Response>,
  refuse: (call: StaffCall, error: z.ZodError<T>) => Response,
): Route {
  return {
    method: 'POST',
    path,
    answers: 'page',
    maxBodyBytes: maxFormBytes,
    rights: who.role,
    reach: who.reach,
    contract,
    handle: (call) => {
      const read = contract.safeParse(Object.fromEntries(new URLSearchParams(new TextDecoder().decode(call.body))));
      return read.success ? handle(call, read.data) : refuse(call, read.error);
    },
  };
}
