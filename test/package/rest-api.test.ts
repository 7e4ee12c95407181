/** The guide "add it to your app", on an app that has a REST API and a function of its own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cdkSynth, exampleWithLimit } from './apps.ts';
import { call, customer, type Dev, doorOf, startDev } from './dev.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/add-to-your-app.md'), 'utf8');
let folder: string;
let dev: Dev;
let [orders, door] = ['', ''];

beforeAll(async () => {
  folder = exampleWithLimit(inject('package'), 'existing-rest-api');
  dev = await startDev(folder);
  orders = dev.outputs.OrdersUrl?.replace(/\/$/, '') ?? '';
  door = doorOf(dev);
});
afterAll(() => dev?.stop());

/** What stands after a mark of the guide. */
function block(mark: string): string {
  const [, text] = new RegExp(`<!-- ${mark} -->\n\`\`\`\\w+\n(.+?)\`\`\``, 's').exec(guide) ?? [];
  if (text === undefined) throw new Error(`The guide has nothing at ${mark}.`);
  return text;
}

test('the example has the lines of the guide', () => {
  const source = readFileSync(join(import.meta.dirname, '../../examples/existing-rest-api/app.js'), 'utf8');
  const [imported = '', ...lines] = block('app').trim().split('\n');
  expect(source).toContain(imported);
  expect(source).toContain(lines.join('\n').trim());
});

test('the CDK’s own command line synthesizes it: each method of the team’s API takes a credential', () => {
  const [template] = cdkSynth(folder);
  const methods = Object.entries<{ Type: string; Properties: Record<string, unknown> }>(template.Resources)
    .filter(([id, { Type }]) => /^Api(orders|search)/.test(id) && Type === 'AWS::ApiGateway::Method')
    .map(([, { Properties }]) => [Properties.AuthorizationType, Properties.ApiKeyRequired]);
  expect(methods).toEqual([
    ['CUSTOM', true],
    ['CUSTOM', true],
    ['CUSTOM', true],
  ]);
});

test('the guide’s calls answer what it says', () => {
  const printed = execFileSync('bash', ['-euc', block('calls')], {
    env: { ...process.env, URL: door, ORDERS: orders },
    encoding: 'utf8',
  });
  const [first, ...rest] = printed.split('\n');
  expect(first).toBe('401');
  expect(JSON.parse(rest.join('\n'))).toMatchObject({
    path: '/orders',
    principal: expect.stringMatching(/^key:/),
  });
});

test('401 without a credential, 200 with the identity in the team’s function, 403 without the scope, 429 over the limit', async () => {
  const { tenantId, key, readingKey } = await customer(door);
  expect((await call(`GET ${orders}/orders`)).status).toBe(401);
  expect((await call(`GET ${orders}/orders`, { 'x-api-key': 'lk_live_nonsense' })).status).toBe(401);
  expect(await call(`GET ${orders}/orders`, key)).toMatchObject({ status: 200, body: { tenant: tenantId } });
  expect((await call(`POST ${orders}/orders`, readingKey, {})).status).toBe(403);
  // What `scopes` of the example says of it.
  expect((await call(`POST ${orders}/search`, readingKey, {})).status).toBe(200);
  const statuses = [];
  for (let sent = 0; sent < 6; sent += 1) statuses.push((await call(`GET ${orders}/orders`, key)).status);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});
