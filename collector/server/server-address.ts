/** Which addresses a collector may speak to: https, or http where nobody is in between. */
import { URL } from 'node:url';
import { err, ok, type Result } from '../result';

/** The origin, or a sentence that says what is wrong with it. */
export function parseServerAddress(text: string, isHttpAllowed: boolean): Result<string, string> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return err(`"${text}" is not an address. Write it as https://sexton.example.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return err('The server address begins with https://.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    return err(`The server address is an origin without a path: ${url.protocol}//${url.host}`);
  }
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLoopback && !isHttpAllowed) {
    return err('http:// is for this machine only (127.0.0.1). Use https://, or set "insecure_http": true in the configuration file.');
  }
  return ok(url.origin);
}
