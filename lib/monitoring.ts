import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { OUTCOMES } from '../lambdas/contract/outcomes.ts';
import { type AlarmedParts, alarms } from './alarms.ts';
import { ownMetric } from './metrics.ts';

export interface MonitoringProps extends AlarmedParts {
  /** Names the dashboard, and begins the names of the alarms. */
  readonly name: string;
  /** The SNS topic that alarms tell. @default - they only show */
  readonly topic?: ITopic;
  /** Whether nothing runs: then nothing is missed. */
  readonly isStandby: boolean;
}

/** The dashboard, and the alarms: each names its page in `docs/runbook/`, which says what to do. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { topic } = props;
    for (const { name, description, metric, threshold, periods = 1, isHeartbeat = false } of alarms(props)) {
      if (isHeartbeat && props.isStandby) continue;
      const alarm = new Alarm(this, name, {
        alarmName: `${props.name}-${name}`,
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
    new Dashboard(this, 'Dashboard', { dashboardName: props.name, widgets: this.widgets(props) });
  }

  private widgets({ namespace, stage, functions }: MonitoringProps): GraphWidget[][] {
    const by = (name: string, outcomes: readonly string[]) =>
      outcomes.map((outcome) => ownMetric(namespace, name, outcome).with({ label: outcome }));
    const graph = (title: string, left: readonly IMetric[]) =>
      new GraphWidget({ title, left: [...left], width: 12 });
    return [
      [
        graph('Decisions by outcome', by('Decisions', OUTCOMES)),
        graph(
          'A decision, in milliseconds',
          ['p50', 'p99'].map((statistic) => ownMetric(namespace, 'DecisionsLatency', 'allowed', statistic)),
        ),
      ],
      [
        graph(
          'Requests to our own routes, by outcome',
          by('Requests', ['served', 'refused', 'limited', 'failed']),
        ),
        graph('Logins, and keys that nobody has', [
          ...by('Logins', ['served', 'refused', 'limited', 'failed']),
          ownMetric(namespace, 'UnknownKeys', 'refused').with({ label: 'unknown keys' }),
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
          ownMetric(namespace, 'UsageKeys', 'done', 'Maximum').with({ label: 'in the account' }),
          ownMetric(namespace, 'TenantsWithUsageKey', 'done', 'Maximum').with({ label: 'tenants with one' }),
          ownMetric(namespace, 'TenantsWithoutUsageKey', 'done', 'Maximum').with({
            label: 'tenants without',
          }),
        ]),
        graph('Runs of the reconciler', by('Reconciliations', ['done', 'interrupted', 'failed'])),
      ],
      [
        graph('Rotations, and erasures', [
          ...by('Rotations', ['done', 'failed']),
          ownMetric(namespace, 'Erasures', 'done').with({ label: 'erasures' }),
        ]),
        graph(
          'Errors of functions',
          Object.values(functions).map(({ lambda }) => lambda.metricErrors()),
        ),
      ],
    ];
  }
}
