import type { Item, ItemKey } from './items.ts';

export interface UpdateItemInput {
  readonly TableName: string;
  readonly Key: ItemKey;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: 'ALL_NEW' | 'NONE';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}

export interface BatchGetItemInput {
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly ItemKey[]; readonly ConsistentRead?: boolean }>
  >;
}

/** The two calls that a decision makes. The authorizer's own client has them, and so has the SDK. */
export interface RecordClient {
  /** Throws an error named `ConditionalCheckFailedException` that holds the old `Item`, as the SDK does. */
  updateItem(input: UpdateItemInput): Promise<{ readonly Attributes?: Item }>;
  batchGetItem(
    input: BatchGetItemInput,
  ): Promise<{ readonly Responses?: Readonly<Record<string, readonly Item[]>> }>;
}

/** Whether a write was refused by its condition; the error then holds the item as it was, when asked to. */
export function isConditionFailure(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
