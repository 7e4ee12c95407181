import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { HOT_KINDS, KINDS } from '../lambdas/ledger/kinds.ts';
import { keyUse } from './encryption-key.ts';
import type { IdentityTable } from './identity-table.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';
import { USAGE_READING } from './stream-reading.ts';

export interface KeyStreamProps {
  /** The customer's key that encrypts the queue. @default - AWS's own */
  readonly encryptionKey?: IKey;
  readonly table: IdentityTable;
  readonly consumer: LatchkeyFunction;
  /** Counts the uses of keys. */
  readonly counter: LatchkeyFunction;
  /** Whether something follows from the first use of a key: only where accounts wait for it. */
  readonly followsFirstUses: boolean;
  readonly removalPolicy: RemovalPolicy;
  /** Whether the readers are called: of two Regions one follows what happens. */
  readonly isRead: boolean;
}

/**
 * A key or a tenant that begins or is deleted, by TTL or by us: it is counted, and frees what hung on it. A mail that is
 * queued: it is sent. Of its removal nothing follows, but a filter of its own would be the sixth.
 */
const BIRTHS_AND_DEATHS = {
  eventName: ['INSERT', 'REMOVE'],
  dynamodb: { Keys: { SK: { S: ['KEY', 'TENANT', { prefix: 'MAIL#' }] } } },
};
/** The one decision of a key's life that counts it from zero to one. */
const FIRST_USES = { dynamodb: { NewImage: { SK: { S: ['KEY'] }, n: { N: ['1'] } } } };

/** A change of a hot record; decisions take the note of it off again, and are not worth a call. */
const CHANGES = { dynamodb: { NewImage: { chg: { M: { what: { S: [{ exists: true }] } } } } } };

/**
 * What the ledger follows besides hot records, which come by {@link CHANGES}. People are counted too, and their sessions
 * must follow, were whoever changed them cut off.
 */
const ENDS = {
  dynamodb: {
    Keys: { SK: { S: KINDS.filter(({ name }) => !HOT_KINDS.includes(name)).map(({ sortKey }) => sortKey) } },
  },
};

/** Every change of a key that has been used: a filter cannot compare the two images. */
const USES = {
  eventName: ['MODIFY'],
  dynamodb: { Keys: { SK: { S: ['KEY'] } }, NewImage: { n: { N: [{ exists: true }] } } },
};

/** The end of a run of the reconciler, once a minute: by it the readers show that they are called. */
const HEARTBEATS = {
  dynamodb: { Keys: { SK: { S: ['RECONCILER'] } }, NewImage: { leasedUntil: { N: ['0'] } } },
};

/**
 * Brings what happens to keys, sessions, tenants and people to the function that does what follows from it, and uses
 * to the one that counts them. These two are all the readers that a shard takes (DynamoDB Streams API reference,
 * `LimitExceededException`).
 */
export class KeyStream extends Construct {
  /** Takes the records that could not be handled. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: KeyStreamProps) {
    super(scope, id);
    const { table, consumer, counter, followsFirstUses, removalPolicy, isRead, encryptionKey } = props;
    const failures = new Queue(this, 'Failures', {
      ...(encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
      enforceSSL: true,
      // The longest that SQS keeps a message: time for a person to look.
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });
    this.failures = failures;
    const reason = 'It is the dead-letter queue, of a stream: what fails here has nowhere further to go.';
    Validations.of(failures).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );

    for (const { lambda } of [consumer, counter]) {
      // The four that Lambda checks when the mapping is made, on this stream only; CDK's grant lists all streams.
      lambda.addToRolePolicy(
        new PolicyStatement({
          actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
            (action) => `dynamodb:${action}`,
          ),
          resources: [table.streamArn],
        }),
      );
      lambda.addToRolePolicy(
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
      );
      if (encryptionKey !== undefined) lambda.addToRolePolicy(keyUse(encryptionKey, 'sqs'));
    }
    const common = {
      eventSourceArn: table.streamArn,
      enabled: isRead,
      startingPosition: StartingPosition.TRIM_HORIZON,
      reportBatchItemFailures: true,
      // A record is tried for as long as the stream holds it: what is set aside is a gap in an audit trail.
      bisectBatchOnError: true,
      maxRecordAge: Duration.hours(23),
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    };
    new EventSourceMapping(this, 'Mapping', {
      ...common,
      target: consumer.lambda,
      // Lambda takes five at most ("Lambda quotas").
      filters: [BIRTHS_AND_DEATHS, CHANGES, ENDS, HEARTBEATS, ...(followsFirstUses ? [FIRST_USES] : [])].map(
        (pattern) => FilterCriteria.filter(pattern),
      ),
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(5),
    });
    new EventSourceMapping(this, 'UsageMapping', {
      ...common,
      target: counter.lambda,
      filters: [USES, HEARTBEATS].map((pattern) => FilterCriteria.filter(pattern)),
      batchSize: USAGE_READING.batchSize,
      maxBatchingWindow: Duration.seconds(USAGE_READING.windowSeconds),
      parallelizationFactor: USAGE_READING.parallelizationFactor,
    });
  }
}
