import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

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
