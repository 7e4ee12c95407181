import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import type { Account } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
let opened: OpenConsole;
let page: Page;
beforeAll(async () => {
  ada = await stack.onboard();
});
beforeEach(async () => {
  opened = await openConsole(browser, stack, ada, { path: '/audit' });
  ({ page } = opened);
});
afterEach(() => opened.close());

/** Answers with a trail of so many pages of one entry each; the last can be made to have more. Tells each cursor that came. */
async function longTrail(pages: number) {
  const trail = { asked: [] as string[], entries: 1 };
  await page.route('**/v1/audit?*', async (route) => {
    const url = new URL(route.request().url());
    const cursor = url.searchParams.get('cursor') ?? '1';
    trail.asked.push(cursor);
    url.searchParams.delete('cursor');
    const response = await route.fetch({ url: url.href });
    const [entry] = (await response.json()).data;
    const isLast = Number(cursor) === pages;
    const data = Array.from({ length: isLast ? trail.entries : 1 }, (_, index) => ({
      ...entry,
      seq: Number(cursor) + index,
      action: `page.${cursor}${isLast ? `.${index}` : ''}`,
    }));
    await route.fulfill({
      response,
      json: { data, next_cursor: isLast ? null : String(Number(cursor) + 1) },
    });
  });
  return trail;
}

const actions = () => page.locator('main li button span:first-child span:first-child').allTextContents();

test('what has happened since is asked for on the last page alone', async () => {
  await page.clock.install();
  const trail = await longTrail(3);
  await page.reload();
  await expect.poll(actions).toEqual(['page.3.0', 'page.2', 'page.1']);
  expect(trail.asked.splice(0)).toEqual(['1', '2', '3']);
  trail.entries = 2;
  await page.clock.fastForward(31_000);
  await expect.poll(actions).toEqual(['page.3.1', 'page.3.0', 'page.2', 'page.1']);
  expect([...new Set(trail.asked)]).toEqual(['3']);
});

test('a trail too long to be loaded at once says that newer entries are missing, and loads on', async () => {
  const trail = await longTrail(22);
  await page.reload();
  await page.waitForSelector('text=The newest entries are not loaded yet.');
  await expect.poll(actions).toHaveLength(20);
  expect(trail.asked).toHaveLength(20);
  await pictures(page, 'audit-halted');
  await page.click('text=Load newer');
  await expect.poll(async () => (await actions())[0]).toBe('page.22.0');
  expect(await page.locator('text=The newest entries are not loaded yet.').count()).toBe(0);
  expect(trail.asked).toHaveLength(22);
});
