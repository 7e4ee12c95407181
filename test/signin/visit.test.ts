import { describe, expect, test } from 'vitest';
import { Html } from '../../lambdas/kernel/results.ts';
import { csrfToken } from '../../lambdas/signin/csrf.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import { newSecret } from '../../lambdas/signin/sign-ins.ts';
import { requireForm, shownProviders, visitOf } from '../../lambdas/signin/visit.ts';
import { PLAIN } from '../pages/rendered-pages.ts';
import { SIGN_IN } from '../providers/provider.ts';
import { PROVIDER } from '../support/identity-provider.ts';

const PAGES = { branding: PLAIN, url: 'https://api.example.com/live' };
const visit = (given: Parameters<typeof visitOf>[0], acceptLanguage = '') =>
  visitOf(given, { acceptLanguage }, PAGES);

describe('where a sign-in leads', () => {
  test('is carried along to the letter, with the language', () => {
    const path = '/authorize?client_id=https%3A%2F%2Fx.example&state=a?b&state=c';
    expect(visit({ continue: path, ui_locales: 'de' })).toMatchObject({
      parameters: { continue: path, ui_locales: 'de' },
      goesTo: path,
      context: { base: '/live', language: 'de' },
    });
  });

  test('is nothing where nothing was said: forms carry no empty fields', () => {
    expect(visit({ continue: undefined, ui_locales: undefined })).toEqual({
      context: { branding: PLAIN, base: '/live', language: 'en' },
      parameters: {},
    });
  });

  test.each([
    '//evil.example',
    'https://evil.example/authorize',
    '/\\evil.example',
    '/authorize/../v1/keys',
    '/authorize#x',
    '/sign-out',
    '/v1/keys',
    'javascript:alert(1)',
    '/authorize?x="><script>',
    '/authorize?x=a\r\nSet-Cookie: a=b',
    '',
  ])('is never %j, and the field is named', (path) => {
    expect(() => visit({ continue: path })).toThrow(
      expect.objectContaining({
        code: 'invalid_field',
        fields: [
          { field: 'continue', message: expect.stringMatching(/^must be the path of one of our pages/) },
        ],
      }),
    );
  });
});

describe('the language of the pages', () => {
  const CLIENT = '/authorize?client_id=x&ui_locales=de';

  test('is what is asked for, then what the client’s request asks for, then the browser’s', () => {
    const languageOf = (given: Parameters<typeof visitOf>[0], acceptLanguage: string) =>
      visit(given, acceptLanguage).context.language;
    expect(languageOf({ continue: CLIENT, ui_locales: 'en' }, 'de')).toBe('en');
    expect(languageOf({ continue: CLIENT }, 'en')).toBe('de');
    expect(languageOf({ continue: '/device' }, 'de')).toBe('de');
    expect(languageOf({ continue: '/device?x=1?ui_locales=de' }, 'en')).toBe('en');
    expect(languageOf({}, '')).toBe('en');
  });

  test('of the client’s request is not written a second time', () => {
    expect(visit({ continue: CLIENT }).parameters).toEqual({ continue: CLIENT });
  });
});

describe('a form', () => {
  const secret = newSecret();
  const cookies = { [SIGN_IN_COOKIE]: secret };
  const shown: string[] = [];
  const anew = (csrf: string) => {
    shown.push(csrf);
    return new Html(`<form>${csrf}</form>`);
  };
  const refusalOf = (sent: typeof cookies | object, csrf: string | undefined) => {
    try {
      return requireForm(sent, csrf, anew);
    } catch (error) {
      return error;
    }
  };

  test('of this browser gives its secret, and nothing is shown anew', () => {
    expect(requireForm(cookies, csrfToken(secret), anew)).toBe(secret);
    expect(shown).toEqual([]);
  });

  test.each([
    ['no token', undefined],
    ['an empty token', ''],
    ['the token of another browser', csrfToken(newSecret())],
    ['the secret itself', secret],
    ['a longer token', `${csrfToken(secret)}A`],
  ])('with %s is shown anew, with the token that would have been right', (_what, csrf) => {
    expect(refusalOf(cookies, csrf)).toMatchObject({
      code: 'stale_form',
      page: { html: `<form>${csrfToken(secret)}</form>` },
    });
  });

  test.each([
    ['no cookie', {}],
    ['a cookie that is none of ours', { [SIGN_IN_COOKIE]: 'x' }],
  ])('from a browser that sent %s is refused with no page: another site may have sent it', (_what, sent) => {
    const refusal = refusalOf(sent, csrfToken('x'));
    expect(refusal).toMatchObject({ code: 'stale_form', page: undefined });
  });
});

test('the sign-in page offers the providers that people sign in with, and none for programs alone', () => {
  const signIn = { ...SIGN_IN, id: 'entra', label: 'Entra' };
  const identityProviders = [PROVIDER, { ...PROVIDER, signIn: SIGN_IN }, { ...PROVIDER, signIn }];
  expect(shownProviders({ identityProviders }).map(({ id }) => id)).toEqual(['okta', 'entra']);
  expect(shownProviders({ identityProviders: [PROVIDER] })).toEqual([]);
});
