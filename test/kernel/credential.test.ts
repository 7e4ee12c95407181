import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CredentialStyle } from '../../lambdas/contract/profile.ts';
import { readCredential, wrongWrapping } from '../../lambdas/kernel/credential.ts';
import { headerValues } from '../../lambdas/kernel/headers.ts';

const ALL: readonly CredentialStyle[] = ['bearer-token', 'bearer-key', 'token-key', 'x-api-key'];
const KEY = 'lk_live_0123456789abcdef';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';

/** A header's name in any mixture of cases. */
const spelled = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(''));

describe('reading the credential', () => {
  test('never throws and always says one of four things, whatever the headers', () => {
    const name = fc.oneof(
      spelled('authorization'),
      spelled('x-api-key'),
      fc.string(),
      fc.constant('__proto__'),
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        'Bearer',
        'Bearer ',
        'Token',
        `Bearer ${KEY}`,
        `Bearer ${JWT}`,
        'Basic YTpi',
        '..',
        '\0',
      ),
    );
    const styles = fc.subarray([...ALL]);
    fc.assert(
      fc.property(fc.dictionary(name, fc.array(value)), styles, (headers, allowed) => {
        const read = readCredential(headers, allowed);
        expect(['none', 'malformed', 'token', 'key']).toContain(read.kind);
      }),
      { numRuns: 2000 },
    );
  });

  test('a profile gets no kind of credential that it does not list', () => {
    const presented = [
      { headers: { Authorization: [`Bearer ${JWT}`] }, style: 'bearer-token' },
      { headers: { Authorization: [`Bearer ${KEY}`] }, style: 'bearer-key' },
      { headers: { Authorization: [`Token ${KEY}`] }, style: 'token-key' },
      { headers: { 'X-API-Key': [KEY] }, style: 'x-api-key' },
    ] as const;
    for (const { headers, style } of presented) {
      expect(readCredential(headers, [style]).kind).toBe(style === 'bearer-token' ? 'token' : 'key');
      const others = ALL.filter((other) => other !== style);
      expect(['malformed', 'none']).toContain(readCredential(headers, others).kind);
    }
  });

  test('header names and the scheme are read in any case', () => {
    fc.assert(
      fc.property(spelled('authorization'), spelled('x-api-key'), spelled('bearer'), (auth, api, scheme) => {
        expect(readCredential({ [auth]: [`${scheme} ${KEY}`] }, ALL)).toEqual({ kind: 'key', key: KEY });
        expect(readCredential({ [api]: [KEY] }, ALL)).toEqual({ kind: 'key', key: KEY });
      }),
    );
  });

  test('a header that was sent twice is malformed: in one list, or under two spellings', () => {
    for (const name of ['Authorization', 'X-API-Key']) {
      const value = name === 'Authorization' ? `Bearer ${KEY}` : KEY;
      expect(readCredential({ [name]: [value, value] }, ALL)).toEqual({ kind: 'malformed' });
      const twice = { [name]: [value], [name.toLowerCase()]: [value] };
      expect(readCredential(twice, ALL)).toEqual({ kind: 'malformed' });
    }
  });

  test('a doubled X-API-Key is malformed even beside one good Authorization', () => {
    const headers = { authorization: [`Bearer ${KEY}`], 'x-api-key': [KEY, 'other'] };
    expect(readCredential(headers, ALL)).toEqual({ kind: 'malformed' });
  });

  test('Authorization decides before X-API-Key: a bad one beside a good key is never the key', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const alone = readCredential({ authorization: [value] }, ALL);
        expect(readCredential({ authorization: [value], 'x-api-key': [KEY] }, ALL)).toEqual(alone);
      }),
    );
    expect(readCredential({ Authorization: [''], 'X-API-Key': [KEY] }, ALL)).toEqual({ kind: 'malformed' });
    expect(readCredential({ Authorization: [`Bearer ${JWT}`], 'X-API-Key': [KEY] }, ALL)).toEqual({
      kind: 'token',
      token: JWT,
    });
  });

  test('two credentials joined by a comma, as a proxy joins doubled headers, are malformed', () => {
    expect(readCredential({ authorization: [`Bearer ${KEY}, Bearer ${KEY}`] }, ALL).kind).toBe('malformed');
  });

  test('an unsigned token is seen as a token, so that it is refused as one', () => {
    const unsigned = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.';
    expect(readCredential({ authorization: [`Bearer ${unsigned}`] }, ALL)).toEqual({
      kind: 'token',
      token: unsigned,
    });
  });

  test('a JWT in X-API-Key is a key, and never a token', () => {
    expect(readCredential({ 'x-api-key': [JWT] }, ALL)).toEqual({ kind: 'key', key: JWT });
  });

  test('no credential is told apart from a malformed one', () => {
    expect(readCredential({}, ALL)).toEqual({ kind: 'none' });
    expect(readCredential({ authorization: [], 'x-api-key': undefined }, ALL)).toEqual({ kind: 'none' });
    for (const value of ['', ' ', 'Bearer', 'Bearer ', KEY, 'Basic YTpi', 'Bearer a b', `Bearer  ${KEY}\n`]) {
      expect(readCredential({ authorization: [value] }, ALL), value).toEqual({ kind: 'malformed' });
    }
  });

  test('a megabyte of header is read in linear time', () => {
    const started = performance.now();
    for (const value of [
      `Bearer ${'a'.repeat(1e6)}!`,
      `Bearer ${'='.repeat(1e6)}`,
      `Bearer${' '.repeat(1e6)}!`,
    ]) {
      readCredential({ authorization: [value] }, ALL);
    }
    // In quadratic time it would be minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('a credential in the wrong wrapping', () => {
  const REFERENCE = ' Send it as Authorization: Bearer CREDENTIAL.';
  const UNSET = ' It reads like a variable that is not set.';
  const QUOTED = ' Remove the quotation marks.';
  const DOUBLED = ' Write the scheme once, in Authorization only.';

  test.each([
    ['no scheme', KEY, REFERENCE],
    ['a token without a scheme', JWT, REFERENCE],
    ['the scheme ApiKey', `ApiKey ${KEY}`, REFERENCE],
    ['the scheme Basic', `Basic ${btoa(`${KEY}:`)}`, REFERENCE],
    ['a colon after the scheme', `Bearer: ${KEY}`, REFERENCE],
    ['a token by the scheme of keys', `Token ${JWT}`, REFERENCE],
    ['the quotes of an .env file', `Bearer "${KEY}"`, QUOTED],
    ['quotes around all of it', `'Bearer ${KEY}'`, QUOTED],
    ['the scheme twice', `Bearer Bearer ${KEY}`, DOUBLED],
    ['two schemes', `bearer token ${KEY}`, DOUBLED],
    ['a scheme of others inside', `Bearer ApiKey ${KEY}`, DOUBLED],
    ['undefined', 'Bearer undefined', UNSET],
    ['null', 'Bearer null', UNSET],
    ['None of Python', 'Bearer None', UNSET],
    ['an object', 'Bearer [object Object]', UNSET],
    ['a variable', 'Bearer $API_KEY', UNSET],
    ['a placeholder', 'Bearer <your key>', UNSET],
    ['a placeholder in words', 'Bearer YOUR_API_KEY', UNSET],
    ['the scheme alone', 'Bearer ', UNSET],
    ['nothing', '', UNSET],
  ])('%s in Authorization has a text of its own', (_form, value, text) => {
    expect(wrongWrapping({ Authorization: [value] }, ALL)).toBe(text);
  });

  test.each([
    ['another scheme', `ApiKey ${KEY}`, DOUBLED],
    ['a scheme', `Bearer ${KEY}`, DOUBLED],
    ['a token', JWT, REFERENCE],
    ['quotes', `"${KEY}"`, QUOTED],
    ['undefined', 'undefined', UNSET],
    ['nothing', '', UNSET],
  ])('%s in X-API-Key has a text of its own', (_form, value, text) => {
    expect(wrongWrapping({ 'X-API-Key': [value] }, ALL)).toBe(text);
  });

  test('a header or a scheme that the profile does not take is told as well, and is no call without a credential', () => {
    for (const headers of [{ 'x-api-key': [KEY] }, { authorization: [`Token ${KEY}`] }]) {
      expect(readCredential(headers, ['bearer-token', 'bearer-key'])).toEqual({ kind: 'malformed' });
      expect(wrongWrapping(headers, ['bearer-token', 'bearer-key'])).toBe(REFERENCE);
    }
  });

  test('a right form gets no text', () => {
    for (const value of [`Bearer ${KEY}`, `bearer  ${KEY}`, `Bearer ${JWT}`, `Token ${KEY}`])
      expect(wrongWrapping({ authorization: [value] }, ALL), value).toBe('');
    expect(wrongWrapping({ 'x-api-key': [KEY] }, ALL)).toBe('');
  });

  test('the text is one of five, whatever is sent: it repeats nothing of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('authorization', 'x-api-key'),
        (value, name) => {
          expect(['', REFERENCE, UNSET, QUOTED, DOUBLED]).toContain(wrongWrapping({ [name]: [value] }, ALL));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('header values are gathered over all spellings of a name, in order', () => {
  expect(headerValues({ 'X-A': ['1'], 'x-a': ['2', '3'], 'X-B': ['4'] }, 'x-a')).toEqual(['1', '2', '3']);
});
