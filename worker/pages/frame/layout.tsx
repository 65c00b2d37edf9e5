/** The frame of every page. Server-rendered, no script; children are escaped by hono/jsx. */
import type { Child } from 'hono/jsx';
import type { Person } from '../../people/person';
import { visibleText } from '../../text/visible';
import { faviconName, lanternPath, stylesheetName } from '../assets/asset-files';

export type PageContent = {
  readonly title: string;
  /** Undefined: nobody is signed in. */
  readonly person?: Person | undefined;
  readonly current?: 'fleet' | undefined;
  readonly narrow?: boolean;
  readonly children: Child;
};

export function renderPage(content: PageContent, init: { status?: number; headers?: Readonly<Record<string, string>> } = {}): Response {
  const html = `<!doctype html>${Page(content).toString()}`;
  return new Response(html, { status: init.status ?? 200, headers: { ...init.headers, 'content-type': 'text/html; charset=utf-8' } });
}

function Page({ title, person, current, narrow = false, children }: PageContent) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${visibleText(title)} · Sexton`}</title>
        <link rel="stylesheet" href={`/assets/${stylesheetName}`} />
        <link rel="icon" href={`/assets/${faviconName}`} type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">
          To the content
        </a>
        <TopBar person={person} current={current} />
        <main id="content" class={narrow ? 'narrow' : ''}>
          {children}
        </main>
      </body>
    </html>
  );
}

function TopBar({ person, current }: { person: Person | undefined; current: 'fleet' | undefined }) {
  return (
    <header class="top">
      <a class="logo" href="/">
        <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
          <path d={lanternPath} />
        </svg>
        Sexton
      </a>
      {person !== undefined && (
        <>
          <nav aria-label="Main">
            <a href="/" aria-current={current === 'fleet' ? 'page' : undefined}>
              Fleet
            </a>
          </nav>
          <div class="you">
            <span class="who">{visibleText(person.email)}</span>
            <form method="post" action="/sign-out">
              <button class="plain" type="submit">
                Sign out
              </button>
            </form>
          </div>
        </>
      )}
    </header>
  );
}

type Crumb = readonly [text: string, href: string];

/** *Fleet / Acme Logistics / prod-dc1 /* above the title: the fleet, the page's customer, and what lies between it and the page. */
export function Crumbs({ tenant, between }: { tenant?: { readonly tenantId: string; readonly name: string }; between?: Crumb }) {
  const trail: readonly Crumb[] = [
    ['Fleet', '/'],
    ...(tenant === undefined ? [] : [[tenant.name, `/t/${tenant.tenantId}`] as const]),
    ...(between === undefined ? [] : [between]),
  ];
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      {trail.map(([text, href]) => (
        <>
          <a href={href}>{visibleText(text)}</a>
          {' / '}
        </>
      ))}
    </nav>
  );
}
