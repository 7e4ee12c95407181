import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDbCalls, Operation } from '../lambdas/kernel/record-client.ts';

type Send = (client: DynamoDBClient, input: never) => Promise<object>;

const SEND: Readonly<Record<Operation, Send>> = {
  BatchGetItem: (client, input) => client.send(new BatchGetItemCommand(input)),
  BatchWriteItem: (client, input) => client.send(new BatchWriteItemCommand(input)),
  DeleteItem: (client, input) => client.send(new DeleteItemCommand(input)),
  GetItem: (client, input) => client.send(new GetItemCommand(input)),
  Query: (client, input) => client.send(new QueryCommand(input)),
  Scan: (client, input) => client.send(new ScanCommand(input)),
  TransactWriteItems: (client, input) => client.send(new TransactWriteItemsCommand(input)),
  UpdateItem: (client, input) => client.send(new UpdateItemCommand(input)),
};

/** DynamoDB by the AWS SDK: with the Region, the endpoint and the credentials that it finds for whoever runs a command. */
export function sdkCalls(client: DynamoDBClient): DynamoDbCalls {
  return {
    async call<Output extends object>(operation: Operation, input: object) {
      try {
        return textual(await SEND[operation](client, binary(input) as never)) as Output;
      } catch (error) {
        // Errors show items, too.
        const { Item, CancellationReasons } = error as Readonly<Record<string, unknown>>;
        throw Object.assign(error as Error, textual({ Item, CancellationReasons }));
      }
    },
  };
}

/** With bytes where DynamoDB's JSON has base64 text: that is how the SDK takes binary values. */
const binary = changed((value) => (typeof value === 'string' ? Buffer.from(value, 'base64') : value));

/** With base64 text where the SDK gives bytes. */
const textual = changed((value) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
);

/** A copy whose binary values are changed, however deep. An attribute that is called `B` has an object as its value, and stays. */
function changed(change: (value: unknown) => unknown): (value: unknown) => unknown {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (name === 'BS' && Array.isArray(member)) return [name, member.map(change)];
        return [name, copy(name === 'B' ? change(member) : member)];
      }),
    );
  };
  return copy;
}
