import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PUBLIC_ENTRIES } from '../../bin/package-entries.ts';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import {
  type BrowserContextOptions,
  openPage,
  overflow,
  type Page,
  picture,
  violations,
} from '../browser/chromium.ts';
import { type Account, bearer, expectStatus } from '../support/stack.ts';
import { pictures } from './console.ts';

/** `<latchkey-keys>` on a page of another origin, as docs/embed.md says to put it there. */

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = '/console/embed/latchkey-keys.js';
const MAX_BYTES = 15_000;
const GUIDE = readFileSync(join(ROOT, 'docs/embed.md'), 'utf8');

/** The one block of the guide in a language. */
const block = (language: string): string => GUIDE.split(`\n\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? '';

startBeforeAll();
let ada: Account;
let admin: string;
let serverKey: string;
let server: Server;
let origin: string;
let react: string;
/** What the page's server gives instead of a token. */
let answer: (() => Promise<string> | string) | undefined;
/** What stands in the page's head, and on its body and the element. */
let head = '';
let body = '';
let attributes = '';

beforeAll(async () => {
  ada = await stack.onboard();
  admin = await stack.logIn(ada);
  serverKey = (await stack.createKey(admin, { name: 'Our server', scopes: ['admin'] })).key;
  await stack.createKey(admin, { name: 'Own worker', scopes: ['read', 'write'] });
  react = await reactPage();
  const embedToken = serversFunction();
  const served = async ({ url = '', method }: IncomingMessage, response: ServerResponse) => {
    const send = (type: string, body: string) =>
      response
        .writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Security-Policy': policy() })
        .end(body);
    switch (`${method} ${url}`) {
      case 'GET /':
        return send('text/html', pageOf(block('html')));
      case 'GET /react':
        return send(
          'text/html',
          pageOf('<div id="root"></div><script type="module" src="/react.js"></script>'),
        );
      case 'GET /keys.js':
        return send('text/javascript', block('js'));
      case 'GET /react.js':
        return send('text/javascript', react);
      case 'POST /embed-token':
        return send('text/plain', await (answer ?? (() => embedToken('customer-7')))());
      default:
        return response.writeHead(204).end();
    }
  };
  server = createServer((request, response) => void served(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const json = { embed_origins: [origin] };
  expectStatus(await stack.send('PATCH /v1/tenant', { headers: bearer(admin), json }), 200);
});
afterAll(() => server?.close());

/** As strict as a page can be that loads the component from the API: no style, no inline script, no Trusted Types policy. */
const policy = () =>
  [
    "default-src 'none'",
    `script-src 'self' ${stack.url}`,
    `connect-src 'self' ${stack.url}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const pageOf = (content: string) =>
  `<!doctype html><html lang="en"><head><title>Acme</title><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">${head}</head><body ${body}><main><h1>Settings</h1>${content
    .replaceAll('https://api.example.com', stack.url)
    .replace('></latchkey-keys>', ` ${attributes}></latchkey-keys>`)}</main></body></html>`;

/** The server's function of the guide, as it stands there. */
function serversFunction(): (userId: string) => Promise<string> {
  const [, body = ''] =
    /async function embedToken\(userId: string\): Promise<string> \{\n([\s\S]*)\n\}/.exec(block('ts')) ?? [];
  const made = Function('process', 'userId', `return (async () => {${body}})()`);
  const env = { LATCHKEY_URL: stack.url, LATCHKEY_API_KEY: serverKey };
  return (userId) => made({ env }, userId);
}

/** The package's names for what it has for browsers, as its manifest gives them. */
const PACKAGE = Object.fromEntries(
  PUBLIC_ENTRIES.filter(({ isForBrowsers }) => isForBrowsers).map(({ subpath, source }) => [
    subpath.replace(/^\./, 'latchkey'),
    join(ROOT, source),
  ]),
);

/** The component of the guide in a page with React, by the package's own name. */
async function reactPage(): Promise<string> {
  const contents = `${block('tsx').replaceAll('https://api.example.com', stack.url)}
    import { createElement } from 'react';
    import { createRoot } from 'react-dom/client';
    const ask = async () => (await fetch('/embed-token', { method: 'POST' })).text();
    createRoot(document.getElementById('root')).render(createElement(Keys));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'tsx' },
    bundle: true,
    minify: true,
    format: 'esm',
    jsx: 'automatic',
    alias: PACKAGE,
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

let page: Page;
let complaints: readonly string[];
let close: () => Promise<void>;

async function open(path = '/', options: BrowserContextOptions = {}): Promise<void> {
  const context = { locale: 'en', viewport: { width: 1000, height: 800 }, ...options };
  ({ page, complaints, close } = await openPage(browser, context));
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error('policy: ' + violatedDirective + ' ' + blockedURI));
    globalThis.told = [];
    for (const name of ['latchkey-created', 'latchkey-revoked', 'latchkey-error'])
      addEventListener(name, ({ type, detail }) => told.push([type, detail]));
  `);
  await page.goto(origin + path);
}
const told = () => page.evaluate('told');
const heading = (name: string) => page.locator('latchkey-keys h3', { hasText: name });
const focusedText = () =>
  page.evaluate(
    "document.activeElement?.shadowRoot?.activeElement?.textContent || document.activeElement?.shadowRoot?.activeElement?.id || ''",
  );

