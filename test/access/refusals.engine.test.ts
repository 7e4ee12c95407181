import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decide } from '../../lambdas/access/decide.ts';
import type { DecisionRequest } from '../../lambdas/access/decision.ts';
import { DynamoDecisionStore } from '../../lambdas/access/decision-store.ts';
import { Facts } from '../../lambdas/access/facts.ts';
import { Guesses } from '../../lambdas/access/guesses.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { keyRecordKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, number } from '../../lambdas/kernel/items.ts';
import type { RecordClient } from '../../lambdas/kernel/record-client.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import { countUses } from '../../lambdas/usage/count-uses.ts';
import { dayOf, REASONS } from '../../lambdas/usage/usage.ts';
import { DynamoUsageStore } from '../../lambdas/usage/usage-store.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT as DEFAULT, RIGHTS } from '../support/deployment.ts';
import {
  ADDRESS,
  CLIENTS,
  FOREVER,
  NOW,
  ORIGIN,
  startStore,
  storeTenant,
  successor,
  type TestStore,
} from '../support/table.ts';

/** Refusals are counted exactly, by the writes that decisions make, and read from the stream as uses are. */
const ELSEWHERE = '198.51.100.9';
const LIMIT = 1000;
const DEPLOYMENT = {
  ...DEFAULT,
  tiers: { free: { keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT, keys: 100 } },
};

let store: TestStore;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
beforeAll(async () => {
  store = await startStore();
  tenant = await storeTenant(store);
});
afterAll(() => store.stop());

type TestKey = Awaited<ReturnType<typeof tenant.createKey>>;

