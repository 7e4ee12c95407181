/** Chromium, as people and as keyboards use it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContextOptions,
  type CDPSession,
  type Page,
  chromium as playwright,
} from 'playwright-core';
import { expect } from 'vitest';
import { axeScript, chromium } from './tools.ts';

export type { Browser, BrowserContextOptions, Page };

/** Starts the browser. In containers it cannot sandbox itself, and nothing but our own pages is opened. */
export function startChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: chromium(), args: ['--no-sandbox'] });
}

/** A page of a browser that knows nothing yet, and what it complains of: errors, refused loads, broken policies. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: readonly string[]; close(): Promise<void> }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => context.close() };
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What axe finds on a page, by all of its rules: accessibility, and what it calls best practice. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeScript());
  const results = (await page.evaluate('axe.run()')) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Pixels by which a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

/** What has the focus, and whether that can be seen. */
export function focused(page: Page): Promise<{ readonly name: string; readonly isVisible: boolean }> {
  return page.evaluate(`(() => {
    const { activeElement: element } = document;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = element.name || element.getAttribute('href') || element.textContent || element.localName;
    return {
      name: element.value && element.localName === 'button' ? element.value : name.trim(),
      isVisible: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2,
    };
  })()`);
}

/** Waits until a field has the focus, visibly: a browser gives it to an `autofocus` with a later frame. */
export async function hasFocus(page: Page, name: string): Promise<void> {
  await expect.poll(() => focused(page)).toEqual({ name, isVisible: true });
}

/** Keeps a picture of a page in the folder that `SCREENSHOTS` names, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
}

/** A device with a passkey store that says yes by itself. */
export async function withAuthenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id };
}
