/** The session cookie. `__Host-` only behind https: browsers drop such a cookie on plain http to anything but loopback. */
import { parse, serialize } from 'hono/utils/cookie';

const cookieName = (origin: string): string => (origin.startsWith('https:') ? '__Host-sexton' : 'sexton');

export const readSessionCookie = (request: Request, origin: string): string | undefined => {
  const name = cookieName(origin);
  return parse(request.headers.get('cookie') ?? '', name)[name];
};

export function sessionCookie(origin: string, secret: string, maxAgeSeconds: number): string {
  return serialize(cookieName(origin), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: origin.startsWith('https:'),
    maxAge: maxAgeSeconds,
  });
}
