/** Chromium that speaks to the loopback only. */
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** Runs in the page: texts of rows whose visible cells share ground. */
const overlappingCells = `[...document.querySelectorAll('.row')].filter((row) => {
  const cells = [...row.children].map((cell) => cell.getBoundingClientRect()).filter(({ width, height }) => width > 1 && height > 1);
  return cells.some((a, at) => cells.slice(at + 1).some((b) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom));
}).map((row) => row.innerText)`;

/** What every page owes everybody: nothing axe complains about, no sideways scrolling on a phone, nothing on top of something else, no word of the inside. */
export async function expectGoodPage(page: Page, name: string): Promise<void> {
  const width = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(width, `${name} scrolls sideways`).toBe(0);
  expect(await page.evaluate<string[]>(overlappingCells), `${name}: cells of a row lie on each other`).toEqual([]);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    name,
  ).toEqual([]);
  // Rule ids stand on the page as they are.
  const words = (await page.locator('main').innerText()).toLowerCase().replace(/\b[a-z]+\.[a-z]+(-[a-z]+)+\b/g, '');
  for (const word of ['tenant', 'orphan', 'impostor', 'acknowledge', 'remedy', 'please', 'undefined', '[object', 'nan '])
    expect(words, `${name} says ${word}`).not.toContain(word);
  if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });
}
