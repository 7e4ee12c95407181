import { beforeAll, describe, expect, it } from 'vitest';
import { DEPLOYER_RIGHTS, deployerPolicy } from '../../lib/docs/deployer-policy.ts';
import withDomain from '../support/domain.json' with { type: 'json' };
import { templateOf } from './synth.ts';

/** Everything that CloudFormation meets in a template: types of resources, and of parameters that it looks up. */
let types: Set<string>;

beforeAll(async () => {
  const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0123-4567-89ab-cdef01234567';
  const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:alarms';
  const templates = await Promise.all([
    templateOf(),
    templateOf({ profile: 'nams', config: { revealApiKey: true } }),
    templateOf({ config: { ...withDomain, domain: { ...withDomain.domain, basePath: 'auth' } } }),
    templateOf({ config: { provisionedConcurrency: { authorizer: 1 } } }),
    templateOf({ environment: 'production', config: { ...withDomain, kmsKeyArn, alarmTopicArn } }),
  ]);
  types = new Set(
    templates.flatMap((template) => {
      const { Resources, Parameters } = template.toJSON();
      return [
        ...Object.values<{ Type: string }>(Resources),
        ...Object.values<{ Type: string }>(Parameters),
      ].map(({ Type }) => Type);
    }),
  );
});

describe('the policy of the role that deploys', () => {
  it('has rights for every type in the templates, and for no other', () => {
    const missing = [...types].filter((type) => !Object.hasOwn(DEPLOYER_RIGHTS, type));
    expect(missing, 'Add what CloudFormation does with it to lib/docs/deployer-policy.ts').toEqual([]);
    expect(Object.keys(DEPLOYER_RIGHTS).filter((type) => !types.has(type))).toEqual([]);
  });

  it('fits into a managed policy: 6,144 characters without blanks (IAM, "Quotas")', () => {
    expect(JSON.stringify(deployerPolicy()).length).toBeLessThanOrEqual(6_144);
  });

  it('lets nobody make roles of another name, or pass one', () => {
    const { Statement } = deployerPolicy() as { Statement: { Action: string[]; Resource: string[] }[] };
    for (const { Action, Resource } of Statement) {
      if (!Action.some((action) => action.startsWith('iam:'))) continue;
      for (const resource of Resource)
        expect(resource).toMatch(
          /^arn:aws:iam::\*:role\/(Latchkey-\*|aws-service-role\/ops\.apigateway\.\*)$/,
        );
    }
  });
});
