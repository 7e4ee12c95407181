/** API Gateway's control plane, by AWS's own client: what the calls answer, their limits, and when a key works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetRestApisCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiGatewayAccesses } from '../../local/iam/accesses.ts';
import { type LocalStack, type LocalStackOptions, startStack } from '../../local/stack.ts';
import { keys, synthesizeFixture } from './fixture/app.ts';
import { saying, send } from './raw-request.ts';

const PROPAGATION = 30_000;
const assemblyDir = synthesizeFixture();
let stack: LocalStack;
let aws: APIGatewayClient;
let now = Date.parse('2026-11-21T12:00:00Z');

async function start(options: Partial<LocalStackOptions> = {}): Promise<void> {
  stack = await startStack({
    assemblyDir,
    log: null,
    now: () => now,
    keyPropagationMilliseconds: PROPAGATION,
    ...options,
  });
  const { apiGatewayEndpoint: endpoint, region, credentials } = stack;
  aws = new APIGatewayClient({ endpoint, region, credentials, maxAttempts: 1 });
}
async function restart(options: Partial<LocalStackOptions>): Promise<void> {
  await stack.stop();
  await start(options);
}
beforeAll(() => start());
afterAll(() => stack.stop());
// No test has fewer calls left because of another.
beforeEach(() => {
  now += 60_000;
  run += 1;
});

const planOf = (name: keyof typeof keys): string => stack.physicalId(`${name}Plan`);
let run = 0;
/** A value of this test's own. */
const value = (index: number): string => `value${run}x${String(index).padStart(20, '0')}`;
const status = async (key: string) =>
  (await send(stack.url, '/metered', { headers: saying({ key }) })).status;
const create = async (index: number) =>
  (
    await aws.send(
      new CreateApiKeyCommand({ name: `key ${run} ${index}`, value: value(index), enabled: true }),
    )
  ).id;
const join_ = (keyId = '', plan: keyof typeof keys = 'generous') =>
  aws.send(new CreateUsagePlanKeyCommand({ usagePlanId: planOf(plan), keyId, keyType: 'API_KEY' }));

describe('a key that a call makes', () => {
  test('works once it is in a plan and both are known everywhere, and not a moment earlier', async () => {
    const id = await create(1);
    now += PROPAGATION;
    expect(await status(value(1))).toBe(403);
    await join_(id);
    expect(await status(value(1))).toBe(403);
    now += PROPAGATION - 1;
    expect(await status(value(1))).toBe(403);
    now += 1;
    expect(await status(value(1))).toBe(200);
  });

  test('stops when it is disabled, taken out of its plan, or deleted, or its plan is', async () => {
    const ids: string[] = [];
    for (const index of [1, 2, 3]) {
      ids.push((await create(index)) ?? '');
      await join_(ids.at(-1), 'twoADay');
    }
    now += PROPAGATION;
    const usagePlanId = planOf('twoADay');
    const patchOperations = [{ op: 'replace', path: '/enabled', value: 'false' } as const];
    await aws.send(new UpdateApiKeyCommand({ apiKey: ids[0], patchOperations }));
    await aws.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId: ids[1] }));
    await aws.send(new DeleteApiKeyCommand({ apiKey: ids[2] }));
    for (const index of [1, 2, 3]) expect(await status(value(index))).toBe(403);
    expect(await status(keys.twoADay)).toBe(200);
    await aws.send(new DeleteUsagePlanCommand({ usagePlanId }));
    expect(await status(keys.twoADay)).toBe(403);
    await expect(aws.send(new GetUsagePlanKeysCommand({ usagePlanId }))).rejects.toThrow('Usage Plan ID');
  });

  test('can be shown, with its value for who asks, and is in its plan', async () => {
    const id = await create(7);
    await join_(id);
    const shown = await aws.send(new GetApiKeyCommand({ apiKey: id }));
    expect(shown).toMatchObject({ id, name: `key ${run} 7`, enabled: true, createdDate: new Date(now) });
    expect(shown.value).toBeUndefined();
    expect(await aws.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }))).toMatchObject({
      value: value(7),
    });
    const usagePlanId = planOf('generous');
    expect(await aws.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId: id }))).toMatchObject({
      id,
      type: 'API_KEY',
      name: `key ${run} 7`,
    });
  });
});

