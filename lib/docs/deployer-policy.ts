/** A right of CloudFormation's role, as a statement of IAM has it. */
interface Right {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: object;
}

/** What CloudFormation names by the stack; a stack of another name takes another policy. */
const STACK = 'Latchkey';
const FUNCTIONS = [`arn:aws:lambda:*:*:function:${STACK}-*`];
const ROLES = [`arn:aws:iam::*:role/${STACK}-*`];
const QUEUES = [`arn:aws:sqs:*:*:${STACK}-*`];
/** CloudFormation names secrets by their logical ids. */
const SECRETS = ['arn:aws:secretsmanager:*:*:secret:KeysetSecret*'];
const WEB_ACLS = ['arn:aws:wafv2:*:*:regional/webacl/*'];
const STAGES = ['arn:aws:apigateway:*::/restapis/*/stages/*'];

const of = (service: string, actions: readonly string[], resources: readonly string[]): Right => ({
  actions: actions.map((action) => `${service}:${action}`),
  resources,
});

/** API Gateway's rights are methods of HTTP on paths of its control plane. */
const apiGateway = (...paths: readonly string[]): Right =>
  of(
    'apigateway',
    ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'],
    paths.map((path) => `arn:aws:apigateway:*::/${path}`),
  );

const passRole = of('iam', ['PassRole'], ROLES);

/** Uses of a key of the team's own (`kmsKeyArn`), by a service that asks in CloudFormation's name. */
const ownKey: Right = {
  ...of(
    'kms',
    ['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey*', 'ReEncrypt*'],
    ['arn:aws:kms:*:*:key/*'],
  ),
  condition: { StringLike: { 'kms:ViaService': ['dynamodb.*', 'secretsmanager.*'] } },
};

/**
 * The rights by which CloudFormation makes, changes and deletes a resource, by its type; and reads a parameter of the
 * template. Sources: the `handlers` of each type's schema (CloudFormation registry), and the Service authorization
 * reference for the resources that an action knows.
 */
