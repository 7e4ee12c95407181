import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface EveryMinuteProps {
  readonly target: LatchkeyFunction;
  readonly description: string;
  /** Whether it is called. */
  readonly isCalled: boolean;
}

/** Runs a function every minute, the shortest that EventBridge knows. */
export class EveryMinute extends Construct {
  constructor(scope: Construct, id: string, { target, description, isCalled }: EveryMinuteProps) {
    super(scope, id);
    const rule = new Rule(this, 'EveryMinute', {
      description,
      schedule: Schedule.rate(Duration.minutes(1)),
      enabled: isCalled,
      // A call that is not made in time is made by the next minute's event.
      targets: [new LambdaFunction(target.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'A call that is lost is made good by the next, a minute later; nothing of it need be kept.',
    });
  }
}
