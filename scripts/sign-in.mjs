// npm run sign-in [-- EMAIL]: a one-use link to the Sexton running on this machine.
// npm run sign-in -- --remote [EMAIL]: the same for a deployed one, written through wrangler: who can deploy can sign in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommands, dataDirectory, root } from './build.mjs';
import { askRunningServer } from './control-socket.mjs';
import { loadCommands } from './load-commands.mjs';
import { readOptions } from './options.mjs';
import { runWrangler } from './wrangler.mjs';

const { values: options, positionals } = readOptions(
  `npm run sign-in                                    a one-use link to the Sexton running on this machine
npm run sign-in -- --remote [--url URL] [EMAIL]    the same for a deployed one, written through wrangler`,
  { allowPositionals: true, options: { remote: { type: 'boolean', default: false }, url: { type: 'string' } } },
);
const [email] = positionals;

/** @param {string} why @returns {never} */
function fail(why) {
  console.error(why);
  process.exit(1);
}

/** @param {string} link @param {string} address */
function show(link, address) {
  console.log(`Sign in as ${address}, once, within 15 minutes:\n\n  ${link}\n`);
}

async function signInHere() {
  const answer = await askRunningServer(dataDirectory, { do: 'sign-in', ...(email !== undefined && { email }) });
  if (answer === undefined)
    return fail('Sexton is not running on this machine. "npm start" prints a link; for a deployed one: npm run sign-in -- --remote');
  if (answer.error !== undefined) return fail(answer.error);
  show(answer.link, answer.email);
}

async function signInRemotely() {
  const settings = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const setting = (/** @type {string} */ name) => new RegExp(`^${name}\\s*=\\s*"([^"]+)"`, 'm').exec(settings)?.[1];
  const address = email ?? process.env.OWNER_EMAIL ?? setting('OWNER_EMAIL');
  if (address === undefined) return fail('Whose link? npm run sign-in -- --remote you@example.com');
  const url = options.url ?? process.env.PUBLIC_URL ?? setting('PUBLIC_URL');
  await buildCommands();
  const { prepareRemoteLink } = await loadCommands();
  const link = await prepareRemoteLink(address);
  if (!link.ok) return fail(link.error);
  const code = await runWrangler(['d1', 'execute', 'DB', '--remote', '--yes', '--command', link.value.sql]);
  if (code !== 0) return fail('wrangler could not write the link: see its message above. Nothing was changed.');
  show(
    url === undefined
      ? `${link.value.path}   (behind your Sexton's address; with --url https://… it is printed whole)`
      : `${new URL(url).origin}${link.value.path}`,
    link.value.email,
  );
}

await (options.remote ? signInRemotely() : signInHere());
