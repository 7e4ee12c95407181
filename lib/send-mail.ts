import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface MailerProps {
  readonly mailer: LatchkeyFunction;
  /** Whether it is called. */
  readonly isCalled: boolean;
}

/**
 * Runs the mailer every minute for what it could not send at once, or was not told of. The stream tells it of each mail
 * that is queued.
 */
export class Mailer extends Construct {
  constructor(scope: Construct, id: string, { mailer, isCalled }: MailerProps) {
    super(scope, id);
    const rule = new Rule(this, 'EveryMinute', {
      description: 'Tries mails again that could not be sent',
      schedule: Schedule.rate(Duration.minutes(1)),
      enabled: isCalled,
      targets: [new LambdaFunction(mailer.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'A call that is lost is made good by the next, a minute later; nothing of it need be kept.',
    });
  }
}

/**
 * The right to send mails: as one identity of SES (service authorization reference, "Amazon Simple Email Service v2"),
 * or as events on the account's default bus.
 */
export function sendMail(scope: Construct, identity: string | null): PolicyStatement {
  const [service, action, resource, resourceName] =
    identity === null
      ? (['events', 'PutEvents', 'event-bus', 'default'] as const)
      : (['ses', 'SendEmail', 'identity', identity] as const);
  const arn = Stack.of(scope).formatArn({
    service,
    resource,
    resourceName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return new PolicyStatement({ actions: [`${service}:${action}`], resources: [arn] });
}
