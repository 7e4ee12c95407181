import { beforeAll, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import { type Account, bearer } from '../support/stack.ts';
import { openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
beforeAll(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});

test('the overview has the requests of a minute, a day and a month, and why some were refused', async () => {
  const { key } = await stack.createKey(token, { name: 'Reader', scopes: ['read'] });
  for (let call = 0; call < 4; call += 1) await stack.raw('GET /v1/stats', { headers: bearer(key) });
  await stack.raw('POST /v1/stats', { headers: bearer(key) });
  await stack.local.idle();
  const { page, complaints, close } = await openConsole(browser, stack, ada);
  const figure = (name: string) => page.locator(`section:has(h2:text-is("${name}"))`);
  await expect.poll(() => figure('Requests today').textContent()).toContain('5');
  expect(await figure('Requests this month').textContent()).toContain('of');
  expect(await figure('Requests a minute').textContent()).toMatch(/[1-5]busiest of the last ten, of [\d.K]+/);
  expect(await page.locator('h3:has-text("Refused requests") + ul > li').allTextContents()).toEqual([
    expect.stringMatching(/^A scope is missing.*1$/),
  ]);
  await pictures(page, 'overview');
  expect(complaints).toEqual([]);
  await close();
});

test('keys that may surprise somebody are listed, and a link leads to all of a kind', async () => {
  for (let index = 0; index < 7; index += 1)
    await stack.createKey(token, { name: `Broad ${index}`, scopes: ['admin'] });
  await stack.createKey(token, { name: 'Ends soon', scopes: ['read'], expires_in_days: 3 });
  const { page, close } = await openConsole(browser, stack, ada);
  await page.waitForSelector('text=Worth a look');
  await page.click('main li a:text-is("may manage your account")');
  await page.waitForURL('**/keys?status=broad');
  await page.waitForSelector('tbody a:has-text("Broad 0")');
  expect(await page.locator('tbody a').allTextContents()).not.toContain('Ends soon');
  await page.selectOption('select[aria-label="Status"]', 'soon');
  await expect.poll(() => page.locator('tbody a').allTextContents()).toEqual(['Ends soon']);
  await close();
});
