import { describe, expect, test } from 'vitest';
import { redirectObjection } from '../../lambdas/clients/redirects.ts';
import { qrCode } from '../../lambdas/enrolment/qr-code.ts';
import { registrationOptions } from '../../lambdas/factors/passkeys.ts';
import type { Html } from '../../lambdas/kernel/results.ts';
import { closedPage, closingPage, deletionPage } from '../../lambdas/pages/account-ends-page.ts';
import { accountButton, accountPage, itemList } from '../../lambdas/pages/account-page.ts';
import { consentPage, type ShownClient } from '../../lambdas/pages/consent-page.ts';
import { continuePage } from '../../lambdas/pages/continue-page.ts';
import { errorPage } from '../../lambdas/pages/error-page.ts';
import { codePage, passkeyPage } from '../../lambdas/pages/factor-page.ts';
import { appSetupPage, factorsPage, passkeySetupPage } from '../../lambdas/pages/factors-page.ts';
import { html } from '../../lambdas/pages/html.ts';
import { LANGUAGES } from '../../lambdas/pages/languages.ts';
import { type PageContext, pageContext } from '../../lambdas/pages/page.ts';
import { providerRequiredPage, signInPage } from '../../lambdas/pages/sign-in-page.ts';
import { continuePath } from '../../lambdas/signin/paths.ts';
import { PAGES, PASSKEY_PAGES, PLAIN } from './rendered-pages.ts';

const at = (url = 'https://api.example.com', uiLocales = 'en'): PageContext =>
  pageContext({ branding: PLAIN, url }, { acceptLanguage: '' }, uiLocales);

const HOSTILE = `"'><script>alert(1)</script><a href=javascript:alert(1)>&amp;`;
/** The one script that a page may name: a file of ours. */
const SCRIPT = '<script src="/passkeys.js" defer></script>';

const client: ShownClient = {
  name: HOSTILE,
  isVouchedFor: false,
  host: HOSTILE,
  redirectHost: HOSTILE,
  isLoopbackOnly: true,
};
const FORM = { csrf: HOSTILE, parameters: { continue: HOSTILE, [HOSTILE]: HOSTILE } };
const consent = (given: Partial<ShownClient> = {}) =>
  consentPage(at(), {
    client: { ...client, ...given },
    email: HOSTILE,
    scopes: [{ name: HOSTILE, description: HOSTILE }],
    workspaces: [
      { id: HOSTILE, name: HOSTILE },
      { id: 'w2', name: HOSTILE },
    ],
    workspaceId: HOSTILE,
    action: '/authorize',
    parameters: { [HOSTILE]: HOSTILE },
    csrf: HOSTILE,
    switchAccountPath: '/sign-in',
    userCode: HOSTILE,
  });

const headingOf = ({ html }: Html) => /<h1>(.*?)<\/h1>/s.exec(html)?.[1];

