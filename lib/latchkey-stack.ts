import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Latchkey } from './latchkey.ts';
import type { Settings } from './settings.ts';

export interface LatchkeyStackProps extends Settings {
  /** Where the bundle of each folder in `lambdas/functions` is. @default - where the synth puts it */
  readonly bundles?: Readonly<Record<string, string>>;
}

/** The repository's own stack: one Latchkey, as `latchkey.config.ts` has it. */
export class LatchkeyStack extends Stack {
  constructor(scope: Construct, { config, profile, published, bundles }: LatchkeyStackProps) {
    const isProduction = config.environment === 'production';
    super(scope, config.name, {
      stackName: config.name,
      description: `The front door of ${profile.title}`,
      terminationProtection: isProduction,
    });
    const { kmsKeyArn, alarmTopicArn } = config;
    // CDK leaves the id out of logical ids: all are what they were when the parts stood in the stack itself.
    new Latchkey(this, 'Default', {
      _settings: { config, profile, published },
      _bundles: bundles,
      // Not what a failed first deployment made: it would be in the way of the second.
      removalPolicy: isProduction ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      logRetention: config.logRetentionDays,
      encryptionKey: kmsKeyArn === null ? undefined : Key.fromKeyArn(this, 'Key', kmsKeyArn),
      alarmTopic: alarmTopicArn === null ? undefined : Topic.fromTopicArn(this, 'Topic', alarmTopicArn),
    });
  }
}
