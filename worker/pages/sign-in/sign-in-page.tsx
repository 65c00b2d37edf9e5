/** Signing in by a link. Opening the link changes nothing (mail scanners open links); the button uses it up. */
import { hasOwner } from '../../db/installation/users';
import type { Call } from '../../http/call';
import { sessionCookie } from '../../http/session-cookie';
import { closeSession, type LinkState, openSession, readLink, sessionLifeSeconds } from '../../people/session';
import { visibleText } from '../../text/visible';
import { renderPage } from '../frame/layout';
import { fullTime, spanText } from '../frame/time';

/** Where people without a session are sent. */
export async function showSignIn({ ports }: Call): Promise<Response> {
  const owned = await hasOwner(ports.db);
  const title = owned ? 'Sign in' : 'This Sexton has no owner yet.';
  return renderPage({
    title,
    narrow: true,
    children: owned ? (
      <>
        <h1>{title}</h1>
        <p class="lede">Open your sign-in link in this browser.</p>
        <p>
          Whoever runs this Sexton can make one, good for 15 minutes and one use: <code>npm run sign-in</code> where it runs, or{' '}
          <code>npm run sign-in -- --remote</code> where it was deployed from.
        </p>
      </>
    ) : (
      <>
        <h1>{title}</h1>
        <p class="lede">
          Whoever can deploy it can claim it: run <code>npm run sign-in -- --remote</code> where you ran <code>npm run deploy</code>.
        </p>
        <p>
          On your own machine <code>npm start</code> prints the link.
        </p>
      </>
    ),
  });
}

export async function showLink({ ports, params }: Call): Promise<Response> {
  const secret = params.secret ?? '';
  const link = await readLink(ports, secret);
  const now = ports.now();
  if (link.is !== 'usable') return renderSpent(link, now);
  return renderPage({
    title: 'Sign in',
    narrow: true,
    children: (
      <>
        <h1>Sign in to Sexton</h1>
        <p class="lede">
          As <b>{visibleText(link.email)}</b>, in this browser, for 30 days.
        </p>
        <form class="fields" method="post" action={`/sign-in/${secret}`}>
          <button class="btn main" type="submit">
            Sign in
          </button>
        </form>
        <p class="quiet">
          <br />
          The link works once and ends in <span title={fullTime(link.endsAt)}>{spanText(link.endsAt - now)}</span>.
        </p>
      </>
    ),
  });
}

export async function signIn({ ports, params, origin, source }: Call): Promise<Response> {
  const session = await openSession(ports, params.secret ?? '', source);
  if (!session.ok) return renderSpent(session.error, ports.now());
  return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': sessionCookie(origin, session.value, sessionLifeSeconds) } });
}

export async function signOut({ ports, request, origin }: Call): Promise<Response> {
  await closeSession(ports, request, origin);
  return new Response(null, { status: 303, headers: { location: '/sign-in', 'set-cookie': sessionCookie(origin, '', 0) } });
}

/** Why a link opens nothing, without telling whom it was for. */
function sayLink(link: Exclude<LinkState, { is: 'usable' }>, now: number): string {
  switch (link.is) {
    case 'used':
      return `It was used ${spanText(now - link.at)} ago. Each link works once.`;
    case 'over':
      return `It ended ${spanText(now - link.at)} ago.`;
    case 'unknown':
      return 'It may be cut off, or long over.';
  }
}

function renderSpent(link: Exclude<LinkState, { is: 'usable' }>, now: number): Response {
  return renderPage(
    {
      title: 'This link does not work any more',
      narrow: true,
      children: (
        <>
          <h1>This link does not work any more.</h1>
          <p class="lede">{sayLink(link, now)}</p>
          <p>
            A new one: <code>npm run sign-in</code>
          </p>
        </>
      ),
    },
    { status: 410 },
  );
}
