import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface UsageKeyReconcilerProps {
  readonly reconciler: LatchkeyFunction;
  /** Whether it is called. */
  readonly isCalled: boolean;
}

/**
 * Runs the reconciler. Every minute, the shortest that EventBridge knows: for so long a key that was deleted by hand
 * is a 403 for its tenant. A run that finds nothing to do makes a dozen calls.
 */
export class UsageKeyReconciler extends Construct {
  constructor(scope: Construct, id: string, { reconciler, isCalled }: UsageKeyReconcilerProps) {
    super(scope, id);
    const rule = new Rule(this, 'EveryMinute', {
      description: 'Gives tenants usage keys of their own',
      schedule: Schedule.rate(Duration.minutes(1)),
      enabled: isCalled,
      // A call that is not made in time is made by the next minute's event.
      targets: [
        new LambdaFunction(reconciler.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'A call that is lost is made good by the next, a minute later; nothing of it need be kept.',
    });
  }
}