describe('whatever others have said', () => {
  test.each([
    ['consent', consent()],
    [
      'sign-in',
      signInPage(at(), {
        csrf: 'c',
        parameters: { continue: HOSTILE },
        email: HOSTILE,
        signedInAs: HOSTILE,
        providers: [{ id: 'x', label: HOSTILE }],
        fault: { provider: HOSTILE, what: 'cancelled' },
      }),
    ],
    [
      'sign-in with a provider',
      providerRequiredPage(at(), {
        csrf: 'c',
        parameters: { continue: HOSTILE },
        email: HOSTILE,
        provider: { id: 'x', label: HOSTILE },
      }),
    ],
    ['error', errorPage(at(), { code: 'invalid_field', status: 400, message: HOSTILE, requestId: HOSTILE })],
    [
      'account',
      accountPage(at(), {
        email: HOSTILE,
        organization: HOSTILE,
        notice: HOSTILE,
        sections: [
          {
            id: 'apps',
            heading: 'Apps',
            body: itemList([
              {
                title: HOSTILE,
                lines: [html`${HOSTILE}`],
                button: accountButton(at(), {
                  csrf: HOSTILE,
                  fields: { id: HOSTILE },
                  label: HOSTILE,
                  name: HOSTILE,
                }),
              },
            ]),
          },
        ],
      }),
    ],
    ['deletion', deletionPage(at(), { email: HOSTILE, csrf: HOSTILE })],
    ['closing', closingPage(at(), { organization: HOSTILE, csrf: HOSTILE })],
    ['closed', closedPage(at(), { organization: HOSTILE, until: HOSTILE, csrf: HOSTILE })],
    ['code', codePage(at(), { ...FORM, others: ['passkey'], hasApp: true })],
    [
      'passkey',
      passkeyPage(at(), { ...FORM, others: ['code'], options: { challenge: HOSTILE }, isAlone: false }),
    ],
    ['passkey alone', passkeyPage(at(), { ...FORM, others: [], options: {}, isAlone: true })],
    [
      'factors',
      factorsPage(at(), {
        ...FORM,
        isRequired: false,
        email: HOSTILE,
        app: null,
        passkeys: [{ id: HOSTILE, name: HOSTILE, added: HOSTILE, used: null, isBackedUp: true }],
        recoveryCodesLeft: 0,
        offersPasskeys: true,
      }),
    ],
    [
      'new passkey',
      passkeySetupPage(at(), {
        ...FORM,
        options: registrationOptions(
          { id: 'localhost', origin: 'http://localhost', name: HOSTILE },
          { userId: 'u', email: HOSTILE, challenge: 'c', passkeys: [] },
        ),
      }),
    ],
    ['new app', appSetupPage(at(), { ...FORM, secret: 'ABCD', qrCode: qrCode(HOSTILE, HOSTILE) })],
  ])('is text and nothing else on the page %s', (_name, { html }) => {
    expect(html).toContain('&lt;script&gt;');
    const others = html.replace(SCRIPT, '');
    expect(others).not.toMatch(/<script|<a href=javascript/i);
    // No attribute is ended by it: what stands between quotation marks has none.
    expect(others.replace(/="[^"]*"/g, '')).not.toContain('"');
  });
});

describe('every page', () => {
  test.each(Object.entries(PAGES))(
    '%s loads nothing of others, runs no script but that of passkeys where it asks for one, and is framed by nobody',
    (name, page) => {
      const { headers, html } = page(at());
      const asksForPasskey = PASSKEY_PAGES.includes(name);
      expect(headers['Content-Security-Policy']).toBe(
        `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'${asksForPasskey ? "; script-src 'self'" : ''}`,
      );
      expect(headers['Referrer-Policy']).toBe('no-referrer');
      expect(html.includes(SCRIPT)).toBe(asksForPasskey);
      expect(html.replace(SCRIPT, '')).not.toMatch(
        /<script|<style|\sstyle=|\son[a-z]+=|(?:src|href|action)="[a-z]+:/i,
      );
    },
  );

  test.each(Object.keys(LANGUAGES))('is whole in the language %s, and says which it is', (language) => {
    for (const page of Object.values(PAGES)) {
      const { html } = page(at(undefined, language));
      expect(html).toContain(`<html lang="${language}">`);
      expect(html).not.toMatch(/undefined|\[object|=>/);
    }
  });

  test('leads to its own paths below the stage, where the deployment has no domain', () => {
    for (const page of Object.values(PAGES)) {
      const links = [
        ...page(at('https://abc.execute-api.eu-west-1.amazonaws.com/live')).html.matchAll(
          /(?:href|src|action)="(\/[^"]*)"/g,
        ),
      ];
      for (const [, path = ''] of links) expect(path).toMatch(/^\/live\//);
    }
  });

  test('with a form carries the token of its browser, or what needs none: the link of a mail, or an address alone', () => {
    for (const page of Object.values(PAGES)) {
      const forms = page(at()).html.match(/<form[\s\S]*?<\/form>/g) ?? [];
      for (const form of forms) {
        const names = [...form.matchAll(/<(?:input|select)[^>]* name="(\w+)"/g)].map(([, name]) => name);
        const needsNone = names.includes('link') || (names.length === 1 && names[0] === 'email');
        if (!needsNone) expect(form).toContain('name="csrf" value="token"');
        else expect(form).toMatch(/action="\/(reset-password|confirm|accept-invitation)"/);
      }
    }
  });
});

describe('consent', () => {
  test('is headed by the host of the client’s id, never by the name that it gives itself', () => {
    expect(headingOf(consent({ host: 'evil.example', name: 'Your bank' }))).toContain('evil.example');
    expect(headingOf(consent({ host: 'evil.example', name: 'Your bank' }))).not.toContain('bank');
  });

  test('puts a name that nobody has checked into quotes, and says so', () => {
    const { html } = consent({ host: null, name: 'Your bank' });
    expect(html).toContain('“Your bank”');
    expect(html).toContain('Nobody has checked');
  });

  test('of a client that an administrator has registered does not warn of its name', () => {
    const { html } = consent({ host: null, name: 'Nightly report', isVouchedFor: true });
    expect(html).not.toContain('Nobody has checked');
  });
});

describe('going on', () => {
  test.each([
    ['https://client.example/cb?code=a%20b&state=x;y', 'client.example'],
    ['http://127.0.0.1:33418/', '127.0.0.1:33418'],
    ['http://localhost:6274/oauth/callback?code=1', 'localhost:6274'],
    ['cursor://anysphere.cursor-mcp/oauth/callback?code=1', 'cursor://'],
    ['com.example.app:/oauth?code=1', 'com.example.app://'],
    ["https://client.example/cb'x?code=1", 'client.example'],
  ])('to %s is by itself and by a link, and says where', (location, shown) => {
    const { html } = continuePage(at(), { location });
    const written = location.replaceAll('&', '&amp;').replaceAll("'", '&#39;');
    expect(html).toContain(`<meta http-equiv="refresh" content="0;url=${written}">`);
    expect(html).toContain(`href="${written}"`);
    expect(html).toContain(shown);
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>',
    'file:///etc/passwd',
    'blob:https://x/1',
    'view-source:https://x',
    '//evil.example',
    'evil.example',
    'https://x/" onload="alert(1)',
    "'https://x/",
    'https://x/\r\nSet-Cookie: a=b',
    '',
  ])('to %j is refused', (location) => {
    expect(() => continuePage(at(), { location })).toThrow(/not a place to go on to/);
  });

  test('a refusal, which is logged, does not tell the code', () => {
    const location = 'https://x/ ?code=secret';
    expect(() => continuePage(at(), { location })).toThrow(/^(?!.*secret).*not a place to go on to/);
  });

  test('to whatever a client may have as its redirect, and wherever a sign-in may lead', () => {
    const characters = "-._~:/?[]@!$&'()*+,;=%41";
    for (const redirect of [
      `https://a.example/${characters}`,
      `x:${characters}`,
      `http://localhost/${characters}`,
    ]) {
      expect(redirectObjection(redirect)).toBeUndefined();
      expect(continuePage(at(), { location: redirect }).html).toContain('http-equiv="refresh"');
    }
    const path = `/authorize?${characters.replaceAll(/[[\]]/g, '')}`;
    expect(continuePath(path)).toBe(path);
    expect(continuePage(at(), { location: path }).html).toContain('http-equiv="refresh"');
  });
});
