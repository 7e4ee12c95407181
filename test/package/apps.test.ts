/** Apps of others with the package in them: synthesized by the CDK's own command line, served by `npx latchkey dev`. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { call, customer, type Dev, startDev } from './dev.ts';
import { appCopy, appFolder } from './installation.ts';

const installation = inject('package');
const EXAMPLES = join(import.meta.dirname, '../../examples');

/** Runs `npx cdk synth`. Gives the templates. Throws with what it complains of. */
function synthesize(folder: string) {
  execFileSync('npx', ['--no-install', 'cdk', 'synth', '--quiet'], {
    cwd: folder,
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const assembly = join(folder, 'cdk.out');
  return readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => JSON.parse(readFileSync(join(assembly, file), 'utf8')));
}

/** Tenants' limits in which a test can use up a key's minute. */
const SMALL_TIER = `tiers: { free: { rate: 50, burst: 500, monthlyQuota: null, keyRequestsPerMinute: 5, sessionRequestsPerMinute: 100, keys: 10 } },`;

/** A folder of the example, in which a key has five requests a minute. */
function exampleWithLimit(name: string): string {
  const folder = appCopy(installation, join(EXAMPLES, name));
  const file = join(folder, 'app.js');
  const source = readFileSync(file, 'utf8');
  const changed = source.replace('profile: profiles.default', `${SMALL_TIER} profile: profiles.default`);
  expect(changed).not.toBe(source);
  writeFileSync(file, changed);
  return folder;
}

describe('an app with a REST API and a function of its own', () => {
  let dev: Dev;
  let folder: string;
  let [orders, door]: string[] = [];
  beforeAll(async () => {
    folder = exampleWithLimit('existing-rest-api');
    dev = await startDev(folder);
    orders = dev.outputs.OrdersUrl?.replace(/\/$/, '');
    door = Object.entries(dev.outputs).find(([name]) => name.endsWith('ApiUrl'))?.[1];
  });
  afterAll(() => dev?.stop());

  test('is synthesized by the CDK’s own command line: each of its methods takes a credential', () => {
    const [template] = synthesize(folder);
    const methods = Object.entries<{ Type: string; Properties: Record<string, unknown> }>(template.Resources)
      .filter(([id, { Type }]) => id.startsWith('Api') && Type === 'AWS::ApiGateway::Method')
      .map(([, { Properties }]) => [Properties.AuthorizationType, Properties.ApiKeyRequired]);
    expect(methods).toEqual([
      ['CUSTOM', true],
      ['CUSTOM', true],
      ['CUSTOM', true],
    ]);
  });

  test('401 without a credential, 200 with the identity in its function, 403 without the scope, 429 over the limit', async () => {
    const { tenantId, key, readingKey } = await customer(door ?? '');
    expect((await call(`GET ${orders}/orders`)).status).toBe(401);
    expect((await call(`GET ${orders}/orders`, { 'x-api-key': 'lk_live_nonsense' })).status).toBe(401);
    const answer = await call(`GET ${orders}/orders`, key);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      path: '/orders',
      tenant: tenantId,
      principal: expect.stringMatching(/^key:/),
    });
    const refused = await call(`POST ${orders}/orders`, readingKey, {});
    expect(refused.status).toBe(403);
    // What `scopes` says of it.
    expect((await call(`POST ${orders}/search`, readingKey, {})).status).toBe(200);
    const statuses = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push((await call(`GET ${orders}/orders`, key)).status);
    expect(statuses).toContain(429);
  });
});

describe('an app with an HTTP API and FastAPI', () => {
  let dev: Dev;
  let [notes, door]: string[] = [];
  beforeAll(async () => {
    const folder = exampleWithLimit('http-api-fastapi');
    execFileSync(
      'python3',
      [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--requirement',
        'api/requirements.txt',
        '--target',
        'api',
      ],
      { cwd: folder },
    );
    synthesize(folder);
    dev = await startDev(folder);
    notes = dev.outputs.NotesUrl;
    door = Object.entries(dev.outputs).find(([name]) => name.endsWith('ApiUrl'))?.[1];
  });
  afterAll(() => dev?.stop());

  test('401 without a credential, 200 with the identity in FastAPI, 403 without the scope and over the limit', async () => {
    const { tenantId, key, readingKey } = await customer(door ?? '');
    expect((await call(`GET ${notes}/notes`)).status).toBe(401);
    const answer = await call(`GET ${notes}/notes`, key);
    expect(answer).toMatchObject({ status: 200, body: { tenant: tenantId, kind: 'key' } });
    expect((await call(`POST ${notes}/notes`, readingKey, {})).status).toBe(403);
    const statuses = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push((await call(`GET ${notes}/notes`, key)).status);
    // An HTTP API has no other way to refuse who is proven.
    expect(statuses).toContain(403);
  });
});

test('a CommonJS app with two Latchkeys in one stack is synthesized', () => {
  const folder = appFolder(installation, {
    'package.json': JSON.stringify({ type: 'commonjs' }),
    'cdk.json': JSON.stringify({ app: 'node app.js' }),
    'app.js': `
      const { App, Stack } = require('aws-cdk-lib');
      const { Latchkey, profiles } = require('latchkey');
      const stack = new Stack(new App(), 'two');
      new Latchkey(stack, 'First', { profile: profiles.default });
      new Latchkey(stack, 'Second', { profile: profiles.nams });
    `,
  });
  const [template] = synthesize(folder);
  const tables = Object.entries<{ Type: string }>(template.Resources).filter(([, { Type }]) =>
    /DynamoDB/.test(Type),
  );
  expect(tables.filter(([id]) => id.startsWith('First')).length).toBeGreaterThan(0);
  expect(tables.filter(([id]) => id.startsWith('First'))).toHaveLength(
    tables.filter(([id]) => id.startsWith('Second')).length,
  );
});

test.each(readdirSync(EXAMPLES))('the example %s is synthesized', (name) => {
  expect(synthesize(appCopy(installation, join(EXAMPLES, name)))).toHaveLength(1);
});
