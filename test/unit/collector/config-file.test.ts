import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../../collector/state/config-file';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sexton-config-'));
  await mkdir(join(root, 'etc/sexton'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const path = () => join(root, 'etc/sexton/collector.json');
const read = async (settings: unknown) => {
  await writeFile(path(), typeof settings === 'string' ? settings : JSON.stringify(settings));
  return readConfigFile(root, undefined);
};

describe('the configuration file', () => {
  it('need not be there, unless it was asked for', () => {
    expect(readConfigFile(root, undefined)).toMatchObject({ ok: true, value: { isHttpAllowed: false, ca: undefined, proxy: undefined } });
    expect(readConfigFile(root, path())).toEqual({ ok: false, error: `${path()}: cannot be read (ENOENT)` });
  });

  it('has four settings', async () => {
    const ca = join(root, 'ca.pem');
    await writeFile(ca, 'PEM');
    expect(await read({ insecure_http: true, ca_file: ca, proxy: 'http://proxy:3128', interval: 600 })).toMatchObject({
      ok: true,
      value: { isHttpAllowed: true, ca: 'PEM', proxy: 'http://proxy:3128', intervalSeconds: 600 },
    });
  });

  it.each([
    ['not JSON', '{'],
    ['not a JSON object', []],
    ['unknown setting "intervall"', { intervall: 900 }],
    ['"insecure_http" is true or false', { insecure_http: 'yes' }],
    ['"ca_file" is a path', { ca_file: 1 }],
    ['"ca_file" cannot be read (ENOENT)', { ca_file: '/nowhere/ca.pem' }],
    ['"ca_file" lies in a home directory, where the timer cannot look: copy it to /etc/sexton', { ca_file: '/root/ca.pem' }],
    ['"proxy" is http://HOST:PORT, or empty for none', { proxy: 'ftp://proxy' }],
    ['"interval" is a number of seconds, at least 60', { interval: 5 }],
  ])('says what is wrong: %s', async (says, settings) => {
    expect(await read(settings)).toEqual({ ok: false, error: `${path()}: ${says}` });
  });
});
