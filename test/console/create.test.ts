import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import { type Account, bearer } from '../support/stack.ts';
import { openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
beforeAll(async () => {
  ada = await stack.onboard();
});

const run = promisify(execFile);

test('with the keyboard alone a key is made, shown once, and is nowhere after', async () => {
  const { page, complaints, close } = await openConsole(browser, stack, ada, { path: '/keys/new' });
  await page.waitForSelector('input[name=name]:focus');
  await page.keyboard.type('Billing worker');
  // From the name to the environment, the scopes and the expiry; the scope that is least is chosen.
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.isChecked('input[value=test]')).toBe(true);
  await pictures(page, 'create');
  await page.locator('button[type=submit]').focus();
  await page.keyboard.press('Enter');
  const shown = (await page.textContent('output')) ?? '';
  expect(shown).toMatch(/^lk_test_\w{50}$/);
  await pictures(page, 'shown-once');
  // It stays until somebody says that they have stored it.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  expect(await page.isVisible('output')).toBe(true);
  expect(await page.isDisabled('dialog >> text=Done')).toBe(true);
  await page.locator('dialog input[type=checkbox]').focus();
  await page.keyboard.press('Space');
  await page.locator('dialog >> text=Done').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=About this key');
  const left = await page.evaluate(
    'JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
  );
  expect(left).not.toContain(shown);
  await page.goBack();
  await page.waitForTimeout(300);
  expect(await page.content()).not.toContain(shown);
  expect(stack.lines.join('\n')).not.toContain(shown);
  const { json } = await stack.send(`GET /v1/api-keys`, {
    headers: bearer(await stack.logIn(ada)),
  });
  const made = json.data.find((key: { readonly name: string }) => key.name === 'Billing worker');
  expect(made).toMatchObject({
    environment: 'test',
    scopes: ['read', 'write'],
    status: 'active',
    expires_at: null,
  });
  expect(complaints).toEqual([]);
  await close();
});

test('what the snippets say runs as it is', async () => {
  const { page, close } = await openConsole(browser, stack, ada, { path: '/keys/new?name=Snippets' });
  await page.click('button[type=submit]');
  const key = (await page.textContent('output')) ?? '';
  const snippet = async (tab: string) => {
    await page.click(`dialog [role=tab]:has-text("${tab}")`);
    return (await page.textContent('dialog [role=tabpanel] pre')) ?? '';
  };
  expect(await snippet('.env')).toBe(`ACME_MEMORY_API_KEY=${key}`);
  const curl = await run('bash', ['-c', await snippet('curl')]);
  expect(JSON.parse(curl.stdout)).toMatchObject({ request: { path: '/v1/stats' } });
  const typescript = await run(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    await snippet('TypeScript'),
  ]);
  expect(typescript.stdout).toMatch(/^200 \{/);
  const python = await run('python3', ['-c', await snippet('Python')]);
  expect(python.stdout).toMatch(/^200 \{/);
  await close();
});

test('a large scope is warned of, no scope is refused, and what the API refuses stands at its field', async () => {
  const { page, complaints, close } = await openConsole(browser, stack, ada, { path: '/keys/new' });
  await page.fill('input[name=name]', 'Too much');
  await page.check('input[id$="-admin"]');
  await page.waitForSelector('text=This is a large right');
  await page.uncheck('input[id$="-admin"]');
  await page.uncheck('input[id$="-read"]');
  await page.waitForSelector('text=Choose at least one.');
  expect(await page.isDisabled('button[type=submit]')).toBe(true);
  await page.check('input[id$="-read"]');
  await page.click('summary');
  await page.waitForSelector('text=Add my address');
  await page.fill('textarea >> nth=0', 'nonsense');
  await page.click('button[type=submit]');
  await page.waitForSelector('[role=alert]');
  expect(await page.textContent('[role=alert]')).toMatch(/address|CIDR/i);
  expect(await page.getAttribute('textarea >> nth=0', 'aria-invalid')).toBe('true');
  // The browser itself says that a call had an error.
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  await close();
});

test('what the API refuses at no field of the form is said below it', async () => {
  const { page, close } = await openConsole(browser, stack, ada, { path: '/keys/new?name=Refused' });
  await page.route('**/v1/api-keys', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/json',
      body: JSON.stringify({
        code: 'invalid_field',
        detail: 'scopes.0: is not yours to give.',
        errors: [{ field: 'scopes.0', message: 'is not yours to give' }],
      }),
    }),
  );
  await page.click('button[type=submit]');
  await page.waitForSelector('[role=alert] >> text=is not yours to give', { timeout: 10_000 });
  await close();
});

test('a new tenant is led to its first call, which turns green by itself', async () => {
  const bob = await stack.onboard();
  const { page, complaints, close } = await openConsole(browser, stack, bob);
  await page.waitForSelector('text=Waiting for the first call');
  await pictures(page, 'first-steps');
  await stack.raw('GET /v1/stats', { headers: bearer(bob.apiKey) });
  await page.waitForSelector('text=The first call has arrived', { timeout: 10_000 });
  await page.click('text=Close');
  await page.waitForSelector('text=First steps', { state: 'detached' });
  expect(complaints).toEqual([]);
  await close();
});
