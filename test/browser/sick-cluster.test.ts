/** A cluster of three in which every check has something to say, looked at on a desk and on a phone, by day and by night. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGoodPage, openBrowser } from './support/open-browser';
import { feedSampleCluster, makeDirectory, removeDirectory, runSexton, type Sexton } from './support/run-sexton';

let dataDir: string;
let sexton: Sexton;
let browser: Browser;
let context: BrowserContext;
let clusterPage: string;

beforeAll(async () => {
  dataDir = makeDirectory();
  sexton = await runSexton(dataDir, true);
  await feedSampleCluster(sexton);
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(await sexton.makeLink());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.fleet a').first().click();
  clusterPage = page.url();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await sexton?.stop();
  removeDirectory(dataDir);
});

test.each([
  ['desk', 1280, 'light'],
  ['desk-dark', 1280, 'dark'],
  ['phone', 390, 'light'],
  ['phone-dark', 390, 'dark'],
] as const)('cluster and node say what is wrong: %s', async (name, width, colorScheme) => {
  const other = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, storageState: await context.storageState() });
  other.setDefaultTimeout(10_000);
  const page = await other.newPage();
  await page.goto(clusterPage);
  const said = await page.locator('main').innerText();
  for (const part of ['A disk name leads to the wrong blocks', 'The next new guest gets id 101', 'Would guests start here?', 'Space no guest uses'])
    expect(said).toContain(part);
  await expectGoodPage(page, `sick-${name}-cluster`);
  await page.locator('.members a', { hasText: 'pve1' }).click();
  await expectGoodPage(page, `sick-${name}-node`);
  await other.close();
});
