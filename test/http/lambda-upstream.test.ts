import { describe, expect, test } from 'vitest';
import { eventFor, readResult } from '../../lambdas/http/lambda-upstream.ts';
import { request } from './requests.ts';

const caller = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: 'tenant',
  workspaceId: 'workspace',
  scopes: ['read', 'write'],
  environment: 'live',
} as const;

describe('the event of a function behind the door', () => {
  const event = eventFor(
    {
      caller,
      upstream: undefined,
      publicUrl: { protocol: 'https', host: 'api.example.com', prefix: '/live' },
      request: {
        method: 'GET',
        path: '/v1/fn/x',
        headers: [
          ['accept', 'text/plain'],
          ['x-many', '1'],
          ['x-many', '2'],
        ],
        body: Buffer.alloc(0),
      },
    },
    request({ method: 'GET', resource: '/v1/fn/{proxy+}', path: '/v1/fn/x', params: { proxy: 'x' } }),
  );

  test('has the headers that are sent, the identity, and null where there is nothing', () => {
    expect(event).toMatchObject({
      httpMethod: 'GET',
      path: '/v1/fn/x',
      headers: { accept: 'text/plain', 'x-many': '2' },
      multiValueHeaders: { 'x-many': ['1', '2'] },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: 'x' },
      body: null,
      isBase64Encoded: false,
      requestContext: {
        path: '/live/v1/fn/x',
        stage: 'live',
        domainName: 'api.example.com',
        identity: { sourceIp: '192.0.2.7' },
        authorizer: { principalId: 'key:key_1', tenantId: 'tenant', scopes: 'read write' },
      },
    });
  });
});

describe('its result', () => {
  test('gives several values before single ones of the same name', () => {
    const { headers } = readResult(
      JSON.stringify({ statusCode: 200, headers: { a: '1', B: '2' }, multiValueHeaders: { b: ['3', '4'] } }),
    );
    expect(headers).toEqual([
      ['b', '3'],
      ['b', '4'],
      ['a', '1'],
    ]);
  });

  test('may be nothing but a status, and its body text or bytes', () => {
    expect(readResult('{"statusCode":204}')).toEqual({ status: 204, headers: [], body: Buffer.alloc(0) });
    expect(readResult('{"body":"é"}').body.toString()).toBe('é');
    expect(readResult('{"body":"AAE=","isBase64Encoded":true}').body).toEqual(Buffer.from([0, 1]));
  });

  test.each([
    'null',
    '[]',
    '5',
    '"x"',
    '{"statusCode":99}',
    '{"statusCode":600}',
    '{"statusCode":"x"}',
    'no JSON',
  ])('of %s is none, and in no error', (payload) =>
    expect(() => readResult(payload)).toThrow(/^the function returned no response$/),
  );
});
