/** The doctor uses up a quota of one call; API Gateway's control plane and the API are stand-ins. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Api, type ApiResponse } from '../../doctor/api.ts';
import { Flow } from '../../doctor/probes/flow.ts';
import { quotaProbe } from '../../doctor/probes/quota.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../support/dynamodb-engine.ts';
import { startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
let server: Server;
let calls: string[];
/** The usage key of the tenant at each call of the API. */
let named: (string | undefined)[];

beforeAll(async () => {
  store = await startStore();
  server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const call = `${request.method} ${path}`;
    calls.push(call);
    const answers: Readonly<Record<string, object | string>> = {
      'POST /': '<R><OutputKey>ApiId</OutputKey><OutputValue>api1</OutputValue></R>',
      'GET /restapis/api1/stages': { item: [{ stageName: 'live' }] },
      'POST /usageplans': { id: 'plan1' },
      'POST /apikeys': { id: 'key1' },
    };
    const answer = answers[call] ?? {};
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(async () => {
  server.close();
  await store.stop();
});

const environment = () => {
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    AWS_ENDPOINT_URL_DYNAMODB: store.engine.endpoint,
    AWS_ENDPOINT_URL_API_GATEWAY: root,
    AWS_ENDPOINT_URL_CLOUDFORMATION: root,
    AWS_REGION: ENGINE_REGION,
    AWS_ACCESS_KEY_ID: ENGINE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ENGINE_CREDENTIALS.secretAccessKey,
  };
};
beforeEach(() => {
  calls = [];
  named = [];
  Object.assign(process.env, environment());
});
afterEach(() => {
  for (const name of Object.keys(environment())) delete process.env[name];
});

const response = (status: number, errorType: string | null = null): ApiResponse => ({
  status,
  text: '',
  json: {},
  headers: new Headers(),
  milliseconds: 1,
  errorType,
});

async function find(tenantId: string, answers: readonly ApiResponse[], seconds = 10) {
  const left = [...answers];
  class StandIn extends Api {
    override async operation(id: string) {
      return { method: 'GET', path: `/${id}` };
    }
    override async call(): Promise<ApiResponse> {
      named.push((await store.item(tenantKey(tenantId)))?.usageKey?.S);
      return (left.length > 1 ? left.shift() : left[0]) ?? response(500);
    }
  }
  const flow = new Flow(new StandIn('https://api.example.com'));
  flow.trace.tenantId = tenantId;
  const probe = { flow, table: store.table.name, stack: 'Latchkey' };
  return quotaProbe(probe, { seconds, pauseMilliseconds: 1 }).run();
}

test('a quota that is used up is a 429 of its own, and nothing of the trial is left', async () => {
  await store.put({ ...tenantKey('one'), usageKey: S('own') });
  const refused = response(429, 'LimitExceededException');
  expect(await find('one', [response(403), response(200), response(200), refused])).toMatchObject({
    status: 'ok',
    found: expect.stringMatching(/after 2 calls/),
  });
  expect(named).toHaveLength(4);
  for (const each of named) expect(each).toMatch(/^doctor[0-9a-f]{48}$/);
  expect((await store.item(tenantKey('one')))?.usageKey).toEqual(S('own'));
  expect(calls.slice(-3)).toEqual([
    'DELETE /apikeys/key1',
    'PATCH /usageplans/plan1',
    'DELETE /usageplans/plan1',
  ]);
});

test('another answer is wrong, and so is a quota that never ends; both are cleaned up', async () => {
  await store.put(tenantKey('two'));
  expect(await find('two', [response(429, 'TooManyRequestsException')])).toMatchObject({ status: 'wrong' });
  expect(await find('two', [response(200)])).toMatchObject({
    status: 'wrong',
    found: expect.stringMatching(/let 61 calls pass/),
  });
  expect((await store.item(tenantKey('two')))?.usageKey).toBeUndefined();
  expect(calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(4);
});

test('a key that does not work in time decides nothing', async () => {
  await store.put(tenantKey('three'));
  expect(await find('three', [response(403)], 0.05)).toMatchObject({ status: 'not checked' });
});
