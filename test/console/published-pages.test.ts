/** What the five published pages say of their dashboards, done in the console of each contract. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrandedStack } from '../browser/branded-stack.ts';
import { type Browser, type Page, startChromium } from '../browser/chromium.ts';
import type { Account, TestStack } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** The console of a contract, with somebody signed in. */
function served(profile: string) {
  const there: { stack: TestStack; account: Account; opened: OpenConsole; page: Page } = {} as never;
  beforeAll(async () => {
    there.stack = await startBrandedStack(profile);
    there.account = await there.stack.onboard();
    there.opened = await openConsole(browser, there.stack, there.account);
    there.page = there.opened.page;
  });
  afterAll(async () => {
    expect(there.opened?.complaints).toEqual([]);
    await there.opened?.close();
    await there.stack?.stop();
  });
  return there;
}

/** Creates a key, by what a person would click; gives the key that is shown. */
async function create(page: Page, name: string): Promise<string> {
  await page.click('nav >> text=API keys');
  await page.click('main >> text=Create key');
  await page.fill('input[name=name]', name);
  await page.click('button[type=submit]');
  const key = (await page.textContent('output')) ?? '';
  await page.waitForSelector('text=It is shown only now');
  await page.check('text=I have stored it');
  await page.click('dialog >> text=Done');
  await page.waitForSelector(`h1:has-text("${name}")`);
  expect(await page.content()).not.toContain(key);
  return key;
}

const call = ({ stack }: { readonly stack: TestStack }, key: string) => {
  const { upstreamPrefixes } = stack.profile;
  return stack.raw(`GET ${upstreamPrefixes[0]}/stats`, { headers: { authorization: `Bearer ${key}` } });
};

describe('Memgraph', () => {
  const there = served('memgraph');
  test('“You can also create additional keys from the dashboard”', async () => {
    const key = await create(there.page, 'Second key');
    expect(key).toMatch(/^mg_live_/);
    expect((await call(there, key)).status).toBe(200);
  });
});

describe('Memory API', () => {
  const there = served('memory-api');
  test('“Monitor key usage in your dashboard”', async () => {
    const { page } = there;
    const key = await create(page, 'Watched');
    for (let calls = 0; calls < 4; calls += 1) await call(there, key);
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.waitForSelector('text=This month');
          await page.waitForTimeout(500);
          return page.textContent('main');
        },
        { timeout: 90_000, interval: 2000 },
      )
      .toContain('4 live · 0 test');
    await pictures(page, 'memory-api-key');
  });
});

describe('MemoryRelay', () => {
  const there = served('memoryrelay');
  test('“Click Create API Key, give it a descriptive name and select the scopes you need, copy the key immediately — it is only shown once”', async () => {
    const key = await create(there.page, 'dev-assistant-prod');
    expect((await call(there, key)).status).toBe(200);
  });

  test('“Check key status and last usage time in the dashboard”', async () => {
    const { page } = there;
    await page.click('nav >> text=API keys');
    const row = page.locator('tr:has-text("dev-assistant-prod")');
    await expect
      .poll(
        async () => {
          await page.reload();
          await row.waitFor();
          return row.textContent();
        },
        { timeout: 30_000 },
      )
      .toMatch(/Active.*(second|now)/);
    // A contract without environments shows none.
    expect(await page.locator('th >> text=Environment').count()).toBe(0);
  });
});

describe('NAMS', () => {
  const there = served('nams');
  test('“Static nams_* API keys — issued via the dashboard, expire in 90 days”, and called a label', async () => {
    const { page } = there;
    await page.goto(`${there.stack.url}/console/keys/new`);
    await page.waitForSelector('label >> text=Label');
    expect(await page.isChecked('input[value="90"]')).toBe(true);
    expect(await page.locator('label:has-text("Never")').count()).toBe(0);
    await pictures(page, 'nams-create');
    const key = await create(page, 'Agent');
    expect(key).toMatch(/^nams_/);
    await page.click('main header >> text=Edit');
    await page.waitForSelector('dialog label >> text=Label', { timeout: 10_000 });
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.click('nav >> text=API keys');
    await page.waitForSelector('tr:has-text("Agent") >> text=/in (2|3) months|in 89 days|in 90 days/');
  });
});

describe('Neuroloom', () => {
  const there = served('neuroloom');
  test('“Generate a new key in the dashboard … revoke the old key: revocation is immediate”', async () => {
    const { page } = there;
    const [old, fresh] = [await create(page, 'Old'), await create(page, 'Fresh')];
    await page.click('nav >> text=API keys');
    await page.click('button[aria-label="Actions for Old"]');
    await page.click('[role=menuitem] >> text=Revoke');
    await page.fill('dialog input', 'Old');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('tr:has-text("Old") >> text=Revoked');
    expect([(await call(there, old)).status, (await call(there, fresh)).status]).toEqual([401, 200]);
  });
});
