import { createDynamoDbHttp, type DynamoDbHttp } from '../lambdas/kernel/dynamodb-http.ts';
import { keyRecordKey, sessionKey } from '../lambdas/kernel/item-keys.ts';
import { type ItemKey, N } from '../lambdas/kernel/items.ts';
import { decideOnce, type Handler, keyEvent, tokenEvent } from './authorizer.ts';
import type { Identity } from './identities.ts';
import type { Effort } from './options.ts';
import { type Call, callsOfEach, comparePairs, type Ratio } from './pairs.ts';

export interface WarmResult {
  readonly key: Ratio;
  readonly token: Ratio;
  /** By tokens that the instance sees for the first time, as after a login: their signature is verified. */
  readonly newToken: Ratio;
  /** The floor against itself: what of a ratio is the machine's and not ours. */
  readonly noise: Ratio;
}

/** Times warm decisions against the least that one write to the same item costs. */
export async function measureWarm(
  handler: Handler,
  tableName: string,
  newIdentity: (name: string) => Promise<Identity>,
  { rounds, callsPerBatch }: Effort,
): Promise<WarmResult> {
  const decided = await newIdentity('warm');
  const counted = await newIdentity('floor');
  const client = createDynamoDbHttp();
  const byKey = () => decideOnce(handler, keyEvent(decided.key));
  const byToken = () => decideOnce(handler, tokenEvent(decided.token));
  const newTokens = await tokensOf(decided, callsOfEach(rounds, callsPerBatch));
  const byNewToken = () => decideOnce(handler, tokenEvent(newTokens.pop() ?? ''));
  // The floor's items are used once by the authorizer, so that they are as large as the ones it decides on.
  await decideOnce(handler, keyEvent(counted.key));
  await decideOnce(handler, tokenEvent(counted.token));
  const countKey = countOn(client, tableName, keyRecordKey(counted.locator));
  const countSession = countOn(client, tableName, sessionKey(counted.sessionId));
  return comparePairs(
    {
      key: { floor: countKey, subject: byKey },
      token: { floor: countSession, subject: byToken },
      newToken: { floor: countSession, subject: byNewToken },
      noise: { floor: countKey, subject: countKey },
    },
    rounds,
    callsPerBatch,
  );
}

async function tokensOf({ newToken }: Identity, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) tokens.push(await newToken());
  return tokens;
}

/** The floor: one conditional write that counts and returns the item, and nothing else. */
function countOn(client: DynamoDbHttp, TableName: string, Key: ItemKey): Call {
  return async () => {
    const { Attributes } = await client.updateItem({
      TableName,
      Key,
      UpdateExpression: 'ADD n :one',
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':one': N(1) },
      ReturnValues: 'ALL_NEW',
    });
    if (Attributes?.n?.N === undefined) throw new Error('The floor counted nothing.');
  };
}
