import { describe, expect, test } from 'vitest';
import { codePage, passkeyPage } from '../../lambdas/pages/factor-page.ts';
import {
  appSetupPage,
  type FactorsPage,
  factorsPage,
  passkeySetupPage,
  recoveryCodesPage,
} from '../../lambdas/pages/factors-page.ts';
import { html } from '../../lambdas/pages/html.ts';
import { type PageContext, pageContext } from '../../lambdas/pages/page.ts';
import { alertOf, formsOf, linksOf, plain } from './forms.ts';
import { PLAIN } from './rendered-pages.ts';

const at = (url = 'https://api.example.com'): PageContext =>
  pageContext({ branding: PLAIN, url }, { acceptLanguage: '' }, 'en');

const CONTINUE = '/authorize?client_id=x&state=a b';
const FORM = { csrf: 'token', parameters: { continue: CONTINUE, ui_locales: 'en' } };
const CARRIED = { csrf: 'token', continue: CONTINUE, ui_locales: 'en' };

describe('the page that asks for a code', () => {
  const asked = (given: Partial<Parameters<typeof codePage>[1]> = {}) =>
    codePage(at(), { ...FORM, hasApp: true, others: [], ...given });
  const field = (given: Parameters<typeof asked>[0] = {}) =>
    /<input id="code"[^>]*>/.exec(asked(given).html)?.[0];

  test('carries on where the sign-in leads, and asks for the code alone', () => {
    expect(formsOf(asked())).toMatchObject([{ action: '/factor', hidden: CARRIED, asks: ['code'] }]);
    expect(formsOf(asked())[0]?.hidden).toEqual(CARRIED);
  });

  test('lets a phone fill in the code of an app, and no password manager a recovery code', () => {
    expect(field()).toContain('autocomplete="one-time-code"');
    expect(field({ hasApp: false })).toContain('autocomplete="off"');
    expect(asked({ hasApp: false }).html).toContain('<label for="code">Recovery code</label>');
    expect(asked().html).toContain('<label for="code">Code</label>');
  });

  test('says that a code was wrong, and never which part of it', () => {
    expect(alertOf(asked())).toBeUndefined();
    expect(field()).not.toContain('aria-invalid');
    const wrong = asked({ fault: 'wrong' });
    expect(alertOf(wrong)).toMatch(/^This code is wrong, or was used already\./);
    expect(field({ fault: 'wrong' })).toContain('aria-invalid="true"');
    expect(alertOf(asked({ fault: 'wrong', hasApp: false }))).toBe(alertOf(wrong));
  });

  test('offers a passkey where there is one, by a form that sends no code', () => {
    const [, other] = formsOf(asked({ others: ['passkey'] }));
    expect(other).toMatchObject({ action: '/factor', asks: [], buttons: ['Use a passkey'] });
    expect(other?.hidden).toEqual(CARRIED);
    expect(other?.text).toContain('<button name="way" value="passkey"');
    expect(formsOf(asked())).toHaveLength(1);
  });
});

