import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { prebuilt } from '../../lib/prebuilt.ts';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import type { Account } from '../support/stack.ts';
import { openConsole } from './console.ts';

/** Bytes, compressed by gzip: of the first screen, and of all there is. */
const FIRST_SCREEN_BYTES = 120_000;
const ALL_BYTES = 180_000;
/** Requests until a screen is usable: the page, its files, the session, and what it shows. */
const FIRST_SCREEN_REQUESTS = 14;
const USABLE_MS = 1500;
const INTERACTION_MS = 100;
const MANY_KEYS = 10_000;
/** As often as times are taken at most: what is slow by itself is slow each time. */
const ATTEMPTS = 5;

startBeforeAll();
let ada: Account;
let sizes: ReadonlyMap<string, number>;
beforeAll(async () => {
  ada = await stack.onboard();
  const folder = join(prebuilt('console'), 'assets');
  sizes = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.gz'))
      .map((name) => [name.slice(0, -'.gz'.length), readFileSync(join(folder, name)).length]),
  );
});

const sum = (bytes: Iterable<number>) => [...bytes].reduce((total, each) => total + each, 0);

test(`all files together have at most ${ALL_BYTES} bytes`, () => {
  expect(sum(sizes.values())).toBeLessThanOrEqual(ALL_BYTES);
});

test(`a list of keys loads at most ${FIRST_SCREEN_BYTES} bytes of files, in at most ${FIRST_SCREEN_REQUESTS} requests, and is usable within ${USABLE_MS} ms`, async () => {
  const { page, close } = await openConsole(browser, stack, ada, { path: '/keys' });
  await page.waitForSelector('tbody a');
  const attempts = [await load(page)];
  const isSlow = () => attempts.every(({ milliseconds }) => milliseconds >= USABLE_MS);
  while (isSlow() && attempts.length < ATTEMPTS) attempts.push(await load(page));
  const loaded = attempts[0]?.paths ?? [];
  const files = loaded.flatMap((path) => sizes.get(path.replace(/^.*\/assets\//, '')) ?? []);
  expect(sum(files)).toBeGreaterThan(50_000);
  expect(sum(files)).toBeLessThanOrEqual(FIRST_SCREEN_BYTES);
  expect([loaded, loaded.length <= FIRST_SCREEN_REQUESTS]).toEqual([loaded, true]);
  expect([attempts.map(({ milliseconds }) => milliseconds), isSlow()]).toEqual([expect.anything(), false]);
  await close();
});

/**
 * How many times as long as by itself something takes while others work on the same machine: the time that passes while
 * this thread has the processor for a while, in parts of the time for which it has it. 1 on a machine of one's own.
 */
function slowdown(): number {
  const [started, before] = [performance.now(), process.threadCpuUsage()];
  let passed = 0;
  while (passed < 200) passed = performance.now() - started;
  const { user, system } = process.threadCpuUsage(before);
  return Math.max(1, (passed * 1000) / (user + system));
}

/** What something gives, and how much slower it was than by itself, at the least. */
async function whileOthersWork<T>(
  work: () => Promise<T>,
): Promise<{ readonly done: T; readonly factor: number }> {
  const before = slowdown();
  const done = await work();
  return { done, factor: Math.min(before, slowdown()) };
}

/**
 * Loads the list in another tab, without what the browser has kept: what was asked for until a key was there, and how
 * long that takes by itself.
 */
async function load(page: Page) {
  const tab = await page.context().newPage();
  const paths: string[] = [];
  tab.on('request', (request) => paths.push(new URL(request.url()).pathname));
  const client = await tab.context().newCDPSession(tab);
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  const { done, factor } = await whileOthersWork(async () => {
    const started = performance.now();
    await tab.goto(`${stack.url}/console/keys`);
    await tab.waitForSelector('tbody a');
    return { paths: [...paths], passed: performance.now() - started };
  });
  await tab.close();
  return { paths: done.paths, milliseconds: done.passed / factor };
}

/** Pages of a tenant with as many keys as a tenant may well have, as the row answers them. */
function pageOfKeys(cursor: number) {
  const data = Array.from({ length: 1000 }, (_, index) => {
    const number = cursor + index;
    return {
      id: `key_${number}`,
      name: `Key ${number}`,
      key_prefix: `lk_live_${String(number).padStart(12, '0')}…`,
      workspace_id: ada.workspaceId,
      environment: number % 3 === 0 ? 'test' : 'live',
      scopes: ['read', 'write'],
      status: number % 50 === 0 ? 'revoked' : 'active',
      is_active: number % 50 !== 0,
      allowed_ips: [],
      metadata: {},
      created_at: new Date(1_700_000_000_000 + number * 1000).toISOString(),
      created_by: `user:${ada.userId}`,
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      last_used_ip: null,
      request_count: number,
      previous_key_expires_at: null,
    };
  });
  const next = cursor + 1000;
  return { data, next_cursor: next < MANY_KEYS ? String(next) : null };
}

test(`with ${MANY_KEYS} keys the next paint comes within ${INTERACTION_MS} ms of a key press or a click, and few rows are in the page`, async () => {
  const { page, complaints, close } = await openConsole(browser, stack, ada, { path: '/' });
  await page.route('**/v1/api-keys?*', (route) =>
    route.fulfill({
      json: pageOfKeys(Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)),
    }),
  );
  const attempts = [await slowInteractions(page)];
  while (attempts.at(-1)?.length !== 0 && attempts.length < ATTEMPTS)
    attempts.push(await slowInteractions(page));
  expect([attempts, attempts.at(-1)]).toEqual([attempts, []]);
  // Far down the list, rows are where they belong.
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  await expect
    .poll(async () => (await page.locator('tbody a').allTextContents()).at(-1))
    .toMatch(/^Key \d+$/);
  expect(await page.locator('tbody tr').count()).toBeLessThan(80);
  expect(complaints).toEqual([]);
  await close();
});

/** Searches, sorts and selects: what took the page longer than it may until its next paint. */
async function slowInteractions(page: Page): Promise<readonly [string, number][]> {
  await page.goto(`${stack.url}/console/keys`);
  await page.waitForSelector('text=10,000 in all');
  expect(await page.locator('tbody tr').count()).toBeLessThan(80);
  // Event Timing: from the event to the next paint, in steps of 8 ms.
  await page.evaluate(`
    globalThis.durations = [];
    new PerformanceObserver((list) => {
      for (const { name, duration, interactionId } of list.getEntries())
        if (interactionId) durations.push([name, duration]);
    }).observe({ type: 'event', durationThreshold: 16 });
  `);
  const { done, factor } = await whileOthersWork(async () => {
    await page.click('input[type=search]');
    await page.keyboard.type('key 99', { delay: 60 });
    await expect.poll(() => page.locator('tbody a').first().textContent()).toBe('Key 9999');
    await page.click('th >> text=Name');
    await page.fill('input[type=search]', '');
    await page.check('input[aria-label="Select all keys"]');
    await page.uncheck('input[aria-label="Select all keys"]');
    await page.waitForTimeout(500);
    const durations: [string, number][] = await page.evaluate('durations');
    return durations;
  });
  return done.filter(([, duration]) => duration / factor >= INTERACTION_MS);
}
