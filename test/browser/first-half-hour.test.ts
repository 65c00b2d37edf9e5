/** What a newcomer does, in order: sign in, add a customer, make a token, enrol a node, read what is wrong. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGoodPage, openBrowser } from './support/open-browser';
import { type FakeNode, makeDirectory, makeFakeNode, removeDirectory, runSexton, type Sexton } from './support/run-sexton';

let dataDir: string;
let sexton: Sexton;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let node: FakeNode;

beforeAll(async () => {
  dataDir = makeDirectory();
  sexton = await runSexton(dataDir, true);
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  node = makeFakeNode();
});
afterAll(async () => {
  await browser?.close();
  await sexton?.stop();
  removeDirectory(dataDir);
  removeDirectory(node.directory);
});

test('whoever is not signed in is told how to get in', async () => {
  await page.goto(sexton.url);
  expect(page.url()).toBe(`${sexton.url}/sign-in`);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('This Sexton has no owner yet.');
  await expectGoodPage(page, 'no-owner');
});

test('a link signs in by its button and works once', async () => {
  const link = await sexton.makeLink();
  await page.goto(link);
  await expectGoodPage(page, 'sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(page.url()).toBe(`${sexton.url}/`);
  await page.goto(link);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('This link does not work any more.');
  await expectGoodPage(page, 'spent-link');
});

test('an empty fleet starts with a customer', async () => {
  await page.goto(sexton.url);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Start with a customer.');
  await expectGoodPage(page, 'no-customer');
  await page.getByLabel('Name', { exact: true }).fill('Acme Logistics');
  await page.getByRole('button', { name: 'Add customer' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Acme Logistics ACM');
  expect(await page.locator('.lede').innerText()).toBe('No node yet.');
  await expectGoodPage(page, 'new-customer');
});

test('a token brings the lines that enrol a node, and the node they enrol appears', async () => {
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expectGoodPage(page, 'token');
  const [token = '', , lines = ''] = await page.locator('pre').allInnerTexts();
  expect(token).toMatch(/^sxe-acm-/);
  await expectServedPackage(lines.split('\n'));

  const file = join(node.directory, 'token');
  writeFileSync(file, token, { mode: 0o600 });
  const enrolled = await node.run('enroll', '--server', sexton.url, '--token-file', file);
  expect(enrolled.code, enrolled.out).toBe(0);
  await page.goto(sexton.url);
  expect(await page.locator('.fleet').innerText()).toContain('the first check-in comes within ten minutes');
  await expectGoodPage(page, 'waiting');
});

/** The lines on the page, done here: the file that is fetched has the checksum the page says, and dpkg takes it. */
async function expectServedPackage([, fetchLine = '', checkLine = '', enrolLine = '']: readonly string[]): Promise<void> {
  expect(enrolLine).toBe(`sexton-collector enroll --server ${sexton.url}`);
  const [, address = ''] = /^curl -fsSLO (\S+)$/.exec(fetchLine) ?? [];
  const [, sum = '', name = ''] = /^echo '([0-9a-f]{64}) {2}(\S+)' \| sha256sum -c && apt install \.\/\S+$/.exec(checkLine) ?? [];
  expect(address).toBe(`${sexton.url}/get/${name}`);
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum);
  const head = await fetch(address, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(bytes.length));
  const file = join(node.directory, name);
  writeFileSync(file, bytes);
  expect(execFileSync('dpkg-deb', ['-f', file, 'Package'], { encoding: 'utf8' })).toBe('sexton-collector\n');
}

