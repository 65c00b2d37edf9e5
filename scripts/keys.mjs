// npm run keys: the key that signs cleanup scripts, in the forms people compare and tools read.
// npm run keys -- --new: a new SEXTON_SECRET. Nothing that exists is overwritten.
import { existsSync } from 'node:fs';
import { buildCommands, dataDirectory } from './build.mjs';
import { loadCommands } from './load-commands.mjs';
import { readOptions } from './options.mjs';
import { newSecret, readSecrets } from './secrets.mjs';

const { values: options } = readOptions(
  `npm run keys             show the signing key of this machine's installation (or of SEXTON_SECRET in the environment)
npm run keys -- --new    print a new SEXTON_SECRET and the signing key it brings; changes nothing`,
  { options: { new: { type: 'boolean', default: false } } },
);

if (options.new) {
  const secret = newSecret();
  await showKey({ SEXTON_SECRET: secret });
  console.log(`
A new secret. It is shown once and stored nowhere:

  SEXTON_SECRET=${secret}

On Cloudflare:   npx wrangler secret put SEXTON_SECRET
In use already?  A new secret signs everybody out and brings another signing key: nodes must be told to trust it.
                 To change the signing key alone, set SIGNING_KEY (an Ed25519 key as PKCS#8 in base64).`);
} else {
  const source = process.env.SEXTON_SECRET === undefined ? readSecrets(dataDirectory) : process.env;
  if (source === undefined) {
    console.error(
      `There is no key yet: ${existsSync(dataDirectory) ? `${dataDirectory} has no secrets.json` : '"npm start" makes one on this machine'}. "npm run keys -- --new" prints a new secret for Cloudflare.`,
    );
    process.exit(2);
  }
  await showKey(source);
}

/** @param {Record<string, string | undefined>} source */
async function showKey({ SEXTON_SECRET, SIGNING_KEY }) {
  await buildCommands();
  const { describeSigningKey } = await loadCommands();
  const key = await describeSigningKey({ ...(SEXTON_SECRET && { SEXTON_SECRET }), ...(SIGNING_KEY && { SIGNING_KEY }) });
  if (!key.ok) {
    console.error(key.error);
    process.exit(2);
  }
  console.log(`Signing key      ${key.value.publicKeyLine}
Fingerprint      ${key.value.fingerprint}
allowed_signers  ${key.value.allowedSigners}`);
}
