import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { OUTCOMES } from '../lambdas/contract/outcomes.ts';
import { type AlarmedParts, alarms } from './alarms.ts';
import { ownMetric } from './metrics.ts';

export interface MonitoringProps extends AlarmedParts {
  /** The SNS topic that alarms tell; null for alarms that only show. */
  readonly topicArn: string | null;
  /** Whether nothing runs: then nothing is missed. */
  readonly isStandby: boolean;
}

/** The dashboard, and the alarms: each names its page in `docs/runbook/`, which says what to do. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const topic = props.topicArn === null ? undefined : Topic.fromTopicArn(this, 'Topic', props.topicArn);
    for (const { name, description, metric, threshold, periods = 1, isHeartbeat = false } of alarms(
      this,
      props,
    )) {
      if (isHeartbeat && props.isStandby) continue;
      const alarm = new Alarm(this, name, {
        alarmName: `${stackName}-${name}`,
        alarmDescription: `${description} What to do: docs/runbook/${name}.md`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: isHeartbeat
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // No call is no fault, but where one comes every minute.
        treatMissingData: isHeartbeat ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
    }
    new Dashboard(this, 'Dashboard', { dashboardName: stackName, widgets: this.widgets(props) });
  }

  private widgets({ stage, functions }: MonitoringProps): GraphWidget[][] {
    const by = (name: string, outcomes: readonly string[]) =>
      outcomes.map((outcome) => ownMetric(this, name, outcome).with({ label: outcome }));
    const graph = (title: string, left: readonly IMetric[]) =>
      new GraphWidget({ title, left: [...left], width: 12 });
    return [
      [
        graph('Decisions by outcome', by('Decisions', OUTCOMES)),
        graph(
          'A decision, in milliseconds',
          ['p50', 'p99'].map((statistic) => ownMetric(this, 'DecisionsLatency', 'allowed', statistic)),
        ),
      ],
      [
        graph(
          'Requests to our own routes, by outcome',
          by('Requests', ['served', 'refused', 'limited', 'failed']),
        ),
        graph('Logins, and keys that nobody has', [
          ...by('Logins', ['served', 'refused', 'limited', 'failed']),
          ownMetric(this, 'UnknownKeys', 'refused').with({ label: 'unknown keys' }),
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
          ownMetric(this, 'UsageKeys', 'done', 'Maximum').with({ label: 'in the account' }),
          ownMetric(this, 'TenantsWithUsageKey', 'done', 'Maximum').with({ label: 'tenants with one' }),
          ownMetric(this, 'TenantsWithoutUsageKey', 'done', 'Maximum').with({ label: 'tenants without' }),
        ]),
        graph('Runs of the reconciler', by('Reconciliations', ['done', 'interrupted', 'failed'])),
      ],
      [
        graph('Rotations, and erasures', [
          ...by('Rotations', ['done', 'failed']),
          ownMetric(this, 'Erasures', 'done').with({ label: 'erasures' }),
        ]),
        graph(
          'Errors of functions',
          Object.values(functions).map(({ lambda }) => lambda.metricErrors()),
        ),
      ],
    ];
  }
}
