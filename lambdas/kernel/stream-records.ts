import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { Item } from './items.ts';
import { observe } from './metrics.ts';

/** Seconds for which a stream keeps what it has to bring. */
export const STREAM_SECONDS = 86_400;

/** The item before and after a change; undefined where there was none. */
export function imagesOf({ dynamodb }: DynamoDBRecord): { readonly before?: Item; readonly after?: Item } {
  return {
    ...(dynamodb?.OldImage === undefined ? {} : { before: dynamodb.OldImage as Item }),
    ...(dynamodb?.NewImage === undefined ? {} : { after: dynamodb.NewImage as Item }),
  };
}

/** Does what follows from a record. False, with a line that says why, when that failed. */
export async function isDone(
  record: DynamoDBRecord | undefined,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const fields = { level: 'ERROR', event: record?.eventID, cause: String(cause) };
    observe({ metrics: [], dimensions: {}, fields });
    return false;
  }
}

/** The answer to Lambda about a batch: from `failed` on it comes again; undefined means that all is done. */
export function batchResponse(failed: DynamoDBRecord | undefined): DynamoDBBatchResponse {
  if (failed === undefined) return { batchItemFailures: [] };
  return { batchItemFailures: [{ itemIdentifier: failed.dynamodb?.SequenceNumber ?? '' }] };
}
