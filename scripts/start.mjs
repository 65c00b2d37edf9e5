// npm start: the whole of Sexton on this machine, and the lines that make it useful in five minutes.
import { createServer } from 'node:net';
import { relative } from 'node:path';
import { buildAll, dataDirectory } from './build.mjs';
import { askRunningServer, listenForCommands } from './control-socket.mjs';
import { whereToListen } from './listen.mjs';
import { loadCommands } from './load-commands.mjs';
import { readOptions } from './options.mjs';
import { readOrMakeSecrets } from './secrets.mjs';
import { startServer } from './serve.mjs';
import { welcome } from './welcome.mjs';

/** @param {string} why @returns {never} */
function fail(why) {
  console.error(why);
  process.exit(1);
}

/** @param {string} host @param {number} port */
function isFree(host, port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => done(true)));
  });
}

const { values } = readOptions(
  `Usage: npm start -- [--listen ADDRESS] [--public-url URL]
  --listen ADDRESS    an address of this machine (HOST); 127.0.0.1 unless told
  --public-url URL    the https address people and nodes use, behind a reverse proxy (PUBLIC_URL)
  PORT=8788           another port than 8787`,
  { options: { listen: { type: 'string' }, 'public-url': { type: 'string' } } },
);
const place = whereToListen({
  listen: values.listen ?? process.env.HOST,
  publicUrl: values['public-url'] ?? process.env.PUBLIC_URL,
  port: process.env.PORT,
});
if (!place.ok) fail(place.why);
const { host, port, publicUrl } = place;

const running = await askRunningServer(dataDirectory, { do: 'tell' });
if (running !== undefined) fail(`Sexton is already running on this data: ${running.url}\nA new sign-in link: npm run sign-in`);
if (!(await isFree(host, port))) fail(`Port ${port} is taken by another program. Choose another one: PORT=8788 npm start`);

const secrets = readOrMakeSecrets(dataDirectory);
await buildAll();
const { makeLink, prepareFirstSteps } = await loadCommands();

const env = { ...secrets, PUBLIC_URL: publicUrl, ...(process.env.OWNER_EMAIL && { OWNER_EMAIL: process.env.OWNER_EMAIL }) };
const server = await startServer({ dataDir: dataDirectory, host, port, env });
const steps = await prepareFirstSteps(server.db, env);
if (!steps.ok) {
  await server.stop();
  fail(steps.error);
}
const closeSocket = await listenForCommands(dataDirectory, async (request) => {
  if (request.do === 'tell') return { url: publicUrl };
  const link = await makeLink(server.db, env, request.email);
  return link.ok ? { link: `${publicUrl}${link.value.path}`, email: link.value.email } : { error: link.error };
});
const fromHere = relative(process.cwd(), dataDirectory);
const shownData = fromHere.startsWith('..') || fromHere === '' ? dataDirectory : fromHere;
console.log(welcome({ steps: steps.value, publicUrl, port, data: `${shownData}/`, isLocal: place.isLocal }));

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  // miniflare's own handler ends the process at once; ours lets workerd close its databases first.
  process.removeAllListeners(signal);
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    await closeSocket();
    await server.stop();
    console.log(`\nStopped. Data is kept in ${shownData}/.`);
    process.exit(0);
  });
}
