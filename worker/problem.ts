/**
 * Every way a request can be refused, in one closed union. Sent as application/problem+json (RFC 9457):
 * `type` = urn:sexton:<reason>, `detail` says what to do.
 */
const reasons = {
  bad_request: [400, 'The request cannot be read'],
  bad_signature: [401, 'The signature does not match'],
  node_unknown: [401, 'This node is not enrolled here'],
  sign_in_needed: [401, 'Sign in first'],
  token_unknown: [403, 'This enrolment token is not valid'],
  token_expired: [403, 'This enrolment token has expired'],
  token_used_up: [403, 'This enrolment token is used up'],
  wrong_cluster: [403, 'This enrolment token belongs to another cluster'],
  not_allowed: [403, 'Your role does not allow this'],
  not_found: [404, 'There is nothing here'],
  already_enrolled: [409, 'This key is already enrolled'],
  sequence_used: [409, 'This sequence number was used before'],
  conflict: [409, 'Something changed at the same moment'],
  too_large: [413, 'The request is too large'],
  collector_outdated: [426, 'This collector is too old for this server'],
  server_outdated: [426, 'This collector is newer than its server'],
  too_many: [429, 'Too many requests'],
  internal: [500, 'Something went wrong here'],
  unavailable: [503, 'The database cannot be reached right now'],
  schema_outdated: [503, 'The database needs an update'],
} as const satisfies Record<string, readonly [number, string]>;

export type Reason = keyof typeof reasons;

export type Problem = {
  readonly reason: Reason;
  /** What happened here and what to do about it. */
  readonly detail: string;
  /** More members of the document, e.g. the last accepted sequence. */
  readonly extra?: Readonly<Record<string, string | number>>;
  readonly retryAfterSeconds?: number;
  /** For the log only, where one answer stands for several causes: which one, and which node it says to be. */
  readonly inside?: { readonly why: string; readonly keyid?: string | undefined };
};

/** `requestId` is what a person reads out when asking for help. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const [status, title] = reasons[problem.reason];
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (problem.retryAfterSeconds !== undefined) headers.set('retry-after', String(problem.retryAfterSeconds));
  const document = { ...problem.extra, type: `urn:sexton:${problem.reason}`, title, status, detail: problem.detail, requestId };
  return new Response(JSON.stringify(document), { status, headers });
}