beforeEach(() => {
  answer = undefined;
  [head, body, attributes] = ['', '', ''];
});
afterEach(() => close?.());

test(`its file has at most ${MAX_BYTES} bytes, and is there for every page, also with its integrity`, async () => {
  const response = await stack.send(`GET ${SCRIPT}`, { headers: { origin } });
  expect([
    response.status,
    response.headers['access-control-allow-origin'],
    response.headers['cache-control'],
  ]).toEqual([200, '*', 'public, max-age=300']);
  expect(response.headers['cross-origin-resource-policy']).toBe('cross-origin');
  expect(gzipSync(response.bytes).length).toBeLessThanOrEqual(MAX_BYTES);
  const integrity = `sha384-${createHash('sha384').update(response.bytes).digest('base64')}`;
  head = `<script type="module" crossorigin integrity="${integrity}" src="${stack.url}${SCRIPT}"></script>`;
  await open();
  await heading('Own worker').waitFor();
  expect(complaints).toEqual([]);
});

describe('by the keyboard alone', () => {
  test('a key is made, shown once, and is nowhere after; the page is told without it', async () => {
    await open();
    await heading('Own worker').waitFor();
    await page.locator('latchkey-keys >> text=Create key').focus();
    await page.keyboard.press('Enter');
    await expect.poll(focusedText).toBe('name');
    await page.keyboard.type('Billing worker');
    await pictures(page, 'embed-create');
    // To the scopes: the second of the two is taken away.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    const output = page.locator('latchkey-keys output');
    const key = (await output.textContent()) ?? '';
    expect(key).toMatch(/^lk_live_\w{50}$/);
    await pictures(page, 'embed-shown-once');
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('Escape');
    expect(await output.isVisible()).toBe(true);
    expect(await page.locator('latchkey-keys >> text=Done').isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('latchkey-keys [role=status] >> text=“Billing worker” is created.').waitFor();
    await expect.poll(focusedText).toBe('API keys');
    await pictures(page, 'embed-list');
    const left = await page.evaluate(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.querySelector("latchkey-keys").shadowRoot.innerHTML, document.documentElement.outerHTML, told])',
    );
    expect(left).not.toContain(key);
    expect(left).not.toMatch(/eyJ/);
    const { json } = await stack.send('GET /v1/api-keys', { headers: bearer(admin) });
    const made = json.data.find(({ name }: { name: string }) => name === 'Billing worker');
    expect(made).toMatchObject({ scopes: ['read'], status: 'active', workspace_id: ada.workspaceId });
    expect(await told()).toEqual([['latchkey-created', { id: made.id, name: 'Billing worker' }]]);
    expect((await stack.send('GET /v1/stats', { headers: bearer(key) })).status).toBe(200);
    expect(complaints).toEqual([]);
  });

  test('a key is revoked after a question, and Escape leaves it', async () => {
    const { id } = await stack.createKey(admin, { name: 'Old worker', scopes: ['read'] });
    await open();
    const revoke = page.locator('latchkey-keys button[aria-label="Revoke Old worker"]');
    await revoke.focus();
    await page.keyboard.press('Enter');
    await page.locator('latchkey-keys dialog[open]').waitFor();
    await pictures(page, 'embed-revoke');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('latchkey-keys dialog').count()).toBe(0);
    expect(await focusedText()).toBe('Revoke');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focusedText()).toBe('Revoke');
    await page.keyboard.press('Enter');
    await page.locator('latchkey-keys [role=status] >> text=“Old worker” is revoked.').waitFor();
    expect(await heading('Old worker').count()).toBe(0);
    expect(await told()).toEqual([['latchkey-revoked', { id, name: 'Old worker' }]]);
    expect(complaints).toEqual([]);
  });
});

