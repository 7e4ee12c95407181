/** The console in a browser, as its tests use it. */

import { expect } from 'vitest';
import { submitSignIn } from '../browser/branded-stack.ts';
import {
  type Browser,
  type BrowserContextOptions,
  openPage,
  type Page,
  picture,
} from '../browser/chromium.ts';
import type { Account, TestStack } from '../support/stack.ts';

export interface OpenConsole {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, and whatever the policy has refused. */
  readonly complaints: readonly string[];
  /** Throws if the page has done what its policy forbids. */
  close(): Promise<void>;
}

/** Opens a screen in a browser of its own, and signs in on the way there. */
export async function openConsole(
  browser: Browser,
  stack: Pick<TestStack, 'url'>,
  { email }: Pick<Account, 'email'>,
  { path = '/', ...options }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<OpenConsole> {
  const opened = await openPage(browser, {
    locale: 'en',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const { page, complaints } = opened;
  await page.goto(`${stack.url}/console${path}`);
  await submitSignIn(page, email);
  await page.waitForSelector('main h1');
  return {
    page,
    complaints,
    async close() {
      await opened.close();
      expect(complaints.filter((text) => /content security policy|trusted ?types/i.test(text))).toEqual([]);
    },
  };
}

/** Pictures of a screen: wide and narrow, light and dark, for people to look at. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
      await page.waitForTimeout(50);
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** A refusal of the API, in its own representation: what a route of the browser is fulfilled with. */
export function refusal(status: number, code: string, message: string, headers = {}) {
  const body = JSON.stringify({ error: { code, message } });
  return { status, headers, contentType: 'application/json', body };
}

/** The access token that a page of the console sends, once it has sent one. */
export function sentToken(page: Page): () => string {
  let token = '';
  page.on('request', (request) => {
    token = request.headers().authorization?.replace('Bearer ', '') ?? token;
  });
  return () => token;
}
