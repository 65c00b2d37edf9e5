// Builds the Debian package of the collector: dist/sexton-collector_<version>_all.deb. In JavaScript and not with dpkg-deb,
// so that it comes out of "npm run build" on any machine; the same source gives the same bytes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packAr, tarGzip } from './package/archives.mjs';
import { controlFiles, installedFiles, readChangelog } from './package/contents.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const ownVersion = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

/** @param {string} version */
export const packageName = (version) => `sexton-collector_${version}_all.deb`;

/** The package's bytes. @param {{ program: Buffer, version?: string }} options the built collector @returns {Promise<Buffer>} */
export async function makePackage({ program, version = ownVersion }) {
  const { builtAt } = readChangelog();
  const files = installedFiles({ version, builtAt, program });
  const [control, data] = await Promise.all([tarGzip(controlFiles({ version, files }), builtAt), tarGzip(files, builtAt)]);
  return packAr(
    [
      { name: 'debian-binary', content: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', content: control },
      { name: 'data.tar.gz', content: data },
    ],
    builtAt,
  );
}

/** Needs the built collector; packages of other versions go. Answers the name of the file in dist/. */
export async function buildPackage() {
  const program = readFileSync(`${dist}/sexton-collector.mjs`);
  const name = packageName(ownVersion);
  for (const old of readdirSync(dist)) if (old !== name && /^sexton-collector_.*\.deb$/.test(old)) rmSync(`${dist}/${old}`);
  writeFileSync(`${dist}/${name}`, await makePackage({ program }));
  return name;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildPackage());