test('its first check-in shows what is wrong, where, and what to do', async () => {
  const sent = await node.run('send');
  expect([0, 1], sent.out).toContain(sent.code);
  await page.goto(sexton.url);
  expect(await page.locator('.lede').innerText()).toMatch(/^1 of 1 cluster needs you\. 2 warnings/);
  expect(await page.getByRole('img', { name: '1 node; warning: pve1' }).count()).toBe(1);
  await expectGoodPage(page, 'fleet');
  await page.getByRole('link', { name: 'prod-dc1' }).click();
  expect(await page.locator('main').innerText()).toContain('1 of 3 nodes enrolled.');
  await expectGoodPage(page, 'cluster');
  await page.getByRole('link', { name: 'pve1' }).click();
  const finding = page.locator('.finding', { hasText: 'Leftover mapping' }).first();
  for (const part of ['What it breaks', 'Device or resource busy', 'How we know', 'What to do', 'dmsetup remove --uuid LVM-'])
    expect(await finding.innerText()).toContain(part);
  expect(await page.locator('main').innerText()).toContain('not checked');
  expect(await page.getByRole('row', { name: /^Root file system 31 % 4\.9 GiB of 15\.6 GiB/ }).count()).toBe(1);
  await expectGoodPage(page, 'node');
  await page.getByText('captures').click();
  expect(await page.getByRole('row', { name: /lvm\.report read/ }).count()).toBe(1);
  await expectGoodPage(page, 'node-captures');
});

test.each([
  ['phone', 390, 'light'],
  ['phone-dark', 390, 'dark'],
  ['desk-dark', 1280, 'dark'],
  ['wide', 2560, 'light'],
] as const)('every page is readable: %s', async (name, width, colorScheme) => {
  const other = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, storageState: await context.storageState() });
  other.setDefaultTimeout(10_000);
  const tab = await other.newPage();
  await tab.goto(sexton.url);
  await expectGoodPage(tab, `${name}-fleet`);
  expect(await tab.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(
    colorScheme === 'dark' ? 'rgb(14, 17, 19)' : 'rgb(247, 246, 243)',
  );
  await tab.getByRole('link', { name: 'prod-dc1' }).click();
  await expectGoodPage(tab, `${name}-cluster`);
  await tab.getByRole('link', { name: 'pve1' }).click();
  await tab.getByText('Storage, network and busiest processes').click();
  await expectGoodPage(tab, `${name}-node`);
  await tab.getByRole('link', { name: 'Acme Logistics' }).click();
  await expectGoodPage(tab, `${name}-customer`);
  await tab.getByRole('button', { name: 'Make a token' }).click();
  for (const way of ['Whole cluster', 'Ansible', 'One node']) {
    await tab.getByText(way, { exact: true }).click();
    await expectGoodPage(tab, `${name}-token-${way.toLowerCase().replace(' ', '-')}`);
  }
  await other.close();
});

test('pages need no script and ask nobody else for anything', async () => {
  const bare = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const tab = await bare.newPage();
  const asked: string[] = [];
  tab.on('request', (request) => asked.push(new URL(request.url()).origin));
  await tab.goto(sexton.url);
  expect(await tab.locator('.fleet').innerText()).toContain('prod-dc1');
  expect(new Set(asked)).toEqual(new Set([sexton.url]));
  await bare.close();
});

test('what was stored and who is signed in outlive a restart', async () => {
  await sexton.stop();
  sexton = await runSexton(dataDir, false);
  const again = await browser.newContext({ storageState: await context.storageState() });
  const tab = await again.newPage();
  await tab.goto(sexton.url);
  expect(await tab.locator('.fleet').innerText()).toContain('prod-dc1');
  await again.close();
});

test("cron runs, and miniflare's own doors are shut", async () => {
  await sexton.runCron();
  for (const path of ['/cdn-cgi/local/platform-proxy', '/cdn-cgi/local/scheduled', '/cdn-cgi/mf/scheduled', '/cdn-cgi/local/explorer'])
    expect((await fetch(sexton.url + path)).status, path).toBe(404);
});

test('signing out closes the door behind', async () => {
  await page.goto(sexton.url);
  await page.goto(await sexton.makeLink());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  expect(page.url()).toBe(`${sexton.url}/sign-in`);
  await page.goto(sexton.url);
  expect(page.url()).toBe(`${sexton.url}/sign-in`);
});
