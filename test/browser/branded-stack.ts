/** Chromium, and a stack whose pages have a name and a color of their own. */

import { afterAll, beforeAll } from 'vitest';
import { PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';
import { type Browser, type Page, startChromium } from './chromium.ts';

/** Both of the file whose tests {@link startBeforeAll} has started them for. */
export let browser: Browser;
export let stack: TestStack;

/** Starts both before the tests of a file, and ends them after those. */
export function startBeforeAll(): void {
  beforeAll(async () => {
    [browser, stack] = await Promise.all([startChromium(), startBrandedStack()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });
}

export function startBrandedStack(
  profile = 'default',
  config: Readonly<Record<string, unknown>> = {},
): Promise<TestStack> {
  return startTestStack({
    profile,
    config: { branding: { name: 'Acme Memory', color: '#0b7a75' }, ...config },
  });
}

/** Signs in on the page that is open: the sign-in, or one that has led there. */
export async function submitSignIn(page: Page, email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await page.press('#password', 'Enter');
}

/** The address that the sign-in page says somebody is signed in with; undefined for nobody. */
export async function signedInAs(page: Page, { url }: Pick<TestStack, 'url'>): Promise<string | undefined> {
  await page.goto(`${url}/sign-in`);
  return (await page.textContent('main'))?.match(/as (\S+@\S+)/)?.[1];
}
