/** The page of the own account, in Chromium, on the whole stack. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { connectApp } from '../support/connected-app.ts';
import { addMember } from '../support/full-tenant.ts';
import { type Account, apiKey, bearer } from '../support/stack.ts';
import { browser, stack, startBeforeAll, submitSignIn } from './branded-stack.ts';
import { openPage, overflow, picture, violations } from './chromium.ts';

startBeforeAll();

type Options = Parameters<typeof openPage>[1];

/** A page on which somebody looks at their account. */
async function accountPage(account: Account, options: Options = {}) {
  const opened = await openPage(browser, { locale: 'en', ...options });
  const { page } = opened;
  await page.goto(`${stack.url}/account`);
  expect(page.url()).toContain('/sign-in?continue=%2Faccount');
  await submitSignIn(page, account.email);
  await page.waitForURL(`${stack.url}/account`);
  return opened;
}

describe('without a script', () => {
  test('somebody sees where they are signed in, and ends one of them, then all others', async () => {
    const ada = await stack.onboard();
    const [first, second] = [await stack.logIn(ada), await stack.logIn(ada)];
    const phone = await accountPage(ada, {
      javaScriptEnabled: false,
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1',
    });
    const { page, complaints, close } = await accountPage(ada, { javaScriptEnabled: false });
    const section = page.locator('section', { has: page.locator('#sessions') });
    const items = section.locator('li');
    expect(await items.count()).toBe(4);
    expect(await items.first().textContent()).toMatch(
      /Chrome on Linux\s*This browser\s*Signed in .* UTC from \S+/,
    );
    expect(await section.textContent()).toContain('Safari on iPhone');
    await page.getByRole('button', { name: 'End Safari on iPhone' }).click();
    await page.waitForSelector('[role=status]');
    expect(await items.count()).toBe(3);
    await phone.page.goto(`${stack.url}/account`);
    expect(phone.page.url()).toContain('/sign-in');

    await page.getByRole('button', { name: 'End everything but this browser' }).click();
    await page.waitForSelector('text=Only this browser is signed in.');
    expect(await items.count()).toBe(1);
    for (const token of [first, second])
      expect((await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status).toBe(401);
    expect(complaints).toEqual([]);
    await Promise.all([close(), phone.close()]);
  });

  test('an app is disconnected', async () => {
    const ada = await stack.onboard();
    await connectApp(stack, ada);
    const { page, close } = await accountPage(ada, { javaScriptEnabled: false });
    const section = page.locator('section', { has: page.locator('#apps') });
    expect(await section.textContent()).toMatch(/client\d+\.example/);
    await section.getByRole('button').click();
    await page.waitForSelector('text=The app is disconnected.');
    expect(await section.textContent()).toContain('You have connected no app.');
    await close();
  });
});

describe('the end of an account', () => {
  test('is asked for again, and says of the last administrator what to do instead', async () => {
    const ada = await stack.onboard();
    const { page, close } = await accountPage(ada, { javaScriptEnabled: false });
    await page.click('text=Delete your account…');
    await page.waitForURL(/view=delete/);
    await picture(page, 'account-delete');
    await page.click('button.danger');
    await page.waitForSelector('[role=alert]');
    expect(await page.textContent('[role=alert]')).toContain('You are the last administrator.');
    await page.click('text=Back to your account');
    await page.waitForURL(`${stack.url}/account`);
    await close();
  });

  test('forgets who is signed in, and nobody signs in with the address', async () => {
    const ada = await stack.onboard();
    const ben = await addMember(stack, { ...ada, token: await stack.logIn(ada) }, 'viewer');
    const { page, close } = await accountPage(ben as unknown as Account, { javaScriptEnabled: false });
    expect(await page.textContent('main')).not.toContain('Close the organization');
    await page.click('text=Delete your account…');
    await page.click('button.danger');
    await page.waitForSelector('text=Your account is deleted');
    expect(await page.context().cookies()).toEqual([]);
    await page.goto(`${stack.url}/sign-in`);
    await submitSignIn(page, ben.email);
    await page.waitForSelector('[role=alert]');
    await close();
  });

  test('the file with what is stored is saved by the browser', async () => {
    const ada = await stack.onboard();
    const { page, close } = await accountPage(ada);
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('text=Download your data')]);
    expect(saved.suggestedFilename()).toBe('account.json');
    expect(JSON.parse(await readFile(await saved.path(), 'utf8'))).toMatchObject({
      profile: { email: ada.email },
      next: null,
    });
    await close();
  });

  test('an organization is closed by its name, stops at once, and is reopened by who signs in', async () => {
    const ada = await stack.onboard();
    const { page, close } = await accountPage(ada, { javaScriptEnabled: false });
    await page.click('text=Close the organization…');
    await page.waitForURL(/view=close/);
    await picture(page, 'account-close');
    await page.fill('#organization', 'Something else');
    await page.click('button.danger');
    await page.waitForSelector('text=This is not the name of the organization.');
    await page.fill('#organization', 'Default');
    await page.click('button.danger');
    await page.waitForSelector('text=Default is closed');
    await picture(page, 'account-closed');
    await expect
      .poll(async () => (await stack.send('GET /v1/auth/me', { headers: apiKey(ada.apiKey) })).status)
      .toBe(401);
    await page.context().clearCookies();
    await page.goto(`${stack.url}/sign-in`);
    await submitSignIn(page, ada.email);
    await page.waitForSelector('text=Default is closed');
    await page.getByRole('button', { name: 'Reopen' }).click();
    await page.waitForSelector('text=The organization is open again.');
    await picture(page, 'account-reopened');
    await close();
  });

  test('axe finds nothing on the questions, dark and at 320 pixels, in German', async () => {
    const ada = await stack.onboard();
    const options = { locale: 'de', colorScheme: 'dark', viewport: { width: 320, height: 640 } } as const;
    const { page, close } = await accountPage(ada, options);
    for (const view of ['delete', 'close']) {
      await page.goto(`${stack.url}/account?view=${view}`);
      await picture(page, `account-${view}-de-320`);
      expect([view, await violations(page), (await overflow(page)) <= 0]).toEqual([view, [], true]);
    }
    await page.fill('#organization', 'Default');
    await page.click('button.danger');
    await page.waitForSelector('text=Default ist geschlossen');
    await picture(page, 'account-closed-de-320');
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await close();
  });
});

