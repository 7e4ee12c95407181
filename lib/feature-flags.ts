import type { Construct } from 'constructs';

/** The flags of the CDK that our parts are written for, whatever the app has that they are part of. */
export const FEATURE_FLAGS = {
  '@aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:target-partitions': ['aws', 'aws-cn', 'aws-us-gov'],
};

/** Sets them for a construct and what will be in it. */
export function useFeatureFlags({ node }: Construct): void {
  for (const [flag, value] of Object.entries(FEATURE_FLAGS)) node.setContext(flag, value);
}