test('a key is rotated with an overlap, and its new secret shown once', async () => {
  const { key } = await stack.createKey(admin, { name: 'Rotated', scopes: ['read'] });
  await open();
  await page.locator('latchkey-keys button[aria-label="Rotate Rotated"]').click();
  await pictures(page, 'embed-rotate');
  expect(await violations(page)).toEqual([]);
  await page.locator('latchkey-keys select').selectOption({ label: 'for an hour' });
  await page.locator('latchkey-keys dialog .primary').click();
  const output = page.locator('latchkey-keys output');
  await expect.poll(() => output.count(), { timeout: 20_000 }).toBe(1);
  const next = (await output.textContent()) ?? '';
  for (const each of [key, next])
    expect((await stack.send('GET /v1/stats', { headers: bearer(each) })).status).toBe(200);
  await page.locator('latchkey-keys >> text=I have stored it').click();
  await page.locator('latchkey-keys >> text=Done').click();
  await page.locator('latchkey-keys >> text=Old key works until').waitFor();
  expect(next).not.toBe(key);
});

describe('what is refused', () => {
  test('stands in the dialog with what to do, and the page is told its code', async () => {
    const { id } = await stack.createKey(admin, { name: 'Paused', scopes: ['read'] });
    const json = { enabled: false };
    expectStatus(await stack.send(`PATCH /v1/api-keys/${id}`, { headers: bearer(admin), json }), 200);
    await open();
    await page.locator('latchkey-keys button[aria-label="Rotate Paused"]').click();
    await page.locator('latchkey-keys dialog .primary').click();
    await page.locator('latchkey-keys dialog [role=alert] >> text=Enable it before').waitFor();
    expect(await told()).toEqual([['latchkey-error', { code: 'conflicting_state', status: 409 }]]);
    // The key of our server has more than the token: nobody here sees it.
    expect(await heading('Our server').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('latchkey-keys >> text=Create key').click();
    for (const box of await page.locator('latchkey-keys input[type=checkbox]').all()) await box.uncheck();
    await page.locator('latchkey-keys #name').fill('X');
    await page.locator('latchkey-keys dialog .primary').click();
    await page.locator('latchkey-keys dialog [role=alert] >> text=Choose at least one scope').waitFor();
  });

  test('by the origin is said so, and tried again', async () => {
    const list = (origins: string[]) =>
      stack.send('PATCH /v1/tenant', { headers: bearer(admin), json: { embed_origins: origins } });
    await list(['https://elsewhere.example']);
    await open();
    await page.locator('latchkey-keys [role=alert] >> text=its origin is not among').waitFor();
    await pictures(page, 'embed-refused');
    expect(await violations(page)).toEqual([]);
    expect(await told()).toEqual([['latchkey-error', { code: 'origin_not_allowed', status: 403 }]]);
    await list([origin]);
    await page.locator('latchkey-keys >> text=Try again').click();
    await heading('Own worker').waitFor();
  });

  test.each([
    ['no token', () => 'signed out', 'no_token', 0, 'could not be signed in'],
    ['a token of another kind', () => 'eyJ.eyJleHAiOjQxMDI0NDQ4MDB9.x', 'invalid_credential', 401, 'invalid'],
  ] satisfies [string, () => string, string, number, string][])(
    'where the server gives %s',
    async (_what, gives, code, status, text) => {
      answer = gives;
      await open();
      await page.locator(`latchkey-keys [role=alert] >> text=${text}`).waitFor();
      expect(await told()).toEqual([['latchkey-error', { code, status }]]);
    },
  );

  test('and nothing answers, in an offline moment', async () => {
    await open();
    await heading('Own worker').waitFor();
    await page.context().setOffline(true);
    await page.locator('latchkey-keys button[aria-label="Revoke Own worker"]').click();
    await page.locator('latchkey-keys dialog button.danger').click();
    await page.locator('latchkey-keys dialog [role=alert] >> text=Are you offline?').waitFor();
    await page.context().setOffline(false);
    expect(await told()).toEqual([['latchkey-error', { code: 'offline', status: 0 }]]);
  });

  test('and a page that gives no function for the token', async () => {
    await open('/');
    await page.evaluate("document.querySelector('latchkey-keys').getToken = undefined");
    await page.locator('latchkey-keys [role=alert] >> text=not set up').waitFor();
    expect(await told()).toContainEqual(['latchkey-error', { code: 'not_configured', status: 0 }]);
  });
});

describe('its look', () => {
  test.each([
    ['wide, light, English', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en'],
    ['narrow, dark, German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de'],
  ] as const)('%s: axe finds nothing, and nothing is wider than the window', async (name, options, lang) => {
    attributes = `lang="${lang}"`;
    // What a browser paints by itself, axe takes for white.
    if (options.colorScheme === 'dark') body = 'bgcolor="#121212"';
    await open('/', options);
    await heading('Own worker').waitFor();
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await picture(page, `embed-look-${name.slice(0, 4)}`);
    await page.locator('latchkey-keys header button').click();
    await page.locator('latchkey-keys #name').waitFor();
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await picture(page, `embed-look-create-${name.slice(0, 4)}`);
    expect(await page.locator('latchkey-keys dialog h3').textContent()).toBe(
      lang === 'de' ? 'API-Schlüssel anlegen' : 'Create an API key',
    );
    expect(complaints).toEqual([]);
  });

  test('is the page’s, by its variables', async () => {
    await open();
    await heading('Own worker').waitFor();
    const color = (property: string) =>
      page.evaluate(
        `getComputedStyle(document.querySelector('latchkey-keys').shadowRoot.querySelector('.primary')).${property}`,
      );
    await page.evaluate(
      "document.querySelector('latchkey-keys').style.setProperty('--latchkey-accent', 'rgb(11, 122, 117)')",
    );
    expect(await color('backgroundColor')).toBe('rgb(11, 122, 117)');
    await pictures(page, 'embed-themed');
  });

  test('an empty workspace says so', async () => {
    const bob = await stack.onboard();
    const login = await stack.logIn(bob);
    const headers = bearer(login);
    expectStatus(await stack.send('PATCH /v1/tenant', { headers, json: { embed_origins: [origin] } }), 200);
    expectStatus(await stack.send(`DELETE /v1/api-keys/${bob.keyId}`, { headers }), 200);
    answer = async () =>
      expectStatus(await stack.send('POST /v1/embed-tokens', { headers, json: { scopes: ['read'] } }), 201)
        .json.token;
    await open();
    await page.locator('latchkey-keys >> text=There is no API key yet.').waitFor();
    await pictures(page, 'embed-empty');
    expect(await violations(page)).toEqual([]);
  });
});

describe('in React', () => {
  test('it is the same element, and says what was made', async () => {
    await open('/react');
    const names: string[] = [];
    page.on('console', (message) => void names.push(message.text()));
    await heading('Own worker').waitFor();
    await page.locator('latchkey-keys >> text=Create key').click();
    await page.locator('latchkey-keys #name').fill('By React');
    await page.locator('latchkey-keys dialog .primary').click();
    await page.locator('latchkey-keys output').waitFor();
    await expect.poll(() => names).toContain('By React');
    expect(complaints).toEqual([]);
  });
});