test('a form with another token changes nothing, and shows the page as it is', async () => {
  const ada = await stack.onboard();
  await connectApp(stack, ada);
  const { page, close } = await accountPage(ada);
  await page.evaluate(
    'document.querySelectorAll("input[name=csrf]").forEach((field) => (field.value = "guess"))',
  );
  const [response] = await Promise.all([
    page.waitForResponse(`${stack.url}/account`),
    page.getByRole('button', { name: 'Disconnect' }).click(),
  ]);
  expect(response.status()).toBe(403);
  expect(
    await page
      .locator('section', { has: page.locator('#apps') })
      .locator('li')
      .count(),
  ).toBe(1);
  await close();
});

test('axe finds nothing on it, wide and narrow, light and dark, in both languages', async () => {
  const ada = await stack.onboard();
  await connectApp(stack, ada);
  await stack.logIn(ada);
  for (const { locale, colorScheme, width } of [
    { locale: 'en', colorScheme: 'light', width: 1280 },
    { locale: 'de-AT', colorScheme: 'dark', width: 1280 },
    { locale: 'en', colorScheme: 'dark', width: 320 },
    { locale: 'de', colorScheme: 'light', width: 320 },
  ] as const) {
    const { page, complaints, close } = await accountPage(ada, {
      locale,
      colorScheme,
      viewport: { width, height: 800 },
    });
    const name = `account-${locale}-${colorScheme}-${width}`;
    await picture(page, name);
    expect([name, await violations(page), (await overflow(page)) <= 0]).toEqual([name, [], true]);
    expect(complaints).toEqual([]);
    await close();
  }
});
