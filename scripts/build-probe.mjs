// Makes dist/sexton-probe.sh, the look at a node without installing anything, from its template, the collector's catalogue
// and the collector's allow-lists. What is not state (readings) is left out.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { alternatives, bracket, fill, packWords, quote, repeat } from './probe-text.mjs';

const project = new URL('../', import.meta.url);
export const probeFile = fileURLToPath(new URL('dist/sexton-probe.sh', project));

/** @typedef {import('../collector/captures/entry').CaptureEntry} Entry */
/** @typedef {import('../collector/redact/allowed').Shape} Shape */

/**
 * Answers the path of the script. `forTests`: it reads below $SEXTON_PROBE_ROOT and finds commands in $SEXTON_PROBE_PATH.
 * @param {{ outfile?: string, forTests?: boolean }} options
 */
export async function buildProbe({ outfile = probeFile, forTests = false } = {}) {
  const { version } = JSON.parse(await readFile(new URL('package.json', project), 'utf8'));
  const read = (/** @type {string} */ name) => readFile(new URL(`collector/probe/${name}`, project), 'utf8');
  const [template, filters, lists] = await Promise.all([read('probe.sh.template'), read('filters.awk.template'), loadLists()]);
  const values = { ...describeLists(lists), version, path: '/usr/sbin:/usr/bin:/sbin:/bin', root: "''", look: listCaptures(lists.catalogue) };
  const tested = { path: '$SEXTON_PROBE_PATH:/usr/sbin:/usr/bin:/sbin:/bin', root: '$SEXTON_PROBE_ROOT' };
  const filled = { ...values, ...(forTests ? tested : {}) };
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(outfile, fill(template, { ...filled, filters: fill(filters.trimEnd(), filled) }));
  await chmod(outfile, 0o755);
  return outfile;
}

/** @typedef {Awaited<ReturnType<typeof loadLists>>} Lists */
async function loadLists() {
  const contents = ['captures/catalogue', 'captures/needs', 'redact/allowed'].map((name) => `export * from './collector/${name}';`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(project), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  });
  const [{ text }] = outputFiles;
  /** @type {typeof import('../collector/captures/catalogue') & typeof import('../collector/captures/needs') & typeof import('../collector/redact/allowed')} */
  const lists = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  return lists;
}

