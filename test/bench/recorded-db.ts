/**
 * A D1 that remembers what it answered, and one that answers so again without a database: what is left when the second
 * one serves a message is the Worker's own work, the reading of D1's answers from JSON included.
 */

type Statement = D1PreparedStatement;

export function recordDatabase(real: D1Database): { readonly db: D1Database; readonly answers: string[] } {
  const answers: string[] = [];
  const inner = new WeakMap<object, Statement>();
  const keep = async <T>(asked: Promise<T>): Promise<T> => {
    const answer = await asked;
    answers.push(JSON.stringify(answer));
    return answer;
  };
  const wrap = (statement: Statement): Statement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => keep(statement.all()),
      run: () => keep(statement.run()),
      first: () => keep(statement.first()),
      raw: () => keep(statement.raw()),
    } as unknown as Statement;
    inner.set(wrapped, statement);
    return wrapped;
  };
  const unwrap = (statement: Statement): Statement => inner.get(statement) ?? statement;
  const db = { prepare: (sql: string) => wrap(real.prepare(sql)), batch: (list: Statement[]) => keep(real.batch(list.map(unwrap))) };
  return { db: db as unknown as D1Database, answers };
}

export function replayDatabase(answers: readonly string[]): D1Database {
  let at = 0;
  const next = async () => {
    const answer = answers[at];
    if (answer === undefined) throw new Error('more was asked than was recorded');
    at += 1;
    return JSON.parse(answer);
  };
  // Bound values are still made: turning facts into text is work of the Worker.
  const statement: Record<string, unknown> = { all: next, run: next, first: next, raw: next };
  statement.bind = () => statement;
  return { prepare: () => statement, batch: next } as unknown as D1Database;
}
