import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VERIFY_VARIABLE, type VerifySettings } from '../../lambdas/contract/verify-settings.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { DynamoKeyStore } from '../../lambdas/keys/key-store.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { createVerifier } from '../../lambdas/verify/index.ts';
import { packedSettings, verifySettingsOf } from '../../lib/verify-settings.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION, engineClient } from '../support/dynamodb-engine.ts';
import { ORIGIN, storeTenant } from '../support/tenants.ts';
import { startWatchedEngine, type WatchedEngine } from '../support/watched-engine.ts';
import { bearer } from './service.ts';

const LIMIT = 25;
const deployment = {
  ...DEPLOYMENT,
  tiers: { free: { keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT, keys: 1000 } },
};

let engine: WatchedEngine;
let table: Table;
let settings: VerifySettings;
let variable: string;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let actions: string[] = [];
let isDown = false;

beforeAll(async () => {
  engine = await startWatchedEngine();
  table = new Table(await engine.createTable(), engineClient(engine.endpoint));
  tenant = await storeTenant({ accounts: new DynamoAccountStore(table), keys: new DynamoKeyStore(table) });
  settings = verifySettingsOf(profile, deployment, {
    table: table.name,
    region: ENGINE_REGION,
    issuers: ['https://api.example.com'],
    keysetSecretArn: null,
    resourceMetadataUrl: null,
    metricsNamespace: 'Latchkey/Test',
  });
  variable = JSON.stringify(packedSettings(settings));
  engine.before = async ({ action }) => {
    actions.push(action);
    return !isDown;
  };
});
afterAll(async () => {
  await engine.stop();
});
beforeEach(() => {
  actions = [];
});

/** An instance of a service. */
const instance = () =>
  createVerifier({
    settings,
    credentials: async () => ENGINE_CREDENTIALS,
    endpoint: engine.endpoint,
    onError: () => undefined,
  });

const call = (key: string) => ({
  method: 'GET',
  path: '/items',
  headers: bearer(key),
  sourceAddress: '192.0.2.7',
});

/** Waits until the present minute, in which calls are counted, has so many seconds left. */
async function untilSecondsAreLeft(seconds: number): Promise<void> {
  const left = 60 - ((Date.now() / 1000) % 60);
  if (left < seconds) await delay((left + 0.1) * 1000);
}

describe('a decision in a service’s own process', () => {
  test('is one write, and reads facts at most once in two seconds', async () => {
    const { key } = await tenant.createKey({ scopes: ['read'] });
    const verifier = instance();
    actions = [];
    for (let index = 0; index < 3; index += 1)
      expect(await verifier.verify(call(key))).toMatchObject({
        isVerified: true,
        identity: { tenant: tenant.tenantId, tier: 'free' },
      });
    expect(actions.filter((action) => action === 'UpdateItem')).toHaveLength(3);
    expect(actions.filter((action) => action === 'BatchGetItem')).toHaveLength(1);
  });

  test('follows the key: one that is revoked is refused at once by every instance', async () => {
    const { apiKey, key } = await tenant.createKey({ scopes: ['read'] });
    const instances = [instance(), instance()];
    for (const verifier of instances)
      expect(await verifier.verify(call(key))).toMatchObject({ isVerified: true });
    await new DynamoKeyStore(table).revoke(apiKey, ORIGIN, Math.floor(Date.now() / 1000));
    for (const verifier of instances)
      expect(await verifier.verify(call(key))).toMatchObject({ status: 401, code: 'revoked_credential' });
  });

  test('follows the tenant: one that is suspended is refused within two seconds', async () => {
    const own = await storeTenant({
      accounts: new DynamoAccountStore(table),
      keys: new DynamoKeyStore(table),
    });
    const { key } = await own.createKey({ scopes: ['read'] });
    const verifier = instance();
    expect(await verifier.verify(call(key))).toMatchObject({ isVerified: true });
    const now = Math.floor(Date.now() / 1000);
    await new DynamoTenantStore(table).change(own.tenantId, { state: 'suspended' }, ORIGIN, now);
    await delay(2100);
    expect(await verifier.verify(call(key))).toMatchObject({ status: 401, code: 'suspended_tenant' });
  });

  test('that the table does not answer is none, and lets nobody through', async () => {
    const { key } = await tenant.createKey({ scopes: ['read'] });
    isDown = true;
    const outcome = await instance().verify(call(key));
    isDown = false;
    expect(outcome).toMatchObject({ isVerified: false, status: 503, headers: { 'Retry-After': '1' } });
  });

  test('without credentials of AWS is none', async () => {
    const { key } = await tenant.createKey({ scopes: ['read'] });
    const credentials = async () => Promise.reject(new Error('no credentials'));
    const verifier = createVerifier({
      settings,
      credentials,
      endpoint: engine.endpoint,
      onError: () => undefined,
    });
    actions = [];
    expect(await verifier.verify(call(key))).toMatchObject({ status: 503 });
    expect(actions).toEqual([]);
  });
});

test('of 60 calls at the same time, by two processes, exactly as many pass as the limit says', async () => {
  const { key } = await tenant.createKey({ scopes: ['read'] });
  await untilSecondsAreLeft(20);
  const run = (count: number) =>
    promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, 'service-process.ts'), JSON.stringify({ count, key })],
      {
        env: {
          [VERIFY_VARIABLE]: variable,
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
        },
      },
    );
  actions = [];
  const answers = await Promise.all([run(30), run(30)]);
  const statuses = answers.flatMap(({ stdout }): number[] => JSON.parse(stdout));
  expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
  expect(statuses.filter((status) => status === 429)).toHaveLength(60 - LIMIT);
  expect(actions.filter((action) => action === 'UpdateItem')).toHaveLength(60);
});
