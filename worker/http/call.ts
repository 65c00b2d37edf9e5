/** One request as handlers see it: body already read and bounded, person already known. Handlers never touch hono. */
import type { Person } from '../people/person';
import type { Ports } from '../ports';
import type { Problem } from '../problem';

export type Call = {
  readonly ports: Ports;
  readonly request: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Origin people and nodes reach this installation by: PUBLIC_URL, else the request's own. */
  readonly origin: string;
  /** Short reference a person can read out. */
  readonly requestId: string;
  /** Client address as far as known; for audit and limits only, never for rights. */
  readonly source: string;
  /** The problem as an answer in the route's form; a node's route also gets its line in the log. */
  readonly refuse: (problem: Problem) => Response;
};

export type StaffCall = Call & { readonly person: Person };

export type Handler<C extends Call> = (call: C) => Response | Promise<Response>;
