import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import { kindsOf } from '../../lambdas/factors/factors.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { factorsKey, userKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, N, S, text } from '../../lambdas/kernel/items.ts';
import { isCommitted, type Table } from '../../lambdas/kernel/table.ts';

const ATTEMPTS = 10;

/**
 * Has the row of a person tell what second factors there are, once those are replayed: the sign-in reads no more than the
 * row, which the restore has brought back as it was. `item` is that of their factors.
 */
export async function settleFactors(item: Item, table: Table): Promise<void> {
  const tenantId = text(item, 'ten');
  const userId = text(item, 'PK').slice('USER#'.length);
  const store = new DynamoFactorStore(table);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const present = await store.find({ tenantId, userId });
    const told = isCommitted(
      table.transact([
        {
          Update: {
            Key: userKey(tenantId, userId),
            UpdateExpression: `SET ${attribute.FACTORS} = :kinds`,
            ConditionExpression: 'attribute_exists(PK)',
            ExpressionAttributeValues: { ':kinds': { L: kindsOf(present).map(S) } },
          },
        },
        {
          ConditionCheck: {
            Key: factorsKey(userId),
            ConditionExpression: 'v = :version',
            ExpressionAttributeValues: { ':version': N(present.version) },
          },
        },
      ]),
    );
    // Of who is gone the factors go too, by an entry of their own.
    if ((await told) || (await table.get(userKey(tenantId, userId))) === undefined) return;
  }
  throw new Error(`The factors of ${userId} change all the time.`);
}