export const DEPLOYER_RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  'AWS::ApiGateway::Account': [apiGateway('account'), passRole],
  'AWS::ApiGateway::ApiKey': [apiGateway('apikeys', 'apikeys/*')],
  'AWS::ApiGateway::Authorizer': [apiGateway('restapis/*')],
  'AWS::ApiGateway::BasePathMapping': [apiGateway('domainnames/*')],
  'AWS::ApiGateway::Deployment': [apiGateway('restapis/*')],
  'AWS::ApiGateway::DomainName': [
    apiGateway('domainnames', 'domainnames/*'),
    of('iam', ['CreateServiceLinkedRole'], ['arn:aws:iam::*:role/aws-service-role/ops.apigateway.*']),
  ],
  'AWS::ApiGateway::GatewayResponse': [apiGateway('restapis/*')],
  'AWS::ApiGateway::Method': [apiGateway('restapis/*')],
  'AWS::ApiGateway::Resource': [apiGateway('restapis/*')],
  'AWS::ApiGateway::RestApi': [apiGateway('restapis', 'restapis/*', 'tags/*')],
  'AWS::ApiGateway::Stage': [apiGateway('restapis/*')],
  'AWS::ApiGateway::UsagePlan': [apiGateway('usageplans', 'usageplans/*')],
  'AWS::ApiGateway::UsagePlanKey': [apiGateway('usageplans/*')],
  'AWS::ApiGatewayV2::ApiMapping': [apiGateway('domainnames/*')],
  'AWS::CloudWatch::Alarm': [
    of(
      'cloudwatch',
      ['DeleteAlarms', 'ListTagsForResource', 'PutMetricAlarm', 'TagResource', 'UntagResource'],
      [`arn:aws:cloudwatch:*:*:alarm:${STACK}-*`],
    ),
    of('cloudwatch', ['DescribeAlarms'], ['*']),
  ],
  'AWS::CloudWatch::Dashboard': [
    of(
      'cloudwatch',
      ['DeleteDashboards', 'GetDashboard', 'PutDashboard'],
      [`arn:aws:cloudwatch::*:dashboard/${STACK}`],
    ),
  ],
  'AWS::DynamoDB::Table': [
    of(
      'dynamodb',
      [
        'CreateTable',
        'DeleteTable',
        'Describe*',
        'GetResourcePolicy',
        'ListTagsOfResource',
        'TagResource',
        'UntagResource',
        'UpdateContinuousBackups',
        'UpdateTable',
        'UpdateTimeToLive',
      ],
      [`arn:aws:dynamodb:*:*:table/${STACK}-*`],
    ),
    ownKey,
  ],
  'AWS::Events::Rule': [
    of(
      'events',
      ['DeleteRule', 'DescribeRule', 'ListTargetsByRule', 'PutRule', 'PutTargets', 'RemoveTargets'],
      [`arn:aws:events:*:*:rule/${STACK}-*`],
    ),
  ],
  'AWS::IAM::Policy': [of('iam', ['DeleteRolePolicy', 'GetRolePolicy', 'PutRolePolicy'], ROLES)],
  'AWS::IAM::Role': [
    of(
      'iam',
      [
        'AttachRolePolicy',
        'CreateRole',
        'DeleteRole',
        'DetachRolePolicy',
        'GetRole',
        'ListAttachedRolePolicies',
        'ListRolePolicies',
        'TagRole',
        'UntagRole',
        'UpdateAssumeRolePolicy',
        'UpdateRole',
      ],
      ROLES,
    ),
  ],
  // Of a key that is not there yet nobody knows the ARN (`revealApiKey`).
  'AWS::KMS::Key': [
    of(
      'kms',
      [
        'CreateKey',
        'DescribeKey',
        'EnableKeyRotation',
        'GetKeyPolicy',
        'GetKeyRotationStatus',
        'ListResourceTags',
        'PutKeyPolicy',
        'ScheduleKeyDeletion',
        'TagResource',
        'UntagResource',
      ],
      ['*'],
    ),
  ],
  'AWS::Lambda::Alias': [of('lambda', ['*Alias', '*ProvisionedConcurrencyConfig', 'Get*'], FUNCTIONS)],
  'AWS::Lambda::EventSourceMapping': [
    // Creating one knows no resource.
    of(
      'lambda',
      [
        'CreateEventSourceMapping',
        'DeleteEventSourceMapping',
        'GetEventSourceMapping',
        'UpdateEventSourceMapping',
      ],
      ['*'],
    ),
  ],
  'AWS::Lambda::Function': [
    of(
      'lambda',
      [
        'CreateFunction',
        'DeleteFunction*',
        'Get*',
        'ListTags',
        'PutFunctionConcurrency',
        'TagResource',
        'UntagResource',
        'UpdateFunction*',
      ],
      FUNCTIONS,
    ),
    passRole,
    // The code, where `cdk deploy` has put it.
    of('s3', ['GetObject', 'GetObjectVersion'], ['arn:aws:s3:::cdk-hnb659fds-assets-*']),
  ],
  'AWS::Lambda::Permission': [of('lambda', ['AddPermission', 'Get*', 'RemovePermission'], FUNCTIONS)],
  'AWS::Lambda::Version': [
    of('lambda', ['DeleteFunction*', 'Get*', 'ListVersionsByFunction', 'PublishVersion'], FUNCTIONS),
  ],
  'AWS::Logs::LogGroup': [
    of(
      'logs',
      [
        'AssociateKmsKey',
        'CreateLogGroup',
        'DeleteLogGroup',
        'DeleteRetentionPolicy',
        'DisassociateKmsKey',
        'ListTagsForResource',
        'PutRetentionPolicy',
        'TagResource',
        'UntagResource',
      ],
      [`arn:aws:logs:*:*:log-group:${STACK}-*`],
    ),
    of('logs', ['DescribeLogGroups'], ['*']),
  ],
  'AWS::Route53::RecordSet': [
    of(
      'route53',
      ['ChangeResourceRecordSets', 'GetChange', 'GetHostedZone', 'ListResourceRecordSets'],
      ['arn:aws:route53:::change/*', 'arn:aws:route53:::hostedzone/*'],
    ),
  ],
  'AWS::SQS::Queue': [
    of(
      'sqs',
      [
        'CreateQueue',
        'DeleteQueue',
        'GetQueueAttributes',
        'GetQueueUrl',
        'ListQueueTags',
        'SetQueueAttributes',
        'TagQueue',
        'UntagQueue',
      ],
      QUEUES,
    ),
  ],
  'AWS::SQS::QueuePolicy': [of('sqs', ['GetQueueAttributes', 'SetQueueAttributes'], QUEUES)],
  'AWS::SSM::Parameter::Value<String>': [
    of('ssm', ['GetParameters'], ['arn:aws:ssm:*:*:parameter/cdk-bootstrap/hnb659fds/*']),
  ],
  'AWS::SecretsManager::RotationSchedule': [
    of('secretsmanager', ['CancelRotateSecret', 'DescribeSecret', 'RotateSecret'], SECRETS),
    // Secrets Manager asks whether who turns a rotation on may call its function.
    of('lambda', ['InvokeFunction'], FUNCTIONS),
  ],
  'AWS::SecretsManager::Secret': [
    of(
      'secretsmanager',
      [
        'CreateSecret',
        'DeleteSecret',
        'DescribeSecret',
        'GetSecretValue',
        'PutSecretValue',
        'TagResource',
        'UntagResource',
        'UpdateSecret',
      ],
      SECRETS,
    ),
    ownKey,
  ],
  'AWS::WAFv2::WebACL': [
    of(
      'wafv2',
      [
        'CreateWebACL',
        'DeleteWebACL',
        'GetWebACL',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
        'UpdateWebACL',
      ],
      WEB_ACLS,
    ),
  ],
  'AWS::WAFv2::WebACLAssociation': [
    of('wafv2', ['AssociateWebACL', 'DisassociateWebACL', 'GetWebACLForResource'], [...WEB_ACLS, ...STAGES]),
    of('apigateway', ['SetWebACL'], STAGES),
  ],
};

/** The policy of CloudFormation's role (`cdk bootstrap --cloudformation-execution-policies`): one statement for each set of resources. */
export function deployerPolicy(): object {
  const statements = new Map<string, Right>();
  for (const { actions, resources, condition } of Object.values(DEPLOYER_RIGHTS).flat()) {
    const key = JSON.stringify([[...resources].sort(), condition]);
    const known = statements.get(key)?.actions ?? [];
    statements.set(key, {
      actions: [...new Set([...known, ...actions])].sort(),
      resources,
      ...(condition === undefined ? {} : { condition }),
    });
  }
  return {
    Version: '2012-10-17',
    Statement: [...statements.values()].map(({ actions, resources, condition }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  };
}
