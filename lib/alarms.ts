import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { OwnUsageKeys } from '../lambdas/contract/deployment.ts';
import type { Functions } from './function-spec.ts';
import type { ServedTable } from './identity-table.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';
import { ownMetric } from './metrics.ts';
import type { Waf } from './waf.ts';

/** The parts of a Latchkey that alarms watch. */
export interface AlarmedParts {
  /** The namespace in CloudWatch of the metrics that the functions write. */
  readonly namespace: string;
  readonly stage: Stage;
  readonly table: ServedTable;
  readonly functions: Functions<LatchkeyFunction>;
  /** Whether keys can be shown again. */
  readonly revealsKeys: boolean;
  /** Whether a path rule is observed. */
  readonly observesRules: boolean;
  /** The records of the stream that nobody could handle. */
  readonly failures: Queue;
  /** Up to how many API keys of the account tenants are given more. */
  readonly usageKeys: Pick<OwnUsageKeys, 'max' | 'maxForInitialTier'>;
  /** Hours after which a backup is late; null where none is expected. */
  readonly backupHours: number | null;
  /** Days between two rotations of the signing keys. */
  readonly rotationDays: number;
  /** @default - AWS WAF does not stand before the stage */
  readonly waf?: Waf;
}

export interface AlarmSpec {
  /** Also the name of its page in `docs/runbook/`. */
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm rings at this value and above. */
  readonly threshold: number;
  /** Five minutes each. @default 1 */
  readonly periods?: number;
  /** Rings below the threshold, and where nothing is told at all: a dead man's switch. @default false */
  readonly isHeartbeat?: boolean;
}

const PERIOD = Duration.minutes(5);

/** The part of a limit at which to look: before anybody meets it. */
const NEAR = 0.95;

/** A run takes ten seconds a minute for erasures: the largest tenant is done in an hour, and two days are promised. */
const LATE_ERASURE_SECONDS = 6 * 3600;

/** Days after which a rotation that has not come has been missed: Secrets Manager takes its time within a day. */
const ROTATION_GRACE_DAYS = 2;

/** A dead man's switch of a function that is called every minute, whatever callers do. */
function invoked({ lambda }: LatchkeyFunction): Omit<AlarmSpec, 'name' | 'description'> {
  return {
    metric: lambda.metricInvocations({ period: PERIOD, statistic: 'Sum' }),
    threshold: 1,
    periods: 3,
    isHeartbeat: true,
  };
}

