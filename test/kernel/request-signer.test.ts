import aws4 from 'aws4';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Credentials, RequestSigner } from '../../lambdas/kernel/request-signer.ts';

const HOST = 'dynamodb.eu-central-1.amazonaws.com';
const REGION = 'eu-central-1';
const FIRST = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The headers that aws4 makes of the same request at the same time. */
function expected(target: string, body: string, credentials: Credentials) {
  const { headers } = aws4.sign(
    {
      method: 'POST',
      host: HOST,
      path: '/',
      service: 'dynamodb',
      region: REGION,
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': target,
        'Content-Length': Buffer.byteLength(body),
      },
      body,
    },
    credentials,
  );
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}

test('one signer signs as aws4 does, whatever changes from one request to the next', () => {
  const signer = new RequestSigner({ host: HOST, path: '/', region: REGION });
  const requests: readonly (readonly [
    time: string,
    target: string,
    body: string,
    credentials: Credentials,
  ])[] = [
    ['2026-02-28T23:59:58.999Z', 'DynamoDB_20120810.UpdateItem', '{}', FIRST],
    ['2026-02-28T23:59:59.000Z', 'DynamoDB_20120810.UpdateItem', '{}', FIRST],
    ['2026-02-28T23:59:59.500Z', 'DynamoDB_20120810.BatchGetItem', '{"a":"ü€😀"}', FIRST],
    ['2026-03-01T00:00:00.000Z', 'DynamoDB_20120810.BatchGetItem', 'x'.repeat(5_000), FIRST],
    [
      '2026-03-01T00:00:00.100Z',
      'DynamoDB_20120810.UpdateItem',
      '{}',
      { ...FIRST, secretAccessKey: 'other' },
    ],
    ['2026-03-01T00:00:00.200Z', 'DynamoDB_20120810.UpdateItem', '{}', { ...FIRST, sessionToken: 'other' }],
    [
      '2026-03-01T00:00:00.300Z',
      'DynamoDB_20120810.UpdateItem',
      '{}',
      { accessKeyId: 'B', secretAccessKey: 's' },
    ],
    ['2026-02-28T23:59:59.000Z', 'DynamoDB_20120810.UpdateItem', '{}', FIRST],
  ];
  for (const [time, target, body, credentials] of requests) {
    vi.setSystemTime(time);
    const headers = signer.headers(target, body, credentials);
    const named = Object.fromEntries(
      headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : [])),
    );
    expect(named, time).toEqual(expected(target, body, credentials));
  }
});

test('credentials that were changed in place are not taken for those before', () => {
  const signer = new RequestSigner({ host: HOST, path: '/', region: REGION });
  const credentials = { ...FIRST };
  signer.headers('T', '{}', credentials);
  credentials.secretAccessKey = 'rotated';
  expect(signer.headers('T', '{}', credentials)).toContain(expected('T', '{}', credentials).Authorization);
});