describe('the page that asks for a passkey', () => {
  const OPTIONS = { challenge: 'abc', rpId: 'localhost', name: `"'<&` };
  const asked = (given: Partial<Parameters<typeof passkeyPage>[1]> = {}) =>
    passkeyPage(at(), { ...FORM, options: OPTIONS, isAlone: false, others: [], ...given });
  const form = (given: Parameters<typeof asked>[0] = {}) => formsOf(asked(given))[0];

  test('gives the script the options as they are, and an empty field for the answer', () => {
    const options = /data-options="([^"]*)"/.exec(asked().html)?.[1];
    expect(JSON.parse(plain(options ?? ''))).toEqual(OPTIONS);
    expect(form()).toMatchObject({ action: '/factor', asks: [], hidden: { ...CARRIED, credential: '' } });
    expect(form()?.text).toContain('data-passkey="get"');
    expect(asked().headers['Content-Security-Policy']).toMatch(/; script-src 'self'$/);
  });

  test('asks by itself, but not again after a refusal', () => {
    expect(form()?.text).toContain(' data-asks');
    expect(form({ fault: 'wrong' })?.text).not.toContain(' data-asks');
    expect(alertOf(asked({ fault: 'wrong' }))).toMatch(/^This passkey was not accepted\./);
    expect(alertOf(asked())).toBeUndefined();
  });

  test('as a second factor does not pass for a whole sign-in, and offers a code', () => {
    expect(form()?.hidden).not.toHaveProperty('alone');
    expect(formsOf(asked({ others: ['code'] })).map(({ buttons }) => buttons)).toEqual([
      ['Use a passkey'],
      ['Use a code'],
    ]);
    expect(linksOf(asked({ others: ['code'] }))).toEqual([]);
  });

  test('instead of a password says so in its form, and leads back to the password with what was carried', () => {
    const alone = asked({ isAlone: true, others: ['code'] });
    expect(formsOf(alone)).toHaveLength(1);
    expect(form({ isAlone: true })?.hidden).toEqual({ ...CARRIED, alone: 'true', credential: '' });
    const [link = ''] = linksOf(alone);
    const { pathname, searchParams } = new URL(link, 'https://api.example.com');
    expect([pathname, Object.fromEntries(searchParams)]).toEqual(['/sign-in', FORM.parameters]);
    expect(linksOf(asked({ isAlone: true, parameters: {} }))).toEqual(['/sign-in']);
  });

  test('says without a script what to do, and has the words of the script in its own language', () => {
    const { html: text } = asked();
    expect(text).toMatch(/<noscript><p class="warning">Passkeys need JavaScript/);
    for (const name of ['failed', 'known', 'unsupported'])
      expect(text).toMatch(new RegExp(`data-${name}="[A-Z]`));
    expect(text).toMatch(/id="passkey-status"[^>]* hidden>/);
  });
});

describe('the page of second factors', () => {
  const PHONE = { id: 'p"1', name: 'Phone <b>', added: '2 Nov 2026', used: null, isBackedUp: true };
  const KEY = { id: 'p2', name: 'Key', added: '3 Nov 2026', used: '4 Nov 2026', isBackedUp: false };
  const APP = { id: 'a1', name: '', added: '1 Nov 2026', used: '5 Nov 2026' };
  const NONE: FactorsPage = {
    ...FORM,
    isRequired: false,
    email: 'ada@example.com',
    app: null,
    passkeys: [],
    recoveryCodesLeft: 0,
    offersPasskeys: true,
  };
  const shown = (given: Partial<FactorsPage> = {}) => factorsPage(at(), { ...NONE, ...given });
  const steps = (given: Partial<FactorsPage> = {}) =>
    formsOf(shown(given)).map(({ hidden: { step, id } }) => [step, id].filter(Boolean).join(' '));

  test('offers who has none to set one up, and neither removal nor recovery codes', () => {
    expect(steps()).toEqual(['app', 'passkey']);
    expect(shown().html).not.toContain('Recovery codes');
  });

  test('offers no passkey where the deployment has no domain, or there are as many as may be', () => {
    expect(steps({ offersPasskeys: false })).toEqual(['app']);
    expect(steps({ passkeys: [PHONE], offersPasskeys: false })).toEqual(['remove p"1', 'app', 'codes']);
  });

  test('removes each factor by its own id, and says which to who cannot see where the button stands', () => {
    const all = { app: APP, passkeys: [PHONE, KEY], recoveryCodesLeft: 9 };
    expect(steps(all)).toEqual(['remove a1', 'remove p"1', 'remove p2', 'app', 'passkey', 'codes']);
    expect(formsOf(shown(all)).flatMap(({ buttons }) => buttons)).toEqual([
      'Remove Authenticator app',
      'Remove Phone <b>',
      'Remove Key',
      'Set up another authenticator app',
      'Add a passkey',
      'Make new codes',
    ]);
  });

  test('carries along in every form the token and where the sign-in leads', () => {
    for (const { action, hidden } of formsOf(shown({ app: APP, passkeys: [PHONE] })))
      expect([action, hidden]).toMatchObject(['/factors', CARRIED]);
  });

  test('tells a synced passkey from one that is not, and one that was never used', () => {
    const { html: text } = shown({ passkeys: [PHONE, KEY] });
    expect([...text.matchAll(/<small>([^<]*)<\/small>/g)].map(([, line]) => line)).toEqual([
      'Added 2 Nov 2026 · synced',
      'Last used 4 Nov 2026',
    ]);
  });

  test('says how many recovery codes are left, and urges at the last', () => {
    expect(shown({ app: APP, recoveryCodesLeft: 1 }).html).toContain('One code is left. Make new ones.');
    expect(shown({ app: APP, recoveryCodesLeft: 9 }).html).toContain('9 codes are left');
  });

  test('in the middle of a sign-in says why, and otherwise whose factors they are', () => {
    expect(shown({ isRequired: true }).html).toContain('Your organization asks for a second step');
    expect(shown({ isRequired: true }).html).not.toContain('ada@example.com');
    expect(shown().html).toContain('<p class="lead">of ada@example.com</p>');
  });

  test('leads back to the page from which somebody came, and nowhere before a sign-in is done', () => {
    const parameters = { continue: '/console/account', ui_locales: 'en' };
    expect(linksOf(factorsPage(at('https://api.example.com/prod'), { ...NONE, parameters }))).toEqual([
      '/prod/console/account',
    ]);
    expect(linksOf(shown({ isRequired: true, parameters }))).toEqual([]);
    expect(linksOf(shown({ parameters: {} }))).toEqual([]);
  });

  test('says what went wrong, and nothing where nothing did', () => {
    expect(alertOf(shown({ fault: 'The last one stays.' }))).toBe('The last one stays.');
    expect(alertOf(shown())).toBeUndefined();
  });
});

