import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  APIGatewayClient,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import { tenantKey, usageKeyRowKey } from '../../lambdas/kernel/item-keys.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { outputsOf } from '../../local/outputs-file.ts';
import { editedAssembly } from '../support/assembly.ts';
import { type Load, type LoadOptions, startLoad } from '../support/load.ts';
import {
  type Account,
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { Schedule, usageKeysOf } from '../support/usage-keys.ts';

/** Usage keys of tenants on the whole stack: by the schedule of the template, seen through the API, under load. */
const TIERS = {
  free: ROOMY_TIER,
  pro: { ...ROOMY_TIER, keyRequestsPerMinute: 2000, sessionRequestsPerMinute: 80_000 },
  enterprise: ROOMY_TIER,
};
const WARM_SECONDS = 1;
const RETIRE_SECONDS = 5;

/** How long the control plane fails; a minute in a long run. */
const OUTAGE_SECONDS = Number(process.env.LATCHKEY_OUTAGE_SECONDS ?? 8);

const ROOT = join(import.meta.dirname, '../..');

let stack: TestStack;
let schedule: Schedule;

/** Where `npm start` would note the stack for operators. */
const folder = mkdtempSync(join(tmpdir(), 'latchkey-usage-keys-'));
const outputsFile = join(folder, 'outputs.json');
let aws: APIGatewayClient;
let assemblyDir: string;
beforeAll(async () => {
  const configuration = {
    profile: 'default',
    config: {
      tiers: TIERS,
      initialTier: 'free',
      usageKeys: { warmSeconds: WARM_SECONDS, retireSeconds: RETIRE_SECONDS },
    },
  };
  // A plan that a test can exhaust; no configuration gives one that is met before a key's own limit.
  assemblyDir = await editedAssembly(configuration, ({ Resources }) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type === 'AWS::ApiGateway::UsagePlan' && /^UsagePlansfree/.test(id))
        Properties.Throttle = { RateLimit: 1, BurstLimit: 5 };
    }
  });
  stack = await startTestStack(configuration, { keyPropagationMilliseconds: 300, assemblyDir });
  schedule = new Schedule(stack);
  writeFileSync(outputsFile, JSON.stringify({ local: outputsOf(stack.local) }));
  const { apiGatewayEndpoint: endpoint, region, credentials } = stack.local;
  aws = new APIGatewayClient({ endpoint, region, credentials, maxAttempts: 10 });
});
afterEach(() => stack.local.resumeApiGateway());
afterAll(async () => {
  aws.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true });
  rmSync(assemblyDir, { recursive: true });
});

const aMinuteLater = () => schedule.aMinuteLater();
const usageKey = (account: Account) => schedule.usageKeyOf(account);
const untilPointed = (account: Account) => schedule.untilPointed(account);
const keys = async () => (await aws.send(new GetApiKeysCommand({ limit: 500 }))).items ?? [];
const ownKeys = ({ tenantId }: Account) => usageKeysOf(aws, tenantId);
const onTier = (tenantId: string, tier: string) =>
  new DynamoTenantStore(stack.table).change(
    tenantId,
    { tier },
    { actor: 'operator', requestId: 'ops' },
    systemClock(),
  );

/** The operator's command, as a shell runs it. Gives the time from which it says that the change holds. */
async function tierCommand(tenantId: string, tier: string): Promise<number> {
  const command = ['ops/main.ts', 'tenants', 'tier', tenantId, tier, '--json', '--outputs', outputsFile];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT });
  return Date.parse(JSON.parse(stdout).holds_from);
}

const statuses = async (key: string, count: number) =>
  (
    await Promise.all(
      Array.from({ length: count }, () => stack.send('GET /v1/auth/me', { headers: apiKey(key) })),
    )
  ).map(({ status }) => status);

