import { createHash } from 'node:crypto';

/** The account and Region that a local stack lives in. AWS gives no account this number. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const URL_SUFFIX = 'amazonaws.com';

/** The names of a resource that exists: the values of its `Ref` and `Fn::GetAtt`. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Subject {
  readonly stackName: string;
  readonly logicalId: string;
  /** An evaluated property, when it is a string. */
  property(name: string): string | undefined;
}

/** An ARN in the local account and Region. */
export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** A stable name of `length` lower-case letters and digits: the same in every run, so that data finds its owner. */
export const stableId = (subject: { stackName: string; logicalId: string }, length = 10): string =>
  createHash('sha256').update(`${subject.stackName}/${subject.logicalId}`).digest('hex').slice(0, length);

const named =
  (property: string, attributes: (name: string, subject: Subject) => Record<string, string>) =>
  (subject: Subject): Identity => {
    const ref = subject.property(property) ?? generatedName(subject);
    return { ref, attributes: attributes(ref, subject) };
  };

/** A Lambda function's name has at most 64 characters, the least of all generated names. */
function generatedName(subject: Subject): string {
  const name = `${subject.stackName}-${subject.logicalId}`;
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${stableId(subject, 8)}`;
}

const numbered =
  (...attributes: string[]) =>
  (subject: Subject): Identity => {
    const ref = stableId(subject);
    return { ref, attributes: Object.fromEntries(attributes.map((name) => [name, ref])) };
  };

const table = named('TableName', (name, subject) => ({
  Arn: arn('dynamodb', `table/${name}`),
  StreamArn: arn('dynamodb', `table/${name}/stream/2026-01-01T00:00:00.000`),
  TableId: stableId(subject),
}));

/** How each type is named (AWS resource and property types reference, "Return values" of each). */
const IDENTITIES: Readonly<Record<string, (subject: Subject) => Identity>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Lambda::Function': named('FunctionName', (name) => ({ Arn: arn('lambda', `function:${name}`) })),
  'AWS::Lambda::Version': (subject) => {
    const ref = `${arn('lambda', `function:${subject.property('FunctionName')?.split(':').at(-1)}`)}:1`;
    return { ref, attributes: { FunctionArn: ref, Version: '1' } };
  },
  'AWS::Lambda::Alias': (subject) => {
    const name = subject.property('FunctionName')?.split(':').at(-1);
    const ref = `${arn('lambda', `function:${name}`)}:${subject.property('Name')}`;
    return { ref, attributes: { AliasArn: ref } };
  },
  'AWS::Lambda::LayerVersion': (subject) => {
    const name = subject.property('LayerName') ?? generatedName(subject);
    const ref = `${arn('lambda', `layer:${name}`)}:1`;
    return { ref, attributes: { LayerVersionArn: ref } };
  },
  'AWS::SecretsManager::Secret': (subject) => {
    const name = subject.property('Name') ?? `${subject.stackName}-${subject.logicalId}`;
    const ref = arn('secretsmanager', `secret:${name}-${stableId(subject, 6)}`);
    return { ref, attributes: { Id: ref } };
  },
  'AWS::KMS::Key': (subject) => {
    // By its name in the template alone: the record of rights (`rights.ts`) holds stacks of several names together.
    const ref = stableId({ stackName: '', logicalId: subject.logicalId }, 36);
    return { ref, attributes: { Arn: arn('kms', `key/${ref}`), KeyId: ref } };
  },
  'AWS::SecretsManager::RotationSchedule': (subject) => ({
    ref: subject.property('SecretId') ?? subject.logicalId,
    attributes: {},
  }),
  'AWS::ApiGateway::RestApi': (subject) => {
    const ref = stableId(subject);
    return { ref, attributes: { RestApiId: ref, RootResourceId: `${ref}root` } };
  },
  'AWS::ApiGateway::DomainName': named('DomainName', (name) => ({
    RegionalDomainName: `d-${name.replaceAll('.', '-')}.execute-api.${REGION}.${URL_SUFFIX}`,
    RegionalHostedZoneId: 'Z000000000LOCAL',
  })),
  'AWS::ApiGateway::Stage': named('StageName', () => ({})),
  'AWS::ApiGateway::Resource': numbered('ResourceId'),
  'AWS::ApiGateway::Authorizer': numbered('AuthorizerId'),
  'AWS::ApiGateway::Deployment': numbered('DeploymentId'),
  'AWS::ApiGatewayV2::Api': (subject) => {
    const ref = stableId(subject);
    return {
      ref,
      attributes: { ApiId: ref, ApiEndpoint: `https://${ref}.execute-api.${REGION}.${URL_SUFFIX}` },
    };
  },
  'AWS::ApiGatewayV2::Authorizer': numbered('AuthorizerId'),
  'AWS::ApiGatewayV2::Deployment': numbered('DeploymentId'),
  'AWS::ApiGatewayV2::DomainName': named('DomainName', (name) => ({
    RegionalDomainName: `d-${name.replaceAll('.', '-')}.execute-api.${REGION}.${URL_SUFFIX}`,
    RegionalHostedZoneId: 'Z000000000LOCAL',
  })),
  'AWS::ApiGatewayV2::Integration': numbered('IntegrationId'),
  'AWS::ApiGatewayV2::Route': numbered('RouteId'),
  'AWS::ApiGatewayV2::Stage': named('StageName', () => ({})),
  'AWS::ApiGateway::UsagePlan': numbered('Id'),
  'AWS::ApiGateway::ApiKey': numbered('APIKeyId'),
  'AWS::Events::Rule': named('Name', (name) => ({ Arn: arn('events', `rule/${name}`) })),
  'AWS::Scheduler::Schedule': named('Name', (name) => ({
    Arn: arn('scheduler', `schedule/default/${name}`),
  })),
  // "Arn … with :*" (AWS::Logs::LogGroup, "Return values").
  'AWS::Logs::LogGroup': named('LogGroupName', (name) => ({ Arn: arn('logs', `log-group:${name}:*`) })),
  'AWS::IAM::Role': named('RoleName', (name, subject) => ({
    Arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    RoleId: stableId(subject),
  })),
};

/** The values of `Ref` and `Fn::GetAtt` of a resource. Types that are not emulated get a name that looks the part. */
export function identify(type: string, subject: Subject): Identity {
  const known = IDENTITIES[type];
  if (known !== undefined) return known(subject);
  const ref = `${subject.stackName}-${subject.logicalId}`;
  const service = type.split('::')[1]?.toLowerCase() ?? 'local';
  return { ref, attributes: { Arn: arn(service, ref), Id: ref } };
}
