import { beforeAll, describe, expect, test } from 'vitest';
import { type LambdaEvent, type LambdaResult, verified } from '../../lambdas/verify/lambda.ts';
import { ADDRESS } from '../support/tenants.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ rules: { '/health': { public: true }, '/admin/*': 'admin' } });
});

const answered = async (event: LambdaEvent) => {
  const handler = verified(service.verifier, async () => ({ statusCode: 200, body: '{}' }));
  return (await handler(event, {} as never)) as LambdaResult;
};

describe('the path that is decided on', () => {
  const headers = () => ({ authorization: `Bearer ${service.credentials.reader}` });
  const http = { method: 'GET', sourceIp: ADDRESS };

  test('of the default stage is the whole one, also where a client writes the name of the stage', async () => {
    const domainName = 'a.lambda-url.eu-central-1.on.aws';
    const event = (rawPath: string) => ({ rawPath, requestContext: { http, stage: '$default', domainName } });
    expect((await answered(event('/health'))).statusCode).toBe(200);
    expect((await answered(event('/$default/health'))).statusCode).toBe(401);
  });

  test('of an HTTP API is without the stage in payload 1.0 too, whose rules would not hold else', async () => {
    const event = (path: string) => ({
      version: '1.0',
      httpMethod: 'GET',
      path,
      headers: headers(),
      requestContext: { identity: { sourceIp: ADDRESS }, stage: 'live' },
    });
    expect((await answered(event('/live/admin/users'))).statusCode).toBe(403);
    expect((await answered(event('/live/items'))).statusCode).toBe(200);
  });

  test('of a REST API stays as it is: its events have no stage in it', async () => {
    const event = (path: string) => ({
      httpMethod: 'GET',
      path,
      headers: headers(),
      requestContext: { identity: { sourceIp: ADDRESS }, stage: 'live' },
    });
    expect((await answered(event('/live/health'))).statusCode).toBe(200);
    expect((await answered({ ...event('/live/health'), headers: {} })).statusCode).toBe(401);
  });
});

test('a preflight is no way to a handler, which need not look at the method, but where its route is public', async () => {
  const event = (path: string) => ({
    rawPath: path,
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    requestContext: { http: { method: 'OPTIONS', sourceIp: ADDRESS }, stage: '$default' },
  });
  expect(await answered(event('/items'))).toMatchObject({
    statusCode: 405,
    headers: { Allow: expect.stringContaining('GET') },
  });
  expect((await answered(event('/health'))).statusCode).toBe(200);
});
