// Preloaded into the collector: below the directories of SEXTON_TEST_REFUSE ("ENOSPC:/dir:/dir") a disk is full, or may only be read.
// biome-ignore-start lint/style/useNodejsImportProtocol: Node.js 12 does not know it here
const fs = require('fs');
const { syncBuiltinESMExports } = require('module');
// biome-ignore-end lint/style/useNodejsImportProtocol: as above

const [code, ...directories] = (process.env.SEXTON_TEST_REFUSE || '').split(':');
const opened = new Set();
const isBelow = (path) => directories.some((directory) => String(path) === directory || String(path).startsWith(`${directory}/`));
function refuse(call, path) {
  throw Object.assign(new Error(`${code}: refused by the test, ${call} '${path}'`), { code, syscall: call, path });
}
function replace(name, isRefused) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (isRefused(...args)) refuse(name, args[0]);
    const result = original(...args);
    // A number is given again after it was closed.
    if (name === 'openSync') opened[isBelow(args[0]) ? 'add' : 'delete'](result);
    return result;
  };
}

const isWriting = (flags) => typeof flags === 'string' && /[wa+]/.test(flags);
if (code === 'EROFS') {
  replace('openSync', (path, flags) => isBelow(path) && isWriting(flags));
  for (const name of ['unlinkSync', 'linkSync', 'renameSync', 'rmdirSync']) replace(name, isBelow);
  replace('mkdirSync', (path, { recursive = false } = {}) => {
    if (!isBelow(path) || fs.existsSync(path)) return false;
    // As Node.js does it: recursively, it says of such a place that it is not there.
    if (recursive) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return true;
  });
  replace('fchmodSync', (file) => opened.has(file));
  replace('writeFileSync', isBelow);
} else {
  // A full disk still has room for names, and for nothing in them.
  replace('openSync', () => false);
  replace('writeFileSync', (target) => (typeof target === 'number' ? opened.has(target) : isBelow(target)));
}
syncBuiltinESMExports();
