import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The namespace of a stack's own metrics in CloudWatch, which its functions write in lines of their logs. */
export function metricsNamespace(scope: Construct): string {
  return `Latchkey/${Stack.of(scope).stackName}`;
}
