/** An exception -> what to tell the person. Only the database fails in ways that are nobody's bug. */
import type { Problem } from '../problem';

/** The error and its causes, outermost first: the query builder wraps what D1 says. */
function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) messages.push(at.message);
  return messages;
}

const schemaBehind = /no such (table|column)|has no column named/i;
const databaseAway =
  /network connection lost|overloaded|timed? ?out|reset because|cannot resolve D1 DB|storage (operation|caused)|object to be reset|internal error; reference/i;

export function classifyError(error: unknown): Problem {
  const said = messagesOf(error).join('\n');
  if (schemaBehind.test(said)) return { reason: 'schema_outdated', detail: 'This database needs an update: run npm run deploy.' };
  if (databaseAway.test(said)) {
    return {
      reason: 'unavailable',
      detail: 'Sexton cannot reach its database right now. Nodes keep their last check-in and retry.',
      retryAfterSeconds: 30,
    };
  }
  return { reason: 'internal', detail: 'This is a fault of Sexton. The reference finds it in the log.' };
}

/** What goes into the log: the innermost message, because the outer one of a failed query holds its parameters. */
export const describeError = (error: unknown): string => messagesOf(error).at(-1) ?? 'something that is no Error was thrown';