/** The allow-lists in the words of awk. @param {Lists} lists */
function describeLists({
  guestConfig,
  storageConfig,
  mentions,
  lvmReport,
  dmTable,
  dmRow,
  plainLine,
  complaintWords,
  poolMarks,
  lockSeconds,
  catalogue,
  ...needs
}) {
  const prefixed = (/** @type {string} */ prefix, /** @type {Readonly<Record<string, Shape>>} */ shapes) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}/${name}`, shape]));
  /** @type {Record<string, Shape>} */
  const shapes = {
    ...prefixed('guest', guestConfig.plain),
    driveOptionValue: guestConfig.driveOptionValue,
    volumeId: guestConfig.volumeId,
    fleecingImages: guestConfig.fleecingImages,
    ...prefixed('option', storageConfig.options),
    type: storageConfig.type,
    id: storageConfig.id,
    path: mentions.path,
    word: mentions.word,
    value: lvmReport.value,
    parameters: dmTable.parameters,
    field: dmTable.field,
    row: dmRow,
    line: plainLine,
    // What the filters say in their own code: redact/tasks.ts, cluster-files.ts.
    taskNode: { characters: 'A-Za-z0-9.-', max: 64 },
    taskType: { characters: 'A-Za-z0-9_-', max: 64 },
    node: { characters: 'A-Za-z0-9._-', max: 64 },
  };
  const drives = Object.entries(guestConfig.drives).flatMap(([type, { numbered, single }]) => [
    ...Object.entries(numbered).map(([kind, last]) => `${type}/${kind} ${last}`),
    ...single.map((name) => `${type}/${name} -`),
  ]);
  const mapping = commandOf(entryOf(catalogue, needs.storageLooks.mappings));
  return {
    shapes: Object.entries(shapes)
      .map(([name, { characters, max }]) => `${name}!${max}!${bracket(characters)}`)
      .join('!'),
    drives: drives.join(' '),
    driveOptions: alternatives(guestConfig.driveOptions),
    fileFolders: alternatives(guestConfig.fileFolders),
    silent: alternatives(guestConfig.silent).replace(/\*/g, '[0-9]*'),
    types: alternatives(storageConfig.types),
    foreignOptions: alternatives(storageConfig.foreignOptions),
    notBelow: alternatives(mentions.notBelow),
    hiddenBelow: alternatives(mentions.hiddenBelow),
    shownById: alternatives(mentions.shownById),
    volumePrefixes: alternatives(mentions.volumePrefixes),
    path_: bracket(mentions.path.characters),
    word_: bracket(mentions.word.characters),
    plainTargets: alternatives(dmTable.plainTargets),
    tagColumns: alternatives(lvmReport.tags),
    tag: lvmReport.tag,
    digits4: repeat('[0-9]', 1, 4),
    digits6: repeat('[0-9]', 1, 6),
    digits9: repeat('[0-9]', 1, 9),
    digits10: repeat('[0-9]', 1, 10),
    digits2to8: repeat('[0-9]', 2, 8),
    complaintWords: packWords(complaintWords.split(/\s+/), '', 480).trim(),
    environment: [
      ...new Set(
        catalogue.flatMap(({ source }) => (source.kind === 'command' ? Object.entries(source.env ?? {}) : [])).map((pair) => pair.join('=')),
      ),
    ].join(' '),
    storageWaits: alternatives(needs.storageWaits),
    qemuNames: alternatives(needs.qemuNames),
    lookAgainSeconds: needs.lookAgainSeconds,
    storageSeconds: needs.unmovedSeconds['healthy-storage'],
    qemuSeconds: needs.unmovedSeconds['no-blocked-qemu'],
    lookAtMappings: mapping.argv.map(quote).join(' '),
    lookAtMultipath: commandOf(entryOf(catalogue, needs.storageLooks.multipath)).argv.map(quote).join(' '),
    dataMarks: poolMarks.data.join(' '),
    metaMarks: poolMarks.meta.join(' '),
    lockSeconds,
    mapBytes: entryOf(catalogue, needs.storageLooks.mappings).maxBytes,
  };
}

const entryOf = (/** @type {readonly Entry[]} */ catalogue, /** @type {string} */ id) => {
  const entry = catalogue.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`the catalogue has no ${id}`);
  return entry;
};
const commandOf = (/** @type {Entry} */ { id, source }) => {
  if (source.kind !== 'command') throw new Error(`${id} is no command`);
  return source;
};

const known = new Set(
  ['lines', 'first-line', 'packages', 'hash', 'members', 'vmlist', 'ha', 'next-id', 'tasks', 'guest-config', 'storage-config'].concat([
    'dm-info',
    'dm-table',
    'lvm-report',
    'qm-list',
    'pct-list',
    'mentions',
    'thin-pool-mode',
    'device-numbers',
    'locks',
  ]),
);

/** The state of the catalogue as lines of shell, in the order of a run: within a step the files first. @param {readonly Entry[]} catalogue */
function listCaptures(catalogue) {
  const state = catalogue.filter(({ kind }) => kind === 'state');
  for (const { id, redaction } of state) if (!known.has(redaction)) throw new Error(`the probe has no filter ${redaction} (${id})`);
  const steps = [1, 2, 3, 4, 5, 6].map((step) => state.filter((entry) => entry.step === step));
  const lines = steps.flatMap((entries) => [
    ...entries.filter(({ source }) => source.kind !== 'command'),
    ...entries.filter(({ source }) => source.kind === 'command'),
  ]);
  return packWords(
    lines.map((entry) => `${describeCapture(entry)};`),
    '  ',
    480,
  ).replace(/;$/gm, '');
}

/** @param {Entry} entry */
function describeCapture({ id, source, redaction, stderr = '-', needs = '-', attempts = 1, limitSeconds, maxBytes }) {
  if (source.kind === 'command') return ['run', id, redaction, stderr, needs, attempts, limitSeconds, maxBytes, ...source.argv.map(quote)].join(' ');
  if (source.kind === 'processes') throw new Error(`the probe reads no process table (${id})`);
  const patterns = source.kind === 'files' ? source.patterns.flatMap(expandBraces) : [source.path];
  const kind = redaction === 'hash' ? 'hash' : source.kind;
  return ['files', id, kind, redaction, limitSeconds, maxBytes, ...patterns.map(quote)].join(' ');
}

/** `{a,b}` is not in every shell. @param {string} pattern @returns {string[]} */
function expandBraces(pattern) {
  const [whole, inner] = /\{([^}]*)\}/.exec(pattern) ?? [];
  return whole === undefined || inner === undefined ? [pattern] : inner.split(',').flatMap((one) => expandBraces(pattern.replace(whole, one)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProbe();
