import { Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { OwnUsageKeys } from '../lambdas/contract/deployment.ts';
import { OUTCOMES } from '../lambdas/contract/outcomes.ts';
import type { Functions } from './functions.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';
import { metricsNamespace } from './metrics.ts';

export interface MonitoringProps {
  readonly stage: Stage;
  readonly table: Table;
  readonly functions: Functions<LatchkeyFunction>;
  /** Whether keys can be shown again. */
  readonly revealsKeys: boolean;
  /** The records of the stream that nobody could handle. */
  readonly failures: Queue;
  /** Up to how many API keys of the account tenants are given more. */
  readonly usageKeys: Pick<OwnUsageKeys, 'max' | 'maxForInitialTier'>;
  /** The SNS topic that alarms tell; null for alarms that only show. */
  readonly topicArn: string | null;
}

interface AlarmSpec {
  /** Also the name of its page in `docs/runbook/`. */
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm rings at this value and above. */
  readonly threshold: number;
  /** Five minutes each. @default 1 */
  readonly periods?: number;
}

const PERIOD = Duration.minutes(5);

/** The part of a limit at which to look: before anybody meets it. */
const NEAR = 0.95;

/** The dashboard, and the alarms: each names its page in `docs/runbook/`, which says what to do. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const topic = props.topicArn === null ? undefined : Topic.fromTopicArn(this, 'Topic', props.topicArn);
    for (const { name, description, metric, threshold, periods = 1 } of this.alarms(props)) {
      const alarm = new Alarm(this, name, {
        alarmName: `${stackName}-${name}`,
        alarmDescription: `${description} What to do: docs/runbook/${name}.md`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // No call is no fault.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
    }
    new Dashboard(this, 'Dashboard', { dashboardName: stackName, widgets: this.widgets(props) });
  }

  private alarms({
    stage,
    table,
    functions,
    failures,
    usageKeys,
    revealsKeys,
  }: MonitoringProps): readonly AlarmSpec[] {
    const { lambda: authorizer } = functions.authorizer;
    return [
      {
        name: 'authorizer-failing',
        description: 'Decisions fail: callers get a 500, nobody is let in.',
        metric: authorizer.metricErrors({ period: PERIOD, statistic: 'Sum' }),
        threshold: 5,
      },
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
        metric: this.own('Logins', 'refused'),
        threshold: 200,
      },
      {
        name: 'unknown-keys',
        description: 'Many API keys come that nobody has: each costs a write.',
        metric: this.own('UnknownKeys', 'refused'),
        threshold: 5000,
      },
      ...(revealsKeys
        ? [
            {
              name: 'key-reveals',
              description: 'Many API keys are shown again: somebody may be collecting them.',
              metric: this.own('Reveals', 'served'),
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
        name: 'usage-keys',
        description: 'The account nears the API keys that it may have: new tenants stay on shared ones.',
        metric: this.own('UsageKeys', 'done', 'Maximum'),
        threshold: Math.floor(NEAR * Math.min(usageKeys.max, usageKeys.maxForInitialTier)),
      },
      {
        name: 'usage-keys-repaired',
        description: 'Somebody else deleted or changed usage keys.',
        metric: this.own('UsageKeysRepaired', 'done'),
        threshold: 1,
      },
      {
        name: 'reconciler',
        description: 'Tenants do not get usage keys of their own, and lost ones are not made good.',
        metric: this.own('Reconciliations', 'failed'),
        threshold: 3,
        periods: 3,
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
      {
        name: 'upstream-failing',
        description: 'An upstream does not answer, and is left alone for a while.',
        metric: this.own('CircuitsOpened', 'failed'),
        threshold: 1,
      },
      {
        name: 'upstream-at-ceiling',
        description: 'More calls of an upstream at once than it may have: callers get a 503.',
        metric: functions.forwarder.lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }),
        threshold: 10,
      },
    ];
  }

  private widgets({ stage, functions }: MonitoringProps): GraphWidget[][] {
    const by = (name: string, outcomes: readonly string[]) =>
      outcomes.map((outcome) => this.own(name, outcome).with({ label: outcome }));
    const graph = (title: string, left: readonly IMetric[]) =>
      new GraphWidget({ title, left: [...left], width: 12 });
    return [
      [
        graph('Decisions by outcome', by('Decisions', OUTCOMES)),
        graph(
          'A decision, in milliseconds',
          ['p50', 'p99'].map((statistic) => this.own('DecisionsLatency', 'allowed', statistic)),
        ),
      ],
      [
        graph(
          'Requests to our own routes, by outcome',
          by('Requests', ['served', 'refused', 'limited', 'failed']),
        ),
        graph('Logins, and keys that nobody has', [
          ...by('Logins', ['served', 'refused', 'limited', 'failed']),
          this.own('UnknownKeys', 'refused').with({ label: 'unknown keys' }),
        ]),
      ],
      [
        graph('The API', [stage.metricCount(), stage.metricClientError(), stage.metricServerError()]),
        graph('The API, in milliseconds', [
          stage.metricLatency({ statistic: 'p99' }),
          stage.metricIntegrationLatency(),
        ]),
      ],
      [
        graph('Usage keys', [
          this.own('UsageKeys', 'done', 'Maximum').with({ label: 'in the account' }),
          this.own('TenantsWithUsageKey', 'done', 'Maximum').with({ label: 'tenants with one' }),
          this.own('TenantsWithoutUsageKey', 'done', 'Maximum').with({ label: 'tenants without' }),
        ]),
        graph('Runs of the reconciler', by('Reconciliations', ['done', 'interrupted', 'failed'])),
      ],
      [
        graph('Rotations', by('Rotations', ['done', 'failed'])),
        graph(
          'Errors of functions',
          Object.values(functions).map(({ lambda }) => lambda.metricErrors()),
        ),
      ],
    ];
  }

  /** A metric that the functions write themselves (lambdas/kernel/metrics.ts). */
  private own(metricName: string, outcome: string, statistic = 'Sum'): Metric {
    return new Metric({
      namespace: metricsNamespace(this),
      metricName,
      dimensionsMap: { outcome },
      statistic,
      period: PERIOD,
    });
  }
}
