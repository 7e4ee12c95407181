import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBody } from '../../lambdas/http/body.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { request } from './requests.ts';

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
/** As many fields, whose names tell them apart. */
const numbers = (count: number) =>
  Array.from({ length: count }, (_, index): [string, string] => [`f${index}`, String(index)]);
const refusal = (code: string) => expect.objectContaining({ name: 'Problem', code });

describe('reading a body', () => {
  test.each([
    JSON_TYPE,
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/merge-patch+json',
    '',
  ])('JSON is read as %s', (type) => {
    expect(readBody(request({ type, text: ' {"a":1}\n' }), false)).toEqual({ a: 1 });
  });

  test('without a content type a body is JSON', () => {
    expect(readBody(request({ text: '{"a":1}' }), false)).toEqual({ a: 1 });
  });

  test('JSON that is said to be a form, as `curl -d` sends it, is read as JSON', () => {
    for (const takesForm of [true, false]) {
      expect(readBody(request({ type: FORM, text: ' {"email":"a@b.c"}' }), takesForm)).toEqual({
        email: 'a@b.c',
      });
    }
  });

  test('a form is read where the route takes one, with its escapes', () => {
    const text = 'email=ada%40example.com&password=a+b%26c%C3%BC';
    expect(readBody(request({ type: `${FORM}; charset=UTF-8`, text }), true)).toEqual({
      email: 'ada@example.com',
      password: 'a b&cü',
    });
  });

  test('a field of a form without a value is as good as none, and still comes only once', () => {
    expect(readBody(request({ type: FORM, text: 'scope=&password=p&client_id&=' }), true)).toEqual({
      password: 'p',
    });
    const twice = () => readBody(request({ type: FORM, text: 'scope=&password=p&scope=read' }), true);
    expect(twice).toThrow('scope comes twice');
  });

  test('a form where the route takes none is malformed', () => {
    expect(() => readBody(request({ type: FORM, text: 'a=1' }), false)).toThrow(refusal('malformed_request'));
  });

  test('a field that a form has twice is named and refused', () => {
    const twice = () => readBody(request({ type: FORM, text: 'email=a&password=p&email=b' }), true);
    expect(twice).toThrow(refusal('malformed_request'));
    expect(twice).toThrow('email');
  });

  test.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/json',
  ])('the type %s is a 415', (type) => {
    expect(() => readBody(request({ type, text: '{}' }), true)).toThrow(refusal('unsupported_media_type'));
  });

  test.each([
    ['that says so', gzipSync('{"a":1}'), { 'content-encoding': ['gzip'] }],
    ['that says nothing', gzipSync('{"a":1}'), {}],
    ['of another coding', Buffer.from('{"a":1}'), { 'Content-Encoding': ['BR'] }],
  ])('a packed body %s is a 415 that says what is taken', (_which, body, headers) => {
    expect(() => readBody(request({ body, headers }), true)).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', acceptEncoding: 'identity' }),
    );
  });

  test('an identity coding is none', () => {
    const headers = { 'content-encoding': ['identity'] };
    expect(readBody(request({ headers, text: '{"a":1}' }), false)).toEqual({ a: 1 });
  });

  test('bytes that are not UTF-8 are refused, in JSON and in a form', () => {
    for (const type of [JSON_TYPE, FORM]) {
      const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]);
      expect(() => readBody(request({ type, body }), true)).toThrow(refusal('malformed_request'));
    }
  });

  test('an unpaired surrogate that JSON escapes is refused: nothing could store it', () => {
    for (const text of ['{"a":"\\ud800"}', '{"a":["x",{"b":"\\udc00\\ud800"}]}']) {
      expect(() => readBody(request({ type: JSON_TYPE, text }), false)).toThrow(refusal('malformed_request'));
    }
    expect(readBody(request({ type: JSON_TYPE, text: '{"a":"\\ud83d\\ude00"}' }), false)).toEqual({
      a: '😀',
    });
  });

  test('64 KB are read and one byte more is a 413, before anything is parsed', () => {
    const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(readBody(request({ type: JSON_TYPE, text: padded(65_536) }), false)).toHaveProperty('a');
    expect(() => readBody(request({ type: JSON_TYPE, text: padded(65_537) }), false)).toThrow(
      refusal('payload_too_large'),
    );
    expect(() => readBody(request({ type: 'text/plain', text: 'x'.repeat(70_000) }), false)).toThrow(
      refusal('payload_too_large'),
    );
  });

  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"scopes":["read"],"scopes":["admin"]}', 'scopes'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"m":{"x":1,"y":{"x":1},"x":2}}', 'x'],
    ['{"l":[{"k":[]},{"k":[],"k":{}}]}', 'k'],
    ['{"":1,"":2}', ''],
    ['{"constructor":1,"constructor":2}', 'constructor'],
    [`{${'"a":1,'.repeat(5_000)}"b":2}`, 'a'],
  ])('a member that JSON has twice is named and refused, wherever it stands: %.60s', (text, name) => {
    expect(() => readBody(request({ type: JSON_TYPE, text }), true)).toThrow(
      expect.objectContaining({ code: 'malformed_request', message: `The member ${name} comes twice.` }),
    );
  });

  test('what only looks like a member that comes twice is read', () => {
    const text =
      '{"a":"\\"a\\":1,","b":["a","a",{"a":"a"},{"a":[]}],"c":{"a":1,"b":"{\\"a\\":1"},"d":"\\\\"}';
    expect(readBody(request({ type: JSON_TYPE, text }), true)).toEqual(JSON.parse(text));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), (value) => {
        let read: unknown;
        try {
          read = readBody(request({ type: JSON_TYPE, text: JSON.stringify(value) }), true);
        } catch (error) {
          expect((error as Problem).message).not.toContain('comes twice');
          return;
        }
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    ['members of JSON', JSON_TYPE, (count: number) => JSON.stringify(Object.fromEntries(numbers(count - 1)))],
    [
      'members within JSON',
      JSON_TYPE,
      (count: number) => JSON.stringify({ a: numbers(count - 2).map(([, value]) => value) }),
    ],
    ['fields of a form', FORM, (count: number) => new URLSearchParams(numbers(count)).toString()],
  ])('at most 250 %s are read', (_, type, text) => {
    expect(() => readBody(request({ type, text: text(250) }), true)).not.toThrow();
    expect(() => readBody(request({ type, text: text(251) }), true)).toThrow(refusal('malformed_request'));
  });

  test('no body, and blanks alone, are no fields', () => {
    for (const text of ['', ' \r\n\t'])
      expect(readBody(request({ type: JSON_TYPE, text }), false)).toEqual({});
  });

  test('nesting as deep as the limit allows is an answer and no crash', () => {
    for (const text of [
      '['.repeat(32_000) + ']'.repeat(32_000),
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      '['.repeat(65_000),
    ]) {
      try {
        readBody(request({ type: JSON_TYPE, text }), false);
      } catch (error) {
        expect(error).toEqual(refusal('malformed_request'));
      }
    }
  });

  test('__proto__ changes no prototype: in JSON it is refused wherever it stands, in a form it is a field', () => {
    for (const text of ['{"__proto__":{"admin":true}}', '{"metadata":{"__proto__":"x"}}']) {
      expect(() => readBody(request({ type: JSON_TYPE, text }), true)).toThrow('__proto__');
    }
    const body = readBody(request({ type: FORM, text: '__proto__=x' }), true) as Record<string, unknown>;
    expect(Object.hasOwn(body, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });

  test('no bytes and no type make it throw anything but an error of the catalogue', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(JSON_TYPE, FORM, '', 'x'),
        fc.boolean(),
        (bytes, type, takesForm) => {
          try {
            readBody(request({ type, body: Buffer.from(bytes) }), takesForm);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            expect((error as Problem).status).toBeLessThan(500);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
