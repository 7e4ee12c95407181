import type { Item, ItemKey } from './items.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export interface UpdateItemInput {
  readonly TableName: string;
  readonly Key: ItemKey;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}

export interface UpdateItemOutput {
  readonly Attributes?: Item;
}

export interface KeysAndAttributes {
  readonly Keys: readonly ItemKey[];
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export interface BatchGetItemInput {
  readonly RequestItems: Readonly<Record<string, KeysAndAttributes>>;
}

export interface BatchGetItemOutput {
  /** The items that exist, by table, in no order. A key without an item is simply absent. */
  readonly Responses: Readonly<Record<string, readonly Item[]>>;
}

/** The operations of DynamoDB that are called (DynamoDB API reference). */
export type Operation =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'Query'
  | 'Scan'
  | 'TransactWriteItems'
  | 'UpdateItem';

/** DynamoDB as its JSON has it: binary values are base64 text. */
export interface DynamoDbCalls {
  /**
   * Makes one call; input and output are the operation's (DynamoDB API reference). What may pass is repeated, so that a write may
   * be applied twice. Throws an error whose name is DynamoDB's code for it.
   */
  call<Output extends object>(operation: Operation, input: object): Promise<Output>;
}

/** The two calls that a decision makes. The authorizer's client has them, and so has {@link Table}. */
export interface RecordClient {
  /** Throws an error named `ConditionalCheckFailedException` that holds the old `Item`. */
  updateItem(input: UpdateItemInput): Promise<UpdateItemOutput>;
  batchGetItem(input: BatchGetItemInput): Promise<BatchGetItemOutput>;
}

/** Whether a write was refused by its condition; the error then holds the item as it was, when asked to. */
export function isConditionFailure(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