describe('what cannot be is refused by its name', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['a second key of a value', async () => [await create(1), await create(1)], 'ConflictException'],
    [
      'a key in two plans of a stage',
      async () => {
        const id = await create(1);
        await join_(id);
        await join_(id, 'burstOfThree');
      },
      'ConflictException',
    ],
    ['a short value', () => aws.send(new CreateApiKeyCommand({ value: 'short' })), 'BadRequestException'],
    ['a page of 501', () => aws.send(new GetApiKeysCommand({ limit: 501 })), 'BadRequestException'],
    [
      'a key that is not there',
      () => aws.send(new DeleteApiKeyCommand({ apiKey: 'no' })),
      'NotFoundException',
    ],
    ['one that is not there, in a plan', () => join_('no'), 'NotFoundException'],
    [
      'what is not emulated',
      () => aws.send(new CreateApiKeyCommand({ tags: { a: 'b' } })),
      'BadRequestException',
    ],
    ['what is not served', () => aws.send(new GetRestApisCommand({})), 'UnknownOperationException'],
  ])('%s: %s', async (_, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });

  test('one key more than the account may have', async () => {
    await restart({ apiKeyQuota: Object.keys(keys).length + 1 });
    await create(1);
    await expect(create(2)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await restart({});
  });
});

describe('the calls of an account are limited', () => {
  test('to five new keys a second', async () => {
    const made = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => create(index)));
    expect(made.filter((each) => each.status === 'fulfilled')).toHaveLength(5);
    expect(made.find((each) => each.status === 'rejected')?.reason).toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
    now += 1_000;
    await create(9);
  });

  test('to ten calls a second in all, after a burst of forty', async () => {
    const calls = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => aws.send(new GetUsagePlansCommand({}))));
    const passed = async (count: number) =>
      (await calls(count)).filter((each) => each.status === 'fulfilled').length;
    expect(await passed(50)).toBe(40);
    now += 1_000;
    expect(await passed(20)).toBe(10);
  });
});

test('a listing has pages, 25 keys unless more are asked for', async () => {
  for (let index = 0; index < 30; index += 1) {
    if (index % 5 === 4) now += 1_000;
    await create(index);
  }
  now += 10_000;
  const names: string[] = [];
  let position: string | undefined;
  const sizes: number[] = [];
  do {
    const found = await aws.send(new GetApiKeysCommand(position === undefined ? {} : { position }));
    sizes.push(found.items?.length ?? 0);
    names.push(...(found.items ?? []).map(({ name = '' }) => name));
    position = found.position;
  } while (position !== undefined);
  expect(sizes.slice(0, -1).every((size) => size === 25)).toBe(true);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
});

test('keys and what was deleted outlive the stack where its data does', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'local-usage-keys-'));
  try {
    await restart({ dataDir });
    await join_(await create(1));
    const shared = (await aws.send(new GetUsagePlanKeysCommand({ usagePlanId: planOf('twoADay') }))).items;
    await aws.send(new DeleteApiKeyCommand({ apiKey: shared?.[0]?.id }));
    now += PROPAGATION;
    await restart({ dataDir });
    expect(await status(value(1))).toBe(200);
    expect(await status(keys.twoADay)).toBe(403);
  } finally {
    await restart({});
    rmSync(dataDir, { recursive: true });
  }
});

test('a throttled control plane does not throttle the API', async () => {
  stack.pauseApiGateway('throttled');
  await expect(create(1)).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  expect(await status(keys.generous)).toBe(200);
  stack.resumeApiGateway();
  await create(1);
});

test('a call is a right by its method, on an ARN that is its path', () => {
  const call = {
    accessKeyId: 'x',
    service: 'apigateway',
    body: Buffer.alloc(0),
    contentType: '',
    isAsynchronous: false,
  };
  expect(apiGatewayAccesses({ ...call, action: 'GET', path: '/usageplans/p1/keys?limit=500' })).toEqual([
    {
      action: 'apigateway:GET',
      resource: 'arn:aws:apigateway:us-east-1::/usageplans/p1/keys',
      conditionKeys: {},
    },
  ]);
});
