import { expect, test } from 'vitest';
import { readBasic } from '../../lambdas/kernel/basic-credentials.ts';

const basic = (text: string) => ({ authorization: [`Basic ${Buffer.from(text).toString('base64')}`] });

test.each([
  ['a name and a secret', 'client_1:s3cret', { id: 'client_1', secret: 's3cret' }],
  ['a secret with colons', 'a:b:c', { id: 'a', secret: 'b:c' }],
  [
    'an id that is a URL, encoded as forms are',
    'https%3A%2F%2Fa.example%2Fc:x+y',
    { id: 'https://a.example/c', secret: 'x y' },
  ],
  ['an empty secret', 'a:', { id: 'a', secret: '' }],
  ['no colon', 'a', null],
  ['a broken escape', 'a%:b', null],
] as const)('%s is read', (_what, text, expected) => {
  expect(readBasic(basic(text))).toEqual(expected);
});

test('another scheme is no client, a broken or doubled one is told apart from none', () => {
  expect(readBasic({})).toBeUndefined();
  expect(readBasic({ authorization: ['Bearer abc'] })).toBeUndefined();
  expect(readBasic({ Authorization: ['Basic ***'] })).toBeNull();
  expect(readBasic({ authorization: ['Basic'] })).toBeNull();
  const [once = ''] = basic('a:b').authorization;
  expect(readBasic({ authorization: [once, once] })).toBeNull();
});
