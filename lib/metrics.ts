import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The namespace of a stack's own metrics in CloudWatch, which its functions write in lines of their logs. */
export function metricsNamespace(scope: Construct): string {
  return `Latchkey/${Stack.of(scope).stackName}`;
}

/** The right to read metrics, which CloudWatch gives for all or none (service authorization reference, CloudWatch). */
export function readMetrics(): PolicyStatement {
  return new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });
}
