import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, startChromium } from '../browser/chromium.ts';
import type { Account, TestStack } from '../support/stack.ts';
import { openConsole, pictures, startConsoleStack } from './console.ts';

let browser: Browser;
let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  [browser, stack] = await Promise.all([startChromium(), startConsoleStack()]);
  ada = await stack.onboard();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

test('somebody signs in and sees the keys of their tenant', async () => {
  const { page, complaints, close } = await openConsole(browser, stack, ada, { path: '/keys' });
  await page.waitForSelector('text=First key');
  await pictures(page, 'keys');
  expect(complaints).toEqual([]);
  await close();
});
