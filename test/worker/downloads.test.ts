/** What nodes fetch before anybody trusts anything: exact bytes, their checksum and signature, and nothing that is not on the list. */
import { beforeAll, expect, test } from 'vitest';
import { allowedSigner, signFile } from '../../worker/sshsig';
import { type Browser, openApp } from './support/staff';
import { makePorts, type TestPorts } from './support/test-ports';

const packageBytes = Uint8Array.from({ length: 3000 }, (_, at) => (at * 7) % 256);
const packageName = 'sexton-collector_0.3.0_all.deb';
const downloads = { [packageName]: { base64: Buffer.from(packageBytes).toString('base64') }, 'sexton-collector.mjs': 'console.log("ä")\n' };

let ports: TestPorts;
let visit: Browser;
beforeAll(async () => {
  ports = await makePorts();
  visit = openApp(ports, downloads);
});

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test.each([packageName, 'sexton-collector.deb'])('%s is the package, byte by byte', async (name) => {
  const response = await visit(`/get/${name}`);
  expect(response.status).toBe(200);
  expect(await bytesOf(response)).toEqual(packageBytes);
  expect(response.headers.get('content-type')).toBe('application/vnd.debian.binary-package');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
  expect(response.headers.get('content-length')).toBe('3000');
  expect(await (await visit(`/get/${name}.sha256`)).text()).toBe(`${await sha256(packageBytes)}  ${name}\n`);
  expect(await (await visit(`/get/${name}.sig`)).text()).toBe(await signFile(ports.config, 'sexton-package', packageBytes));
});

test('the program is text, its checksum and length are of its bytes', async () => {
  const bytes = Uint8Array.from(Buffer.from(downloads['sexton-collector.mjs']));
  const response = await visit('/get/sexton-collector.mjs');
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('content-length')).toBe(String(bytes.length));
  expect(await bytesOf(response)).toEqual(bytes);
  expect(await (await visit('/get/sexton-collector.mjs.sha256')).text()).toBe(`${await sha256(bytes)}  sexton-collector.mjs\n`);
});

test('the key that signs is a line for allowed_signers', async () => {
  const response = await visit('/get/allowed_signers');
  expect(await response.text()).toBe(`${allowedSigner(ports.config, 'sexton-package')}\n`);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
});

test('who has a file already is not sent it again', async () => {
  for (const name of [packageName, `${packageName}.sig`, 'allowed_signers']) {
    const etag = (await visit(`/get/${name}`)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"sha256-[0-9a-f]{64}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const response = await visit(`/get/${name}`, { headers: { 'if-none-match': known } });
      expect(response.status, known).toBe(304);
      expect(await response.text()).toBe('');
    }
    expect((await visit(`/get/${name}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  }
});

test('HEAD says the same without a body', async () => {
  const response = await visit(`/get/${packageName}`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/vnd.debian.binary-package');
  expect((await bytesOf(response)).length).toBe(0);
});

test.each([
  'sexton-probe.sh',
  'none.deb',
  'constructor',
  '__proto__',
  'toString.sig',
  `${packageName}.sig.sig`,
  `${packageName}.sha256.sig`,
  '.sig',
  '..%2F..%2Fetc%2Fpasswd',
  '%2e%2e%2fworker.mjs',
  'sexton-collector.deb%00.sig',
  'SEXTON-COLLECTOR.DEB',
])('%s is not there, and the answer says what is', async (name) => {
  const response = await visit(`/get/${name}`);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toBe(
    `There is no such file here. There are:\n${['sexton-collector.deb', 'sexton-collector.mjs', packageName]
      .flatMap((file) => [file, `${file}.sha256`, `${file}.sig`])
      .concat('allowed_signers')
      .map((file) => `  /get/${file}\n`)
      .join('')}`,
  );
});

test('an installation that serves nothing says so', async () => {
  const response = await openApp(ports)('/get/sexton-collector.deb');
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('There is no such file here. There are:\n  /get/allowed_signers\n');
});
