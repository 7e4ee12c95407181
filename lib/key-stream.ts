import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IdentityTable } from './identity-table.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface KeyStreamProps {
  readonly table: IdentityTable;
  readonly consumer: LatchkeyFunction;
}

/** DynamoDB's own deletions, as it marks those of a TTL in the stream ("DynamoDB Streams and Time to Live"). */
const TTL_DELETIONS = { userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] } };

/** The other end of a key; the decisions that also change its record are not worth a call. */
const REVOCATIONS = { dynamodb: { NewImage: { SK: { S: ['KEY'] }, st: { S: ['revoked'] } } } };

/** Brings the ends of keys to the function that frees what hung on them. */
export class KeyStream extends Construct {
  /** Takes the records that could not be handled. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, { table, consumer }: KeyStreamProps) {
    super(scope, id);
    const failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The longest that SQS keeps a message: time for a person to look.
      retentionPeriod: Duration.days(14),
    });
    this.failures = failures;
    const reason = 'It is the dead-letter queue, of a stream: what fails here has nowhere further to go.';
    Validations.of(failures).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );

    // The four that Lambda checks when the mapping is made, on this stream only; CDK's grant lists all streams.
    consumer.lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
          (action) => `dynamodb:${action}`,
        ),
        resources: [table.streamArn],
      }),
    );
    consumer.lambda.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
    );
    new EventSourceMapping(this, 'Mapping', {
      target: consumer.lambda,
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [FilterCriteria.filter(TTL_DELETIONS), FilterCriteria.filter(REVOCATIONS)],
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(5),
      reportBatchItemFailures: true,
      // A record that cannot be handled is found by halves and set aside; the shard goes on.
      bisectBatchOnError: true,
      retryAttempts: 5,
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    });
  }
}
