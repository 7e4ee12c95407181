import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  GetStagesCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, S } from '../../lambdas/kernel/items.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import { tableNamed } from '../aws.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';
import { said } from './gateway.ts';
import { stackOutputs } from './stack.ts';

/** A new usage key takes up to 40 minutes to work, as was reported (docs/aws-facts.md, 5). */
const PATIENCE_SECONDS = 45 * 60;
/** A quota is best effort: so many calls beyond it are not yet wrong. */
const BEYOND_QUOTA = 60;

export interface QuotaProbe {
  readonly flow: Flow;
  readonly table: string | undefined;
  readonly stack: string | undefined;
}

/**
 * Whether a plan whose quota is used up answers QUOTA_EXCEEDED: with a plan of one call a day, and the throw-away tenant on
 * a key of it. It makes and deletes a plan and a key, and may wait as long as a key takes to work: `--slow`.
 */
export function quotaProbe(
  { flow, table: tableName, stack }: QuotaProbe,
  { seconds = PATIENCE_SECONDS, pauseMilliseconds = 5_000 } = {},
): Probe {
  return {
    id: 'quota',
    subject: 'QUOTA_EXCEEDED',
    settles: [20],
    async run() {
      const { tenantId } = flow.trace;
      if (tableName === undefined || stack === undefined || tenantId === undefined)
        return notChecked('With --stack, a plan of one call a day is tried.');
      const gateway = new APIGatewayClient({});
      const restApiId = (await stackOutputs(stack)).ApiId ?? '';
      const { item: [stage] = [] } = await gateway.send(new GetStagesCommand({ restApiId }));
      const apiStage = { apiId: restApiId, stage: stage?.stageName ?? '' };
      const value = `doctor${randomBytes(24).toString('hex')}`;
      const undo: (() => Promise<unknown>)[] = [];
      try {
        const plan = await gateway.send(
          new CreateUsagePlanCommand({
            name: value,
            description: 'Made by the doctor, which deletes it',
            apiStages: [apiStage],
            quota: { limit: 1, period: 'DAY' },
          }),
        );
        const usagePlanId = plan.id ?? '';
        undo.unshift(() => gateway.send(new DeleteUsagePlanCommand({ usagePlanId })));
        // A plan that has a stage cannot be deleted.
        const patchOperations = [
          { op: 'remove' as const, path: '/apiStages', value: `${apiStage.apiId}:${apiStage.stage}` },
        ];
        undo.unshift(() => gateway.send(new UpdateUsagePlanCommand({ usagePlanId, patchOperations })));
        const { id: apiKey = '' } = await gateway.send(
          new CreateApiKeyCommand({ name: value, value, enabled: true }),
        );
        undo.unshift(() => gateway.send(new DeleteApiKeyCommand({ apiKey })));
        await gateway.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: apiKey, keyType: 'API_KEY' }));
        undo.unshift(await pointAt(value, tableNamed(tableName), tenantId));
        return await called(flow, seconds, pauseMilliseconds);
      } finally {
        for (const step of undo) await step().catch(() => undefined);
      }
    },
  };
}

/** Has the authorizer name this usage key for the tenant. Gives what takes it back. */
async function pointAt(value: string, table: Table, tenantId: string): Promise<() => Promise<unknown>> {
  const set = (usageKey: Item[string] | undefined) =>
    table.updateIf(tenantKey(tenantId), {
      UpdateExpression: usageKey === undefined ? 'REMOVE usageKey' : 'SET usageKey = :key',
      ConditionExpression: 'attribute_exists(PK)',
      ...(usageKey === undefined ? {} : { ExpressionAttributeValues: { ':key': usageKey } }),
    });
  const before = (await table.get(tenantKey(tenantId)))?.usageKey;
  await set(S(value));
  return () => set(before);
}

/** Calls until the plan refuses: first the key does not work yet, then one call passes, then none. */
async function called(flow: Flow, seconds: number, pauseMilliseconds: number): Promise<Result> {
  const started = Date.now();
  for (let passed = 0; ; ) {
    // Facts of a tenant may be two seconds old.
    await delay(pauseMilliseconds);
    const response = await flow.call('getMe', { authorization: `Bearer ${flow.trace.keys[0]}` });
    if (response.status === 429 && response.errorType?.startsWith('LimitExceeded'))
      return ok(`A plan of one call a day answers 429 QUOTA_EXCEEDED after ${passed} calls.`);
    if (response.status === 200) passed += 1;
    else if (response.status !== 403)
      return wrong(
        `A plan whose quota is used up answers ${said(response)}.`,
        'Deploy the template again: the gateway response QUOTA_EXCEEDED in lib/gateway-responses.ts is a 429.',
      );
    if (passed > BEYOND_QUOTA)
      return wrong(
        `A plan of one call a day let ${passed} calls pass.`,
        'Quotas are best effort (docs/aws-facts.md, 4): do not bill by them; exact limits are those of keys.',
      );
    if (Date.now() - started > seconds * 1000)
      return notChecked(`After ${seconds} seconds the key of the plan does not work yet.`);
  }
}
