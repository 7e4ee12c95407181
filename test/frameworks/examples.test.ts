/** The examples of docs/verify.md as they stand there: they compile with the frameworks' own types, and decide on an engine. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { VERIFY_VARIABLE } from '../../lambdas/contract/verify-settings.ts';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { DynamoKeyStore } from '../../lambdas/keys/key-store.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { packedSettings, verifySettingsOf } from '../../lib/verify-settings.ts';
import { profile } from '../../profiles/default.ts';
import { toolProgram } from '../../toolchain/install.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { ENGINE_REGION, type Engine, engineClient, startEngine } from '../support/dynamodb-engine.ts';
import { storeTenant, TENANT, WORKSPACE } from '../support/tenants.ts';
import { PROJECT } from './installation.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/verify.md'), 'utf8');
const EXAMPLES = new Map(
  [...PAGE.matchAll(/<!-- example: (\w+) -->\n```ts\n([\s\S]+?)```/g)].map(([, name = '', source = '']) => [
    name,
    source,
  ]),
);
const FOLDER = join(PROJECT, 'examples');
const file = (name: string) => join(FOLDER, `${name}.ts`);

const LIMIT = 3;
const deployment = {
  ...DEPLOYMENT,
  tiers: { free: { keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT, keys: 1000 } },
};

let engine: Engine;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let variables: Readonly<Record<string, string>>;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, source] of EXAMPLES) writeFileSync(file(name), source);
  engine = await startEngine();
  const { endpoint } = engine;
  const table = new Table(await engine.createTable(), engineClient(endpoint));
  tenant = await storeTenant({ accounts: new DynamoAccountStore(table), keys: new DynamoKeyStore(table) });
  const settings = verifySettingsOf(profile, deployment, {
    table: table.name,
    region: ENGINE_REGION,
    issuers: ['https://api.example.com'],
    keysetSecretArn: null,
    resourceMetadataUrl: null,
    metricsNamespace: 'Latchkey/Test',
  });
  variables = {
    [VERIFY_VARIABLE]: JSON.stringify(packedSettings(settings)),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  };
});
afterAll(() => engine.stop());

let running: ChildProcess | undefined;
afterEach(() => {
  running?.kill();
  running = undefined;
});

/** Starts an example. Gives its URL once it listens. */
async function start(name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const place = createServer().listen(0, '127.0.0.1');
  await once(place, 'listening');
  const { port } = place.address() as AddressInfo;
  await new Promise((resolve) => place.close(resolve));
  running = spawn(process.execPath, [file(name)], {
    env: { ...variables, ...more, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://localhost:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return url;
    await delay(50);
  }
  throw new Error(`The example ${name} does not listen.`);
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

test('all of them compile, with the types of the frameworks', () => {
  const options = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      composite: false,
      emitDeclarationOnly: false,
      noEmit: true,
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    files: [...EXAMPLES.keys()].map(file),
    references: [],
  };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(options));
  try {
    execFileSync(process.execPath, [toolProgram('tsc'), '-p', FOLDER], { encoding: 'utf8' });
  } catch (error) {
    expect((error as { readonly stdout: string }).stdout).toBe('');
  }
});

describe.each(['express', 'hono', 'fastify', 'node'])('the example of %s', (name) => {
  test('lets proven callers in, and tells its handler who they are', async () => {
    const url = await start(name);
    const { apiKey, key } = await tenant.createKey({ scopes: ['read'] });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/items`)).status).toBe(401);
    expect((await fetch(`${url}/items`, { method: 'POST', headers: bearer(key) })).status).toBe(403);
    const found = await fetch(`${url}/search`, { method: 'POST', headers: bearer(key) });
    expect(found.headers.get('x-ratelimit-limit')).toBe(String(LIMIT));
    expect(await found.json()).toEqual({ tenant: tenant.tenantId, principal: `key:${apiKey.id}` });
    const codes = await Promise.all(
      Array.from({ length: 2 * LIMIT }, () => fetch(`${url}/items`, { headers: bearer(key) })),
    );
    const limited = codes.find(({ status }) => status === 429);
    expect(limited?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await limited?.json()).toMatchObject({ code: 'rate_limited' });
  });
});

/** The handler of an example, in this process. */
async function handlerOf(name: string) {
  Object.assign(process.env, variables);
  const { handler } = await import(pathToFileURL(file(name)).href);
  return handler as (event: object, context: object) => Promise<{ statusCode: number; body: string }>;
}

test('the example of Lambda does so too', async () => {
  const handler = await handlerOf('lambda');
  const { key } = await tenant.createKey({ scopes: ['read'] });
  const event = (headers: object, method = 'GET') => ({
    rawPath: '/items',
    headers,
    requestContext: { http: { method, sourceIp: '192.0.2.7' }, stage: '$default' },
  });
  expect(await handler(event({}), {})).toMatchObject({ statusCode: 401 });
  expect(await handler(event(bearer(key), 'POST'), {})).toMatchObject({ statusCode: 403 });
  const { statusCode, body } = await handler(event(bearer(key)), {});
  expect({ statusCode, ...JSON.parse(body) }).toMatchObject({ statusCode: 200, tenant: tenant.tenantId });
});

test('the example behind an authorizer takes its decision', async () => {
  const handler = await handlerOf('context');
  const lambda = {
    outcome: 'allowed',
    callId: 'r',
    callerKind: 'key',
    keyId: 'k',
    tenantId: 't',
    workspaceId: 'w',
    environment: 'live',
    scopes: 'read',
  };
  const event = (authorizer?: object) => ({
    rawPath: '/items',
    headers: {},
    requestContext: { http: { method: 'GET', sourceIp: '192.0.2.7' }, authorizer },
  });
  expect(JSON.parse((await handler(event({ lambda }), {})).body)).toEqual({
    tenant: 't',
    principal: 'key:k',
  });
  expect(await handler(event(), {})).toMatchObject({ statusCode: 500 });
});

test('the example of an upstream takes what the front door signs', async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 60 }, systemClock());
  const jwks = createServer((_, response) =>
    response.end(JSON.stringify({ keys: publicKeys(keyset).map(({ jwk, kid }) => ({ ...jwk, kid })) })),
  ).listen(0, '127.0.0.1');
  await once(jwks, 'listening');
  const issuer = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}`;
  const url = await start('assertion', { LATCHKEY_ISSUER: issuer });
  const assertion = await new Signer(async () => keyset, issuer, systemClock).assertion({
    sub: 'key:k',
    tenant: TENANT,
    workspace: WORKSPACE,
    scopes: 'read',
    environment: 'live',
    client_address: '192.0.2.7',
    method: 'GET',
    path: '/v1/stats',
    request_id: 'r',
  });
  const headers = { 'x-latchkey-assertion': assertion };
  const found = await fetch(`${url}/v1/stats?days=7`, { headers });
  expect(await found.json()).toEqual({ tenant: TENANT, scopes: ['read'] });
  expect((await fetch(`${url}/v1/other`, { headers })).status).toBe(401);
  expect((await fetch(`${url}/v1/stats`)).status).toBe(401);
  jwks.closeAllConnections();
  jwks.close();
});
