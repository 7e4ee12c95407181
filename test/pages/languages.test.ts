import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseLanguage, LANGUAGES } from '../../lambdas/pages/languages.ts';

test.each([
  [undefined, '', 'en'],
  [undefined, 'de', 'de'],
  [undefined, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
  [undefined, 'en;q=0.3, de;q=0.7', 'de'],
  [undefined, 'de;q=0, en', 'en'],
  [undefined, 'fr, ja;q=0.9', 'en'],
  [undefined, 'fr, de;q=0.1', 'de'],
  ['de', 'en', 'de'],
  ['fr de-CH en', 'en', 'de'],
  ['fr', 'de', 'de'],
  ['DE', '', 'de'],
  ['constructor', '__proto__', 'en'],
])('ui_locales %j and Accept-Language %j give %s', (uiLocales, acceptLanguage, expected) => {
  expect(chooseLanguage(uiLocales, acceptLanguage)).toBe(expected);
});

test('anything gives a language that there is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (uiLocales, acceptLanguage) => {
      expect(Object.keys(LANGUAGES)).toContain(chooseLanguage(uiLocales, acceptLanguage));
    }),
  );
});
