import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cookieSuffix, namedCookies, readCookies, setCookie } from '../../lambdas/http/cookies.ts';
import { HostCookie } from '../../lambdas/kernel/host-cookie.ts';

const read = (...values: string[]) => Object.fromEntries(readCookies({ Cookie: values }));

describe('cookies of a request', () => {
  test('are read by name, from one header or several', () => {
    expect(read('a=1; __Host-b=x.y-z; c=')).toEqual({ a: '1', '__Host-b': 'x.y-z', c: '' });
    expect(read('a=1', 'b=2')).toEqual({ a: '1', b: '2' });
    expect(readCookies({}).size).toBe(0);
  });

  test('may have an equals sign in the value, and none in the name', () => {
    expect(read('a=b=c')).toEqual({ a: 'b=c' });
  });

  test('that are no cookies are passed over, and the others read', () => {
    for (const bad of [
      'x',
      '=x',
      'x y=1',
      'x="1"',
      'x=1,2',
      'x=a b',
      'x=\u00e9',
      'x=\\',
      '',
      ' ',
      'x\u0000=1',
    ]) {
      expect(read(`a=1;${bad}; b=2`), bad).toEqual({ a: '1', b: '2' });
    }
  });

  test('that come twice are not believed either time', () => {
    expect(read('a=1; b=2; a=3')).toEqual({ b: '2' });
    expect(read('a=1', 'a=1')).toEqual({});
  });

  test('whose names objects have are names as any other', () => {
    expect(namedCookies({ cookie: ['__proto__=1; constructor=2'] }, ['constructor', 'toString'])).toEqual({
      constructor: '2',
    });
  });

  test('of any text are read or passed over, and never an error', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        for (const [name, value] of readCookies({ cookie: values })) {
          expect(`${name}=${value}`).toMatch(/^[\x21-\x7e]+$/);
        }
      }),
    );
  });
});

describe('a cookie of ours', () => {
  test('is read back as it was set', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9._~=/+-]{0,200}$/);
    fc.assert(
      fc.property(value, (text) => {
        const [pair = ''] = setCookie(new HostCookie('__Host-x', text)).split('; ');
        expect(read(pair)).toEqual({ '__Host-x': text });
      }),
    );
  });

  test('is always HttpOnly, Secure and of the whole host', () => {
    expect(setCookie(new HostCookie('__Host-x', 'v', { sameSite: 'None' }))).toBe(
      '__Host-x=v; Path=/; Secure; HttpOnly; SameSite=None',
    );
  });

  test('cannot end its header, its value or its name', () => {
    for (const value of ['a;b', 'a\r\nb', 'a b', 'a,b', '"a"', 'a\\b', '\u00e9']) {
      expect(() => new HostCookie('__Host-x', value), value).toThrow(TypeError);
    }
    for (const name of ['__Host-', '__Host-a=b', '__Host-a;b', '__Host-a b'] as const) {
      expect(() => new HostCookie(name, ''), name).toThrow(TypeError);
    }
    expect(() => new HostCookie('__Host-x', 'a'.repeat(4096))).toThrow(RangeError);
    expect(() => new HostCookie('__Host-x', '', { maxAgeSeconds: 1.5 })).toThrow(RangeError);
  });

  test('is not told in the error that refuses it', () => {
    expect(() => new HostCookie('__Host-x', 'secret value')).toThrow(/^(?!.*secret)/);
  });
});

describe('the names of cookies', () => {
  test.each([
    ['https://api.example.com', ''],
    ['https://api.example.com/', ''],
    ['https://abc.execute-api.eu-west-1.amazonaws.com/live', '-live'],
    ['http://localhost:8787', '-8787'],
    ['http://localhost:8787/live', '-8787-live'],
  ])('of %s end with %j, so that deployments of a host keep out of each other’s way', (url, suffix) => {
    expect(cookieSuffix(url)).toBe(suffix);
    const written = setCookie(new HostCookie('__Host-x', 'v'), suffix);
    expect(written).toMatch(new RegExp(`^__Host-x${suffix}=v; Path=/; Secure; HttpOnly`));
    const cookie = [`__Host-x=other; __Host-x-other=another; ${written.split('; ')[0]}`];
    expect(namedCookies({ cookie }, ['__Host-x'], suffix)).toEqual(suffix === '' ? {} : { '__Host-x': 'v' });
  });
});