describe('the schedule', () => {
  test('gives a tenant its own usage key, and from then its tier’s plan binds it', async () => {
    const account = await stack.onboard();
    expect(new Set(await statuses(account.apiKey, 20))).toEqual(new Set([200]));
    const { key: testKey } = await stack.createKey(await stack.logIn(account), { environment: 'test' });
    await untilPointed(account);
    // Until every authorizer knows.
    await sleep(2_100);
    const started = performance.now();
    const after = await statuses(account.apiKey, 20);
    const seconds = (performance.now() - started) / 1000;
    // The burst, and what the rate gives meanwhile.
    expect(after.filter((status) => status === 200).length).toBeLessThanOrEqual(5 + Math.ceil(seconds));
    expect(new Set(after)).toEqual(new Set([200, 429]));
    // Test keys are apart.
    expect(new Set(await statuses(testKey, 20))).toEqual(new Set([200]));
    const figure = (name: string) => stack.local.figures().find((each) => each.name === name)?.last;
    expect(figure('TenantsWithUsageKey')).toBeGreaterThanOrEqual(1);
    expect(figure('UsageKeys')).toBe((await keys()).length);
  });

  test('takes keys back from tenants that are gone, and makes shared keys again', async () => {
    const account = await stack.onboard();
    await untilPointed(account);
    await stack.table.delete(tenantKey(account.tenantId));
    const shared = (await keys()).filter(({ name = '' }) => /[a-z]$/.test(name));
    expect(shared).toHaveLength(4);
    for (const { id } of shared) await aws.send(new DeleteApiKeyCommand({ apiKey: id }));
    await stack.local.idle();
    for (let round = 0; (await ownKeys(account)).length > 0 && round < 20; round += 1) {
      await aMinuteLater();
      await sleep(500);
    }
    expect(await ownKeys(account)).toEqual([]);
    await aMinuteLater();
    expect(await stack.table.get(usageKeyRowKey(account.tenantId))).toBeUndefined();
    const again = (await keys()).map(({ name }) => name);
    for (const { name } of shared) expect(again).toContain(name);
    const { apiKey: key } = await stack.onboard();
    expect(await statuses(key, 3)).toEqual([200, 200, 200]);
  });
});

describe('under load from another process', () => {
  /** A tenant on the tier `pro` with its own usage key, and every kind of credential. */
  async function busyTenant(): Promise<{ account: Account; callers: Record<string, string>[] }> {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const { key } = await stack.createKey(token);
    await onTier(account.tenantId, 'pro');
    await untilPointed(account);
    return { account, callers: [apiKey(account.apiKey), apiKey(key), bearer(token)] };
  }
  /** Calls until the test is over, however it ends. */
  async function underLoad(callers: LoadOptions['callers']): Promise<Load> {
    const load = await startLoad({
      url: `${stack.url}/v1/auth/me`,
      callers,
      concurrency: 4,
      callsPerSecond: 50,
    });
    onTestFinished(async () => void (await load.stop()));
    return load;
  }

  test('a tier changes, for every key from the stated time on, and no request fails', async () => {
    const { account, callers } = await busyTenant();
    const load = await underLoad(callers);
    for (const tier of ['enterprise', 'pro', 'enterprise'] as const) {
      expect(await tierCommand(account.tenantId, tier)).toBeLessThanOrEqual(Date.now());
      const limits = await Promise.all(
        callers.map(async (headers) => (await stack.send('GET /v1/auth/me', { headers })).headers),
      );
      const { keyRequestsPerMinute: ofKey, sessionRequestsPerMinute: ofSession } = TIERS[tier];
      expect(limits.map((headers) => Number(headers['x-ratelimit-limit']))).toEqual([
        ofKey,
        ofKey,
        ofSession,
      ]);
      await untilPointed(account);
    }
    // What they used before goes, while they call.
    for (let round = 0; (await ownKeys(account)).length > 1 && round < 20; round += 1) {
      await aMinuteLater();
      await sleep(500);
    }
    expect((await ownKeys(account)).map(({ name }) => name)).toEqual([await usageKey(account)]);
    const { statuses: came, total } = await load.stop();
    expect(came).toEqual({ 200: total });
    expect(total).toBeGreaterThan(100);
  });

  test(
    'the control plane throttles, is slow and fails, and no request does',
    async () => {
      const { account, callers } = await busyTenant();
      const load = await underLoad(callers);
      const until = Date.now() + OUTAGE_SECONDS * 1000;
      const faults = ['throttled', { delayMilliseconds: 400 }, 'down', { resetEvery: 2 }] as const;
      const runs: Promise<void>[] = [];
      for (let round = 0; Date.now() < until; round += 1) {
        stack.local.pauseApiGateway(faults[round % faults.length]);
        if (round % 2 === 0) await onTier(account.tenantId, round % 4 === 0 ? 'enterprise' : 'pro');
        runs.push(aMinuteLater());
        await sleep(OUTAGE_SECONDS * 125);
      }
      const { statuses: came, total } = await load.stop();
      expect(came).toEqual({ 200: total });
      stack.local.resumeApiGateway();
      await Promise.all(runs);
      await untilPointed(account);
      const { tier, usageKey: pointed } = (await stack.table.get(tenantKey(account.tenantId))) ?? {};
      const plan = stack.local.physicalId(`UsagePlans${tier?.S}`);
      const { items = [] } = await aws.send(new GetUsagePlanKeysCommand({ usagePlanId: plan, limit: 500 }));
      expect(items.map(({ name }) => name)).toContain(pointed?.S);
    },
    180_000 + OUTAGE_SECONDS * 2000,
  );
});

test('no log line and no figure names an API key or a password', () => {
  for (const line of stack.lines.filter((each) => each.includes('reconciler')))
    expect(line).not.toMatch(/lk_(live|test)_/);
});
