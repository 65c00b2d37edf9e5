/** What a person sees when a request is refused or fails. The texts say what to do; the reference finds it in the log. */

import type { Person } from '../people/person';
import { type Problem, problemResponse } from '../problem';
import { renderPage } from './frame/layout';

const titles: Partial<Record<Problem['reason'], string>> = {
  not_found: 'There is nothing here',
  not_allowed: 'You can look, not change.',
  too_large: 'That is more than this form takes.',
  unavailable: 'Sexton cannot reach its database right now.',
  schema_outdated: 'This database needs an update',
  internal: 'Something went wrong here.',
};

/** One sentence the title says already is not said again. */
const details: Partial<Record<Problem['reason'], string>> = {
  unavailable: 'Nodes keep their last check-in and retry.',
  schema_outdated: 'Run npm run deploy. It brings the database to this version and keeps what is in it.',
};

export function problemPage(problem: Problem, requestId: string, person?: Person): Response {
  const title = titles[problem.reason] ?? 'This request cannot be answered.';
  const headers = problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) };
  return renderPage(
    {
      title,
      person,
      narrow: true,
      children: (
        <>
          <h1>{title}</h1>
          <p class="lede">{details[problem.reason] ?? problem.detail}</p>
          <p>
            <a href="/">To the fleet</a>
          </p>
          <p class="quiet">
            Reference <code>{requestId}</code>
          </p>
        </>
      ),
    },
    { status: problemResponse(problem, requestId).status, headers },
  );
}

export const notFound: Problem = { reason: 'not_found', detail: 'Or it is not yours to see.' };