describe.each(CLIENTS)('by %s', (_name, clientOf) => {
  let images: Item[] = [];
  let writes = 0;
  beforeEach(() => {
    [images, writes] = [[], 0];
  });

  /** An instance of the authorizer, whose writes are counted and seen. */
  function instance(now = NOW) {
    const inner = clientOf(store);
    const client: RecordClient = {
      batchGetItem: (input) => inner.batchGetItem(input),
      async updateItem(input) {
        writes += 1;
        const answer = await inner.updateItem(input);
        if (answer.Attributes !== undefined) images.push(answer.Attributes);
        return answer;
      },
    };
    const { name } = store.table;
    const context = {
      profile,
      deployment: DEPLOYMENT,
      access: accessTable(apiRows(routes, profile), RIGHTS),
      store: new DynamoDecisionStore(client, name, new Facts(client, name)),
      tokens: new TokenVerifier('https://api.example.com'),
      guesses: new Guesses(),
      clock: () => now,
    };
    return async (key: string, request: Partial<DecisionRequest> = {}) => {
      const decision = await decide(
        {
          method: 'GET',
          resource: '/v1/{proxy+}',
          path: '/v1/stats',
          headers: { Authorization: [`Bearer ${key}`] },
          address: ADDRESS,
          ...request,
        },
        context,
      );
      return 'code' in decision ? decision.code : decision.outcome;
    };
  }

  /** What the reader of the stream makes of all that was written. */
  async function counted(keyId: string) {
    const inOrder = images
      .filter(({ SK, id }) => SK?.S === 'KEY' && id?.S === keyId)
      .sort((one, other) => number(one, 'n') + number(one, 'r') - number(other, 'n') - number(other, 'r'));
    const records = inOrder.map((NewImage) => ({
      dynamodb: { NewImage, ApproximateCreationDateTime: NOW },
    }));
    const usage = new DynamoUsageStore(store.table, DEPLOYMENT);
    await countUses(records as DynamoDBRecord[], usage, NOW);
    const used = await usage.ofKey(tenant.tenantId, keyId);
    const today = (counts: ReadonlyMap<number, number>) => counts.get(dayOf(NOW));
    const refused = REASONS.flatMap((reason) => {
      const requests = today(used[reason]);
      return requests === undefined ? [] : [[reason, requests] as const];
    });
    return { uses: today(used.live) ?? 0, ...Object.fromEntries(refused) };
  }

  const post = { method: 'POST' };

  /** The kinds of refusals: how the key comes to be refused, what is asked for with it, and the answer. */
  const refusals: readonly {
    readonly reason: string;
    readonly code: string;
    readonly isUse: boolean;
    readonly request?: Partial<DecisionRequest>;
    prepare?(key: TestKey): Promise<unknown>;
  }[] = [
    { reason: 'scope', code: 'insufficient_scope', isUse: true, request: post },
    {
      reason: 'person',
      code: 'user_required',
      isUse: true,
      request: { method: 'GET', resource: '/v1/auth/sessions', path: '/v1/auth/sessions' },
    },
    { reason: 'address', code: 'address_not_allowed', isUse: false, request: { address: ELSEWHERE } },
    {
      reason: 'address',
      code: 'address_not_allowed',
      isUse: false,
      // Bytes that were lost on their way are no list of any address.
      prepare: ({ apiKey }) =>
        store.table.update(keyRecordKey(apiKey.locator), {
          UpdateExpression: 'SET ips = :lost',
          ExpressionAttributeValues: { ':lost': { B: '' } },
        }),
    },
    {
      reason: 'disabled',
      code: 'disabled_credential',
      isUse: false,
      prepare: ({ apiKey }) => store.keys.change(apiKey, { state: 'disabled' }, ORIGIN, NOW),
    },
    {
      reason: 'revoked',
      code: 'revoked_credential',
      isUse: false,
      prepare: ({ apiKey }) => store.keys.revoke(apiKey, ORIGIN, NOW),
    },
    {
      reason: 'expired',
      code: 'expired_credential',
      isUse: false,
      prepare: ({ apiKey, hash }) =>
        store.keys.rotate(
          apiKey,
          { replaces: hash, hash: hashKey(successor(apiKey)), expiresAt: FOREVER, previousExpiresAt: NOW },
          ORIGIN,
          NOW,
        ),
    },
  ];
  const blocks = [parseBlock('192.0.2.0/24')].filter((block) => block !== undefined);
  const newKey = (reason: string) =>
    tenant.createKey({ scopes: ['read'], ...(reason === 'address' ? { allowedBlocks: blocks } : {}) });

  test.each(refusals)('$reason: each of 60 at once, at three instances, is counted once', async (refusal) => {
    const key = await newKey(refusal.reason);
    await refusal.prepare?.(key);
    const instances = [instance(), instance(), instance()];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => instances[index % 3]?.(key.key, refusal.request)),
    );
    expect(new Set(answers)).toEqual(new Set([refusal.code]));
    expect(await counted(key.apiKey.id)).toEqual({ uses: refusal.isUse ? 60 : 0, [refusal.reason]: 60 });
  });

  test.each(refusals)('$reason: one write each, once an instance has met it', async (refusal) => {
    const key = await newKey(refusal.reason);
    await refusal.prepare?.(key);
    const ask = instance();
    await ask(key.key, refusal.request);
    const first = writes;
    for (let call = 0; call < 5; call += 1) expect(await ask(key.key, refusal.request)).toBe(refusal.code);
    expect(writes - first).toBe(5);
    expect(await counted(key.apiKey.id)).toMatchObject({ [refusal.reason]: 6 });
  });

  test('what is expected is never believed: a key that is let in again is let in, and counted as that', async () => {
    const key = await newKey('disabled');
    const ask = instance();
    await store.keys.change(key.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    expect([await ask(key.key), await ask(key.key)]).toEqual(['disabled_credential', 'disabled_credential']);
    await store.keys.change(key.apiKey, { state: 'active' }, ORIGIN, NOW);
    expect([await ask(key.key), await ask(key.key, post)]).toEqual(['allowed', 'insufficient_scope']);
    await store.keys.change(key.apiKey, { scopes: ['read', 'write'] }, ORIGIN, NOW);
    expect([await ask(key.key, post), await ask(key.key, post)]).toEqual(['allowed', 'allowed']);
    const before = writes;
    await ask(key.key, post);
    expect(writes - before, 'what did not hold is forgotten').toBe(1);
    expect(await counted(key.apiKey.id)).toEqual({ uses: 5, disabled: 2, scope: 1 });
  });

  test('beyond the limit each is counted by its number alone: one write each, and no other reason', async () => {
    const key = await newKey('limit');
    const ask = instance();
    await ask(key.key);
    await store.table.update(keyRecordKey(key.apiKey.locator), {
      UpdateExpression: `SET c${Math.floor(NOW / 60)} = :used, n = :used`,
      ExpressionAttributeValues: { ':used': { N: String(LIMIT - 5) } },
    });
    images = [];
    const before = writes;
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(key.key)));
    expect(answers.filter((answer) => answer === 'limited')).toHaveLength(35);
    expect(writes - before).toBe(40);
    expect(await ask(key.key, post)).toBe('insufficient_scope');
    expect(await counted(key.apiKey.id)).toEqual({ uses: LIMIT + 36, limit: 36 });
  });

  test('what nobody has the key of is counted nowhere, and costs no write more', async () => {
    const key = await newKey('unknown');
    await store.keys.revoke(key.apiKey, ORIGIN, NOW);
    const ask = instance();
    expect(await ask(successor(key.apiKey))).toBe('invalid_credential');
    expect(writes).toBe(1);
    expect((await store.item(keyRecordKey(key.apiKey.locator)))?.r).toBeUndefined();
  });

  test('a refusal that cannot be counted is a refusal', async () => {
    const key = await newKey('revoked');
    await store.keys.revoke(key.apiKey, ORIGIN, NOW);
    const inner = clientOf(store);
    const client: RecordClient = {
      batchGetItem: (input) => inner.batchGetItem(input),
      updateItem: (input) =>
        input.UpdateExpression?.startsWith('SET why')
          ? Promise.reject(new Error('throttled'))
          : inner.updateItem(input),
    };
    const decisions = new DynamoDecisionStore(client, store.table.name, new Facts(client, store.table.name));
    const use = await decisions.useKey({
      locator: key.apiKey.locator,
      hash: key.hash,
      address: ADDRESS,
      now: NOW,
    });
    expect(use).toMatchObject({ passed: false, record: { state: 'revoked' } });
  });
});
