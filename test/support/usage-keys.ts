import { setTimeout as sleep } from 'node:timers/promises';
import { type APIGatewayClient, type ApiKey, GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import type { Account, TestStack } from './stack.ts';

/** The schedule of a stack's template, run by a test: tenants come to usage keys of their own by it. */
export class Schedule {
  readonly #stack: TestStack;
  #minutes = 0;

  constructor(stack: TestStack) {
    this.#stack = stack;
  }

  /** Runs it, as if another minute were over. */
  aMinuteLater(): Promise<void> {
    this.#minutes += 1;
    return this.#stack.local.tick(Date.now() + this.#minutes * 61_000);
  }

  /** The usage key of a tenant's own; undefined while it uses the shared one. */
  async usageKeyOf({ tenantId }: Account): Promise<string | undefined> {
    return (await this.#stack.table.get(tenantKey(tenantId)))?.usageKey?.S;
  }

  /** Runs it until a tenant uses a key of its own. Throws when it does not come to that. */
  async untilPointed(account: Account): Promise<void> {
    for (let round = 0; (await this.usageKeyOf(account)) === undefined; round += 1) {
      if (round === 15)
        throw new Error(`No usage key after ${round} runs:\n${this.#stack.lines.slice(-20).join('\n')}`);
      await this.#stack.local.idle();
      await this.aMinuteLater();
      await sleep(500);
    }
  }
}

/** A tenant's own keys in API Gateway, which are named after it, of an account with at most 500. */
export async function usageKeysOf(aws: APIGatewayClient, tenantId: string): Promise<ApiKey[]> {
  const { items = [] } = await aws.send(new GetApiKeysCommand({ limit: 500 }));
  return items.filter(({ name = '' }) => name.includes(tenantId.replaceAll('-', '')));
}