describe('setting up an app', () => {
  const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX';
  const shown = (fault?: 'wrong') =>
    appSetupPage(at(), {
      ...FORM,
      secret: SECRET,
      qrCode: html`<svg></svg>`,
      ...(fault === undefined ? {} : { fault }),
    });

  test('shows the secret as it is typed, whole, and sends it nowhere', () => {
    const typed = /<code class="secret">([^<]*)<\/code>/.exec(shown().html)?.[1];
    expect(typed?.split(' ').map((part) => part.length)).toEqual([4, 4, 4, 4, 4, 4, 4, 3]);
    expect(typed?.replaceAll(' ', '')).toBe(SECRET);
    expect(shown().html).not.toContain(SECRET);
    expect(formsOf(shown())).toMatchObject([{ action: '/factors', asks: ['code'] }]);
    expect(formsOf(shown())[0]?.hidden).toEqual({ ...CARRIED, step: 'confirm' });
  });

  test('says that the first code was wrong, and leads back with what was carried', () => {
    expect(alertOf(shown())).toBeUndefined();
    expect(alertOf(shown('wrong'))).toMatch(/^This code is wrong/);
    expect(shown('wrong').html).toContain('aria-invalid="true"');
    const { pathname, searchParams } = new URL(linksOf(shown())[0] ?? '', 'https://api.example.com');
    expect([pathname, Object.fromEntries(searchParams)]).toEqual(['/factors', FORM.parameters]);
  });
});

describe('adding a passkey', () => {
  const shown = (given: object = {}) =>
    passkeySetupPage(at(), { ...FORM, options: { challenge: 'c' }, ...given });

  test('asks for its name, and the browser once the person says so', () => {
    const [form] = formsOf(shown());
    expect(form).toMatchObject({ action: '/factors', asks: ['name'] });
    expect(form?.hidden).toEqual({ ...CARRIED, step: 'register', credential: '' });
    expect(form?.text).toContain('data-passkey="create"');
    expect(form?.text).not.toContain('data-asks');
  });

  test('says that it was not accepted, and leads back', () => {
    expect(alertOf(shown({ fault: 'wrong' }))).toMatch(/^This passkey was not accepted\./);
    expect(alertOf(shown())).toBeUndefined();
    expect(linksOf(shown({ parameters: {} }))).toEqual(['/factors']);
  });
});

test('recovery codes are shown whole and once: no form and no link has them', () => {
  const codes = ['K7QM-2XW0', 'PD4R-9ABC'];
  const shown = recoveryCodesPage(at('https://api.example.com/live'), { codes, goesTo: '/factors' });
  expect([...shown.html.matchAll(/<li><code>([^<]*)<\/code>/g)].map(([, code]) => code)).toEqual(codes);
  for (const code of codes) expect(shown.html.split(code)).toHaveLength(2);
  expect([formsOf(shown), linksOf(shown)]).toEqual([[], ['/live/factors']]);
});
