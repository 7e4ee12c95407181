/** The doctor waits for a tenant's own usage key, and for what comes by the stream; here the waiting is short. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Api, type ApiResponse } from '../../doctor/api.ts';
import { Flow } from '../../doctor/probes/flow.ts';
import { ownKeyProbe } from '../../doctor/probes/own-key.ts';
import { streamProbes } from '../../doctor/probes/stream.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../support/dynamodb-engine.ts';
import { startStore, type TestStore } from '../support/table.ts';

const answer = (status: number, text = ''): ApiResponse => ({
  status,
  text,
  json: {},
  headers: new Headers(),
  milliseconds: 1,
  errorType: null,
});

/** An API of which every call has the next of these answers, and the last one ever after. */
class AnsweringApi extends Api {
  readonly #answers: ApiResponse[];

  constructor(...answers: ApiResponse[]) {
    super('https://api.example.com');
    this.#answers = answers;
  }

  override async operation(id: string) {
    return { method: 'GET', path: `/${id}` };
  }

  override async operations() {
    return ['listAudit', 'getUsage'].map((id) => ({ id, method: 'GET', path: `/${id}`, isPublic: false }));
  }

  override async call(): Promise<ApiResponse> {
    return (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? answer(500);
  }
}

describe('a tenant’s own usage key', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.stop());
  const environment = () => ({
    AWS_ENDPOINT_URL_DYNAMODB: store.engine.endpoint,
    AWS_REGION: ENGINE_REGION,
    AWS_ACCESS_KEY_ID: ENGINE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ENGINE_CREDENTIALS.secretAccessKey,
  });
  afterEach(() => {
    for (const name of Object.keys(environment())) delete process.env[name];
  });

  const find = (tenantId: string | undefined, response: ApiResponse, seconds = 10) => {
    Object.assign(process.env, environment());
    const flow = new Flow(new AnsweringApi(response));
    if (tenantId !== undefined) flow.trace.tenantId = tenantId;
    return ownKeyProbe(flow, store.table.name, { seconds, pauseMilliseconds: 10 }).run();
  };

  test('is waited for, and tried', async () => {
    const finding = find('waits', answer(200));
    await store.put({ ...tenantKey('waits'), usageKey: S('own') });
    expect(await finding).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/own after 0 minutes/),
    });
  });

  test('that does not let its tenant in is wrong', async () => {
    await store.put({ ...tenantKey('refused'), usageKey: S('own') });
    expect(await find('refused', answer(403))).toMatchObject({
      status: 'wrong',
      fix: expect.stringMatching(/warmSeconds/),
    });
  });

  test('that does not come is wrong, and without a tenant nothing is waited for', async () => {
    expect(await find('never', answer(200), 0.05)).toMatchObject({
      status: 'wrong',
      fix: expect.stringMatching(/reconciler/),
    });
    expect(await find(undefined, answer(200))).toMatchObject({ status: 'not checked' });
  });
});

describe('what comes by the stream', () => {
  const find = async (id: string, ...answers: ApiResponse[]) => {
    const api = new AnsweringApi(...answers);
    const flow = new Flow(api);
    flow.isWorking = true;
    return streamProbes(api, flow, 5)
      .find((probe) => probe.id === id)
      ?.run();
  };

  test.each([
    ['audit', '{"data":[]}', '{"data":[{"action":"key.revoke"}]}'],
    ['usage', '{"today":{"live":0,"test":0}}', '{"today":{"live":12,"test":0}}'],
  ])('is waited for: %s', async (id, before, then) => {
    expect(await find(id, answer(200, before), answer(200, before), answer(200, then))).toMatchObject({
      status: 'ok',
    });
  });

  test('a refusal is told at once', async () => {
    expect(await find('audit', answer(401))).toMatchObject({
      status: 'wrong',
      found: expect.stringMatching(/^listAudit answers 401/),
    });
  });
});