/** All alarms. */
export function alarms({
  namespace,
  stage,
  table,
  functions,
  failures,
  usageKeys,
  rotationDays,
  backupHours,
  waf,
  revealsKeys,
  observesRules,
}: AlarmedParts): readonly AlarmSpec[] {
  const { lambda: authorizer } = functions.authorizer;
  return [
    {
      name: 'authorizer-failing',
      description: 'Decisions fail: callers get a 500, nobody is let in.',
      metric: authorizer.metricErrors({ period: PERIOD, statistic: 'Sum' }),
      threshold: 5,
    },
    {
      name: 'authorizer-throttled',
      description: 'Lambda has no instance for a decision: callers get a 500, nobody is let in.',
      metric: authorizer.metricThrottles({ period: PERIOD, statistic: 'Sum' }),
      threshold: 1,
    },
    {
      name: 'upstream-at-ceiling',
      description: 'More calls of an upstream at once than it may have: callers get a 503.',
      metric: functions.forwarder.lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }),
      threshold: 10,
    },
    {
      name: 'upstream-failing',
      description: 'An upstream does not answer, and is left alone for a while.',
      metric: ownMetric(namespace, 'CircuitsOpened', 'failed'),
      threshold: 1,
    },
    ...(observesRules
      ? [
          {
            name: 'observed-calls',
            description:
              'Calls that would be refused are let pass to the upstream, as a path rule is observed.',
            metric: ownMetric(namespace, 'Decisions', 'observed'),
            threshold: 1,
          },
        ]
      : []),
    {
      name: 'slow-decisions',
      description: 'One decision in a hundred takes a quarter of a second or more.',
      metric: authorizer.metricDuration({ period: PERIOD, statistic: 'p99' }),
      threshold: 250,
      periods: 3,
    },
    {
      name: 'server-errors',
      description: 'The API answers 5xx.',
      metric: stage.metricServerError({ period: PERIOD, statistic: 'Sum' }),
      threshold: 20,
    },
    {
      name: 'failed-logins',
      description: 'Many logins fail: somebody may be guessing passwords.',
      metric: ownMetric(namespace, 'Logins', 'refused'),
      threshold: 200,
    },
    {
      name: 'unknown-keys',
      description: 'Many API keys come that nobody has: each costs a write.',
      metric: ownMetric(namespace, 'UnknownKeys', 'refused'),
      threshold: 5000,
    },
    ...(revealsKeys
      ? [
          {
            name: 'key-reveals',
            description: 'Many API keys are shown again: somebody may be collecting them.',
            metric: ownMetric(namespace, 'Reveals', 'served'),
            threshold: 20,
          },
        ]
      : []),
    {
      name: 'signing-keys',
      description: 'A rotation of the signing keys failed.',
      metric: functions.rotation.lambda.metricErrors({ period: PERIOD, statistic: 'Sum' }),
      threshold: 1,
    },
    {
      name: 'rotation-missed',
      description: 'No signing key has been added for longer than a rotation takes to come.',
      // An alarm looks back a week at most, a rotation comes once in months: the reconciler tells the age.
      metric: ownMetric(namespace, 'SigningKeyAge', 'done', 'Maximum'),
      threshold: (rotationDays + ROTATION_GRACE_DAYS) * 86_400,
      // A new stack has none before its first rotation.
      periods: 3,
    },
    {
      name: 'usage-keys',
      description: 'The account nears the API keys that it may have: new tenants stay on shared ones.',
      metric: ownMetric(namespace, 'UsageKeys', 'done', 'Maximum'),
      threshold: Math.floor(NEAR * Math.min(usageKeys.max, usageKeys.maxForInitialTier)),
    },
    {
      name: 'usage-keys-repaired',
      description: 'Somebody else deleted or changed usage keys.',
      metric: ownMetric(namespace, 'UsageKeysRepaired', 'done'),
      threshold: 1,
    },
    {
      name: 'reconciler',
      description: 'Tenants do not get usage keys of their own, and lost ones are not made good.',
      metric: ownMetric(namespace, 'Reconciliations', 'failed'),
      threshold: 3,
      periods: 3,
    },
    {
      ...invoked(functions.reconciler),
      name: 'reconciler-stopped',
      description: 'Nothing calls the reconciler.',
    },
    {
      name: 'erasure-late',
      description: 'What people or tenants have deleted is still there hours after it was due to be erased.',
      metric: ownMetric(namespace, 'OldestErasureSeconds', 'done', 'Maximum'),
      threshold: LATE_ERASURE_SECONDS,
    },
    {
      name: 'mail-waiting',
      description:
        'A mail waits for longer than a quarter of an hour: people cannot confirm addresses or choose passwords.',
      metric: ownMetric(namespace, 'OldestMailSeconds', 'done', 'Maximum'),
      threshold: 900,
    },
    {
      ...invoked(functions.mailer),
      name: 'mailer-stopped',
      description: 'Nothing calls the mailer: mails that could not be sent at once are not tried again.',
    },
    {
      name: 'stream-failures',
      description: 'A change of a key could not be carried through.',
      metric: failures.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 1,
    },
    {
      name: 'stream-late',
      description: 'Changes are not followed: the audit trail, lists and counts lag behind.',
      // Milliseconds (Lambda developer guide, "Lambda metrics").
      metric: functions.stream.lambda.metric('IteratorAge', { period: PERIOD, statistic: 'Maximum' }),
      threshold: 600_000,
    },
    {
      name: 'usage-late',
      description: 'Uses of keys are not counted: what tenants see of their usage lags behind.',
      metric: functions.usage.lambda.metric('IteratorAge', { period: PERIOD, statistic: 'Maximum' }),
      threshold: 600_000,
    },
    {
      ...invoked(functions.stream),
      name: 'stream-stopped',
      description:
        'The mapping that brings changes to the function `stream` does not: it is off, or nothing runs.',
    },
    {
      ...invoked(functions.usage),
      name: 'usage-stopped',
      description:
        'The mapping that brings uses to the function `usage` does not: it is off, or nothing runs.',
    },
    {
      name: 'table-throttled',
      description: 'DynamoDB throttles writes of the table.',
      // Each decision is a write: they are throttled first.
      metric: table.metric('WriteThrottleEvents', { period: PERIOD, statistic: 'Sum' }),
      threshold: 1,
    },
    {
      name: 'logins-throttled',
      description: 'More logins at once than there are instances for.',
      metric: functions.accounts.lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }),
      threshold: 10,
    },
    ...(backupHours === null
      ? []
      : [
          {
            name: 'backup-late',
            description: 'The last backup outside of the account is older than it should be.',
            metric: ownMetric(namespace, 'BackupAge', 'done', 'Maximum'),
            threshold: backupHours * 3600,
            periods: 3,
          },
        ]),
    ...(waf === undefined
      ? []
      : [
          {
            name: 'waf-blocks',
            description:
              'AWS WAF blocks a large part of all requests: a flood, or customers behind one address.',
            metric: waf.blockedPercent(PERIOD),
            threshold: 20,
            periods: 2,
          },
        ]),
  ];
}
