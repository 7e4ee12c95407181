import type { DeployedResource, StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import { Statement, type StatementDocument } from './policy.ts';

interface PolicyDocument {
  readonly Statement?: StatementDocument | readonly StatementDocument[];
}

interface RoleProperties {
  readonly Policies?: readonly { readonly PolicyDocument?: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
}

interface PolicyProperties {
  readonly Roles?: readonly string[];
  readonly PolicyDocument?: PolicyDocument;
}

/** The policies of AWS that a function's role may have, as AWS documents them (Managed policy reference). */
const AWS_MANAGED: Readonly<Record<string, StatementDocument>> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Effect: 'Allow',
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: '*',
  },
  AWSXRayDaemonWriteAccess: {
    Effect: 'Allow',
    Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    Resource: '*',
  },
  AmazonDynamoDBFullAccess: { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
  AdministratorAccess: { Effect: 'Allow', Action: '*', Resource: '*' },
};

/** A role with everything that the template attaches to it. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
  /** Whether it may do everything, as its policies cannot be read here. */
  readonly isUnchecked: boolean;
}

/** Every role of the template by its name. Of one that has what is not emulated, that is `unserved`, and nothing is checked. */
export function readRoles(template: StackTemplate): ReadonlyMap<string, Role> {
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'].flatMap((type) =>
    template.ofType<PolicyProperties & { RoleName?: string }>(type),
  );
  return new Map(
    template.ofType<RoleProperties>('AWS::IAM::Role').map((resource): [string, Role] => {
      const role = { name: resource.ref, arn: resource.attributes.Arn ?? '' };
      try {
        return [
          resource.ref,
          { ...role, statements: statementsOfRole(resource, attached), isUnchecked: false },
        ];
      } catch (error) {
        if (!(error instanceof LocalStackError)) throw error;
        template.unserved(error.message);
        return [resource.ref, { ...role, statements: [], isUnchecked: true }];
      }
    }),
  );
}

function statementsOfRole(
  role: DeployedResource<RoleProperties>,
  attached: readonly DeployedResource<PolicyProperties & { RoleName?: string }>[],
): Statement[] {
  const policies = attached.filter(
    ({ properties: { Roles = [], RoleName } }) => Roles.includes(role.ref) || RoleName === role.ref,
  );
  return [
    ...ownStatements(role, attached),
    ...policies.flatMap(({ logicalId, properties }) => statementsOf(properties.PolicyDocument, logicalId)),
  ];
}

function ownStatements(
  { logicalId, properties }: DeployedResource<RoleProperties>,
  attached: readonly DeployedResource<PolicyProperties>[],
): Statement[] {
  if (properties.PermissionsBoundary !== undefined)
    throw new LocalStackError(`${logicalId}: a permissions boundary is not emulated`);
  const inline = (properties.Policies ?? []).flatMap(({ PolicyDocument }) =>
    statementsOf(PolicyDocument, logicalId),
  );
  const managed = (properties.ManagedPolicyArns ?? []).flatMap((policyArn) => {
    const own = attached.find(({ ref }) => ref === policyArn);
    if (own !== undefined) return statementsOf(own.properties.PolicyDocument, own.logicalId);
    const document = AWS_MANAGED[policyArn.split(':policy/').at(-1) ?? ''];
    // Only a function's role is asked: API Gateway's own, for example, may have any.
    return document === undefined ? [] : [new Statement(document, policyArn)];
  });
  return [...inline, ...managed];
}

function statementsOf(document: PolicyDocument | undefined, where: string): Statement[] {
  return [document?.Statement ?? []].flat().map((statement) => new Statement(statement, where));
}
