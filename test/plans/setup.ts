import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import {
  APIGatewayClient,
  type ApiKey,
  CreateApiKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import type { OwnUsageKeys } from '../../lambdas/contract/deployment.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import { ControlPlane } from '../../lambdas/plans/control-plane-client.ts';
import { type Report, reconcile, type UsagePlans } from '../../lambdas/plans/reconcile.ts';
import { DynamoUsageKeyStore } from '../../lambdas/plans/usage-key-store.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import type { LocalStackOptions } from '../../local/stack.ts';
import { editedAssembly } from '../support/assembly.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { newAccount } from '../support/table.ts';

/** The reconciler on a stack of its own: a real table and control plane, and a clock that tests move. */
export const SETTINGS: OwnUsageKeys = {
  max: 9_500,
  maxForInitialTier: 8_000,
  warmSeconds: 300,
  retireSeconds: 600,
};

/** What a run may be given besides what all have. */
export interface RunOptions {
  readonly settings?: Partial<OwnUsageKeys>;
  /** @default a run of its own, on a lease of a minute */
  readonly leaseSeconds?: number;
  readonly deadline?: AbortSignal;
  /** Attempts of each call. @default 5 */
  readonly maxAttempts?: number;
  /** Stands between a run and the control plane. */
  readonly through?: (controlPlane: ControlPlane) => ControlPlane;
}

export interface ReconcilerStack {
  readonly stack: TestStack;
  readonly store: DynamoUsageKeyStore;
  readonly plans: UsagePlans;
  run(options?: RunOptions): Promise<Report>;
  /** Runs until nothing is left to be done, letting keys warm and retire. */
  converge(options?: RunOptions): Promise<void>;
  /** Unix seconds. */
  now(): number;
  pass(seconds: number): void;
  /** A tenant that the stream has registered. */
  tenant(tier?: string): Promise<string>;
  /** As an operator does. */
  changeTier(tenantId: string, tier: string): Promise<void>;
  /** The usage key that a tenant is pointed at. */
  usageKey(tenantId: string): Promise<string | undefined>;
  /** The account's keys, by the control plane. */
  keys(): Promise<ApiKey[]>;
  /** The names of the keys in a plan. */
  members(planId: string): Promise<string[]>;
  /** What a careless person may do. */
  readonly byHand: {
    deleteKey(name: string): Promise<void>;
    disableKey(name: string): Promise<void>;
    detachKey(name: string, planId: string): Promise<void>;
    deletePlan(planId: string): Promise<void>;
    createKey(name: string): Promise<void>;
  };
  stop(): Promise<void>;
}

export async function startReconciler(
  config: Readonly<Record<string, unknown>> = {},
  options: Partial<LocalStackOptions> = {},
): Promise<ReconcilerStack> {
  // The stack's own reconciler would run beside the tests'.
  const configuration = { profile: 'default', config };
  const assemblyDir = await editedAssembly(configuration, ({ Resources }) => {
    const rules = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
    for (const { Properties } of rules) Properties.State = 'DISABLED';
  });
  let passed = 0;
  const nowMs = () => Date.now() + passed;
  const stack = await startTestStack(configuration, {
    assemblyDir,
    now: nowMs,
    keyPropagationMilliseconds: 60_000,
    ...options,
  });
  const { apiGatewayEndpoint: endpoint, region, credentials } = stack.local;
  const client = (maxAttempts: number) =>
    new APIGatewayClient({ endpoint, region, credentials, maxAttempts, retryMode: 'standard' });
  const aws = client(10);
  const store = new DynamoUsageKeyStore(stack.table);
  const plans: UsagePlans = JSON.parse(stack.local.variables('Functionsreconciler').USAGE_PLANS ?? '');
  const now = () => Math.floor(nowMs() / 1000);
  const pass = (seconds: number) => void (passed += seconds * 1000);
  // Waiting costs no time, and lets the control plane's clock go on.
  const time = { now: nowMs, sleep: async (milliseconds: number) => void (passed += milliseconds) };

  const keys = async () => {
    const all: ApiKey[] = [];
    let position: string | undefined;
    do {
      const page = await aws.send(new GetApiKeysCommand({ limit: 500, position }));
      all.push(...(page.items ?? []));
      position = page.position;
    } while (position !== undefined);
    return all;
  };
  const idOf = async (name: string) => (await keys()).find((key) => key.name === name)?.id;

  const run: ReconcilerStack['run'] = async (given = {}) => {
    const deadline = given.deadline ?? new AbortController().signal;
    const controlPlane = new ControlPlane(client(given.maxAttempts ?? 5), deadline, time);
    return reconcile({
      controlPlane: given.through?.(controlPlane) ?? controlPlane,
      store,
      plans,
      settings: { ...SETTINGS, ...given.settings },
      initialTier: 'free',
      clock: now,
      holder: randomUUID(),
      leaseSeconds: given.leaseSeconds ?? 60,
      deadline,
    });
  };

  return {
    stack,
    store,
    plans,
    run,
    now,
    pass,
    keys,
    async converge(given = {}) {
      for (let round = 0; round < 6; round += 1) {
        await run(given);
        pass(SETTINGS.retireSeconds + 1);
      }
    },
    async tenant(tier = 'free') {
      const account = newAccount({ tier });
      await new DynamoAccountStore(stack.table).createAccount(account);
      await stack.local.idle();
      return account.user.tenantId;
    },
    changeTier: async (tenantId, tier) => {
      const origin = { actor: 'operator', requestId: 'ops' };
      await new DynamoTenantStore(stack.table).change(tenantId, { tier }, origin, now());
    },
    usageKey: async (tenantId) => (await stack.table.get(tenantKey(tenantId)))?.usageKey?.S,
    async members(usagePlanId) {
      const { items = [] } = await aws.send(new GetUsagePlanKeysCommand({ usagePlanId, limit: 500 }));
      return items.map(({ name = '' }) => name);
    },
    byHand: {
      deleteKey: async (name) => void (await aws.send(new DeleteApiKeyCommand({ apiKey: await idOf(name) }))),
      disableKey: async (name) => {
        const patchOperations = [{ op: 'replace', path: '/enabled', value: 'false' } as const];
        await aws.send(new UpdateApiKeyCommand({ apiKey: await idOf(name), patchOperations }));
      },
      detachKey: async (name, usagePlanId) =>
        void (await aws.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId: await idOf(name) }))),
      deletePlan: async (usagePlanId) => void (await aws.send(new DeleteUsagePlanCommand({ usagePlanId }))),
      createKey: async (name) =>
        void (await aws.send(new CreateApiKeyCommand({ name, value: name, enabled: true }))),
    },
    async stop() {
      aws.destroy();
      await stack.stop();
      rmSync(assemblyDir, { recursive: true });
    },
  };
}
