import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** A metric that the functions write themselves (lambdas/kernel/metrics.ts), by five minutes. */
export function ownMetric(namespace: string, metricName: string, outcome: string, statistic = 'Sum'): Metric {
  return new Metric({
    namespace,
    metricName,
    dimensionsMap: { outcome },
    statistic,
    period: Duration.minutes(5),
  });
}

/** The right to read metrics, which CloudWatch gives for all or none (service authorization reference, CloudWatch). */
export function readMetrics(): PolicyStatement {
  return new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });
}
