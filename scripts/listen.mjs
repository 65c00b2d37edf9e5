// Where `npm start` may listen. The loopback needs nothing; anything else needs https in front of it.

/**
 * @typedef {{ ok: true, host: string, port: number, publicUrl: string, isLocal: boolean } | { ok: false, why: string }} Place
 * @param {{ listen?: string | undefined, publicUrl?: string | undefined, port?: string | undefined }} wanted
 * @returns {Place}
 */
export function whereToListen({ listen, publicUrl, port: portText }) {
  const port = Number(portText ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { ok: false, why: `PORT must be a number from 1 to 65535, not "${portText}".` };
  const host = listen === undefined || listen === '' ? '127.0.0.1' : listen;
  const isLoopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host);
  const url = publicUrl === undefined || publicUrl === '' ? undefined : URL.parse(publicUrl);
  if (url === null || (url !== undefined && url.pathname !== '/'))
    return { ok: false, why: `"${publicUrl}" is no address like https://sexton.example.com.` };
  if (!isLoopback && url?.protocol !== 'https:') {
    return {
      ok: false,
      why: `Listening on ${host} needs --public-url https://…: over plain http browsers refuse the session cookie and everybody on the way could read tokens and links. Put a reverse proxy with a certificate in front of it, or stay on this machine and let nodes in with ssh -R.`,
    };
  }
  const local = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { ok: true, host, port, publicUrl: url?.origin ?? local, isLocal: url === undefined };
}
