import { Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The namespace of a stack's own metrics in CloudWatch, which its functions write in lines of their logs. */
export function metricsNamespace(scope: Construct): string {
  return `Latchkey/${Stack.of(scope).stackName}`;
}

/** A metric that the functions write themselves (lambdas/kernel/metrics.ts), by five minutes. */
export function ownMetric(scope: Construct, metricName: string, outcome: string, statistic = 'Sum'): Metric {
  return new Metric({
    namespace: metricsNamespace(scope),
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
