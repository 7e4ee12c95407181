import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuthorizerSettings } from '../../../lambdas/contract/authorizer-settings.ts';
import { functionCode } from '../../../lib/function-code.ts';
import { protectedSettings } from '../../../lib/function-settings.ts';
import { loadSettings } from '../../../lib/settings.ts';

/** The code of a protected API's authorizer, as it is deployed. */
const ACCESS = { '/items/{id}': { GET: { scope: 'read' } } };
const DIRECT = { resources: ['/items/{id}'], zeroPlanThrottles: false, knowsOwnKeys: true, signs: false };
const REST: AuthorizerSettings = { access: ACCESS, direct: DIRECT, payload2: null };
const HTTP: AuthorizerSettings = { ...REST, payload2: { answeredBehind: [] } };

const outDir = mkdtempSync(join(tmpdir(), 'latchkey-protected-'));
beforeAll(() => {
  vi.stubEnv('TABLE_NAME', 'none');
  vi.stubEnv('ACCEPTED_ISSUERS', 'https://front.example.com');
  vi.stubEnv('USAGE_KEYS', '{}');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(outDir, { recursive: true, force: true });
});

async function codeOf(given: AuthorizerSettings, fields: object = {}): Promise<string> {
  const settings = await loadSettings({ config: JSON.stringify(fields) });
  return functionCode(settings.profile, 'authorizer', protectedSettings(settings, given), outDir);
}

const handlerIn = async (folder: string): Promise<(event: object) => Promise<unknown>> =>
  (await import(pathToFileURL(join(folder, 'index.mjs')).href)).handler;

describe('has the modules that the API needs, and knows its methods alone', () => {
  test.each([
    ['REST', REST, ['direct.mjs', 'index.mjs', 'settings.mjs']],
    ['HTTP', HTTP, ['direct.mjs', 'index.mjs', 'payload2.mjs', 'settings.mjs']],
  ])('%s', async (_, given, files) => {
    const observing = {
      upstream: { url: 'https://up.example', scopes: [{ path: '/v1/*', scope: 'admin' }] },
      challenges: 'context',
    };
    const folder = await codeOf(given, observing);
    expect(readdirSync(folder).sort()).toEqual(files);
    const told = await import(pathToFileURL(join(folder, 'settings.mjs')).href);
    expect(told).toMatchObject({ access: ACCESS, direct: DIRECT, challenges: null, observed: false });
    expect(told.decision.deployment).toMatchObject({ pathScopes: [], anonymous: false });
  });
});

test('a REST API is told Deny, without the right to read the secret that signs', async () => {
  const handler = await handlerIn(await codeOf(REST));
  const answer = await handler({
    methodArn: 'arn:aws:execute-api:x:1:api/prod/GET/items/1',
    httpMethod: 'GET',
    resource: '/items/{id}',
    path: '/items/1',
    multiValueHeaders: {},
    requestContext: { requestId: 'r', extendedRequestId: 'e', identity: { sourceIp: '192.0.2.1' } },
  });
  expect(answer).toMatchObject({
    policyDocument: { Statement: [{ Effect: 'Deny' }] },
    context: { outcome: 'refused', reason: 'missing_credential' },
  });
});

test('an HTTP API is told by payload 2.0', async () => {
  const handler = await handlerIn(await codeOf(HTTP));
  const answer = await handler({
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:x:1:api/$default/GET/items/1',
    routeKey: 'GET /items/{id}',
    rawPath: '/items/1',
    rawQueryString: '',
    headers: {},
    requestContext: {
      requestId: 'r',
      stage: '$default',
      http: { method: 'GET', path: '/items/1', sourceIp: '192.0.2.1' },
    },
  });
  expect(answer).toMatchObject({ isAuthorized: false, context: { reason: 'missing_credential' } });
});
