import { expect, test } from 'vitest';
import { publicAddress } from '../../lambdas/http/public-address.ts';
import { PLAIN } from '../pages/rendered-pages.ts';
import { request } from './requests.ts';

const at = (url: string, host: string | undefined, method = 'GET') =>
  publicAddress(
    request({
      method,
      path: '/sign-in',
      query: { continue: ['/device?user_code=A&b'], x: ['1', '2'] },
      headers: host === undefined ? {} : { Host: [host] },
    }),
    { branding: PLAIN, url },
  );

const SEARCH = '?continue=%2Fdevice%3Fuser_code%3DA%26b&x=1&x=2';

test.each([
  ['http://localhost:8787', '127.0.0.1:8787'],
  ['http://localhost:8787', '[::1]:8787'],
  ['http://localhost:8787', 'localhost:8788'],
  ['https://api.example.com', 'abc.execute-api.eu-west-1.amazonaws.com'],
  ['https://api.example.com', 'api.example.com.evil.example'],
  ['https://api.example.com', 'api.example.com@evil.example'],
  ['https://api.example.com', 'not a host'],
])('a page of %s that is asked for at %s is at the first', (url, host) => {
  expect(at(url, host)).toBe(`${url}/sign-in${SEARCH}`);
});

test.each([
  ['http://localhost:8787', 'localhost:8787'],
  ['https://api.example.com', 'api.example.com'],
  ['https://api.example.com', 'API.example.com:443'],
  ['https://abc.execute-api.eu-west-1.amazonaws.com/live', 'abc.execute-api.eu-west-1.amazonaws.com'],
  ['https://api.example.com', undefined],
])('a page of %s that is asked for at %s is there', (url, host) => {
  expect(at(url, host)).toBeUndefined();
});

test('below a stage the way there has the stage in it', () => {
  expect(at('https://abc.example/live', 'other.example')).toBe(`https://abc.example/live/sign-in${SEARCH}`);
});

test('a form is led nowhere: it is refused for want of its cookie', () => {
  expect(at('http://localhost:8787', '127.0.0.1:8787', 'POST')).toBeUndefined();
});
