// How `npm run sign-in` reaches a running `npm start`: a socket in the data directory, which only its owner may enter.
// The database is open inside the running server, so the server writes the link; no address of the network leads here.
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** @typedef {{ do: 'tell' } | { do: 'sign-in', email?: string }} Request */

const maxRequestBytes = 4096;

/** Socket paths are short (108 bytes): the shorter of the two ways to say it. @param {string} dataDir */
function socketPath(dataDir) {
  const path = resolve(dataDir, 'control.sock');
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

/** @param {string} dataDir @param {(request: Request) => Promise<object>} answer */
export async function listenForCommands(dataDir, answer) {
  const path = socketPath(dataDir);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let request = '';
    socket.setEncoding('utf8');
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      request += chunk;
      if (request.length > maxRequestBytes) socket.destroy();
    });
    socket.on('end', () => {
      Promise.resolve()
        .then(() => answer(JSON.parse(request)))
        .catch((error) => ({ error: error instanceof Error ? error.message : String(error) }))
        .then((reply) => socket.end(JSON.stringify(reply)));
    });
  });
  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(path, () => done(undefined));
  });
  return () => new Promise((done) => server.close(() => done(undefined)));
}

/** Undefined: nothing runs on this data directory. @param {string} dataDir @param {Request} request */
export async function askRunningServer(dataDir, request) {
  if (!existsSync(join(dataDir, 'control.sock'))) return undefined;
  const socket = connect(socketPath(dataDir));
  const isOpen = await new Promise((done) => {
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
  if (!isOpen) return undefined;
  socket.end(JSON.stringify(request));
  return JSON.parse(await text(socket));
}
