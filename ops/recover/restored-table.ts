import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { timestamp } from '../../lambdas/kernel/clock.ts';
import { OpsError } from '../target.ts';

const POLL_MILLISECONDS = 1_000;
/** A restore takes minutes to hours, by the size of the table (DynamoDB developer guide, "Point-in-time recovery"). */
const RESTORE_TIMEOUT_MILLISECONDS = 24 * 3_600_000;
const PROGRESS_MILLISECONDS = 60_000;

/** A table as DynamoDB describes it; undefined where there is none. */
export async function describeTable(
  name: string,
  dynamodb: DynamoDBClient,
): Promise<TableDescription | undefined> {
  try {
    return (await dynamodb.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Throws an `OpsError` where a table cannot be restored to a time, in Unix seconds. */
export async function requireRestorable(name: string, at: number, dynamodb: DynamoDBClient): Promise<void> {
  const { ContinuousBackupsDescription } = await dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName: name }),
  );
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
  if (earliest === undefined || latest === undefined)
    throw new OpsError(`The table ${name} has no point-in-time recovery.`);
  const [from, to] = [earliest, latest].map((date) => Math.floor(date.getTime() / 1000));
  if (from !== undefined && to !== undefined && at >= from && at <= to) return;
  throw new OpsError(
    `--to: the table ${name} can be restored to a time from ${timestamp(from ?? 0)} to ${timestamp(to ?? 0)}; name one of these.`,
  );
}

/** Restores a table to a time as another one. Answers when that can be read. */
export async function restore(
  { from, into, at }: { readonly from: string; readonly into: string; readonly at: number },
  dynamodb: DynamoDBClient,
  log: (line: string) => void,
): Promise<void> {
  await dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: from,
      TargetTableName: into,
      RestoreDateTime: new Date(at * 1000),
    }),
  );
  await untilActive(into, dynamodb, log);
}

/** Answers when a table that is being restored can be read. */
export async function untilActive(
  name: string,
  dynamodb: DynamoDBClient,
  log: (line: string) => void,
): Promise<void> {
  const begun = Date.now();
  for (let told = begun; ; ) {
    const status = (await describeTable(name, dynamodb))?.TableStatus;
    if (status === 'ACTIVE') return;
    const now = Date.now();
    if (now - begun > RESTORE_TIMEOUT_MILLISECONDS)
      throw new OpsError(
        `The table ${name} is still ${status}. Run the command again: it goes on from there.`,
      );
    if (now - told > PROGRESS_MILLISECONDS) {
      log(`The table ${name} is ${status}, after ${Math.round((now - begun) / 60_000)} minutes.`);
      told = now;
    }
    await sleep(POLL_MILLISECONDS);
  }
}

/**
 * Gives a restored table what a restore leaves out (DynamoDB developer guide, "Restoring a table"): TTL, point-in-time
 * recovery, the protection of the table before it, and last the stream. Gives the stream's ARN.
 */
export async function prepareTable(
  name: string,
  isProtected: boolean,
  dynamodb: DynamoDBClient,
): Promise<string> {
  const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name }));
  if (!['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? ''))
    await dynamodb.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      }),
    );
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  if (isProtected)
    await dynamodb.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: true }));
  const before = await describeTable(name, dynamodb);
  if (before?.StreamSpecification?.StreamEnabled !== true) {
    await untilActive(name, dynamodb, () => undefined);
    await dynamodb.send(
      new UpdateTableCommand({
        TableName: name,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    await untilActive(name, dynamodb, () => undefined);
  }
  const arn = (await describeTable(name, dynamodb))?.LatestStreamArn;
  if (arn === undefined) throw new OpsError(`The table ${name} has no stream. Run the command again.`);
  return arn;
}
