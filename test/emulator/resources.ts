/** What every resource of the template must look like in the emulator, asked of the services' own APIs. */
import type { Answer, Aws } from './aws.ts';
import { elements } from './aws.ts';
import type { Deployed } from './deployment.ts';

/**
 * What the emulator does not take over from a template, by type and property. A test fails when one of these no longer
 * differs, so that the list cannot outlive its reasons.
 */
export const NOT_TAKEN_OVER: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::RestApi': ['ApiKeySourceType', 'DisableExecuteApiEndpoint'],
  'AWS::DynamoDB::Table': ['TimeToLiveSpecification', 'PointInTimeRecoverySpecification', 'SSESpecification'],
  'AWS::CloudWatch::Alarm': ['TreatMissingData'],
  'AWS::Lambda::Function': ['ReservedConcurrentExecutions'],
  'AWS::WAFv2::WebACL': ['CustomResponseBodies'],
};

type Properties = Readonly<Record<string, Answer>>;
/** The properties of one resource as the service has them, by CloudFormation's names: those that can be compared. */
type Read = (properties: Properties, physicalId: string, world: World) => Promise<Properties>;

export interface World {
  readonly aws: Aws;
  readonly deployed: Deployed;
  readonly apiId: string;
}

/** The logical id to which `Ref` or `Fn::GetAtt` refers. */
function target(value: Answer): string {
  return value?.Ref ?? value?.['Fn::GetAtt']?.[0] ?? '';
}

const physical = (value: Answer, { deployed }: World): string => deployed.physicalId(target(value));

const apiGateway = (path: string, { aws }: World): Promise<Answer> => aws.rest('apigateway', path);

const lambdaConfiguration = (name: string, { aws }: World): Promise<Answer> =>
  aws.rest('lambda', `/2015-03-31/functions/${name}/configuration`);

/** How each type is read. A type without an entry fails the test: nothing is deployed without being looked at. */
export const READERS: Readonly<Record<string, Read>> = {
  async 'AWS::ApiGateway::RestApi'(properties, id, world) {
    const api = await apiGateway(`/restapis/${id}`, world);
    return {
      Name: api.name,
      Description: api.description,
      ApiKeySourceType: api.apiKeySource,
      BinaryMediaTypes: api.binaryMediaTypes,
      EndpointConfiguration: api.endpointConfiguration,
      // False is what every API begins with: only true can be taken over.
      ...(properties.DisableExecuteApiEndpoint === true
        ? { DisableExecuteApiEndpoint: api.disableExecuteApiEndpoint }
        : {}),
    };
  },
  async 'AWS::ApiGateway::DomainName'(_properties, name, world) {
    const domain = await apiGateway(`/domainnames/${name}`, world);
    return {
      DomainName: domain.domainName,
      RegionalCertificateArn: domain.regionalCertificateArn,
      SecurityPolicy: domain.securityPolicy,
      EndpointConfiguration: {
        Types: domain.endpointConfiguration.types,
        IpAddressType: domain.endpointConfiguration.ipAddressType,
      },
    };
  },
  async 'AWS::ApiGateway::BasePathMapping'(properties, _id, world) {
    const name = physical(properties.DomainName, world);
    const { basePath, restApiId, stage } = await apiGateway(
      `/domainnames/${name}/basepathmappings/(none)`,
      world,
    );
    return {
      BasePath: basePath === '(none)' ? undefined : basePath,
      RestApiId: restApiId === world.apiId ? properties.RestApiId : restApiId,
      Stage: stage === physical(properties.Stage, world) ? properties.Stage : stage,
    };
  },
  async 'AWS::Route53::RecordSet'(properties, _id, { aws, deployed }) {
    const { HostedZoneId, Name, Type } = properties;
    const xml: string = await aws.rest('route53', `/2013-04-01/hostedzone/${HostedZoneId}/rrset`);
    const name = deployed.physicalId(target(Name));
    const record = elements(xml, 'ResourceRecordSet').find(
      (each) => elements(each, 'Name')[0] === `${name}.` && elements(each, 'Type')[0] === Type,
    );
    const alias = elements(record ?? '', 'DNSName')[0];
    return {
      Name: record === undefined ? undefined : Name,
      Type: elements(record ?? '', 'Type')[0],
      AliasTarget: alias?.startsWith(name) ? properties.AliasTarget : alias,
    };
  },
  async 'AWS::ApiGateway::Resource'({ PathPart }, id, world) {
    const resource = await apiGateway(`/restapis/${world.apiId}/resources/${id}`, world);
    return { PathPart: resource.path.endsWith(`/${PathPart}`) ? PathPart : resource.path };
  },
  async 'AWS::ApiGateway::Method'(properties, _id, world) {
    const { ResourceId, HttpMethod } = properties;
    const resource = isRoot(ResourceId)
      ? (await apiGateway(`/restapis/${world.apiId}`, world)).rootResourceId
      : physical(ResourceId, world);
    const path = `/restapis/${world.apiId}/resources/${resource}/methods/${HttpMethod}`;
    const method = await apiGateway(path, world);
    const integration = method.methodIntegration ?? {};
    const authorizer = properties.AuthorizerId && physical(properties.AuthorizerId, world);
    const code = JSON.stringify(properties.Integration.Uri ?? '').match(
      /"(Functions\w+Function[0-9A-F]{8})"/,
    )?.[1];
    return {
      HttpMethod: method.httpMethod,
      AuthorizationType: method.authorizationType,
      ...(properties.ApiKeyRequired === undefined ? {} : { ApiKeyRequired: method.apiKeyRequired }),
      ...(authorizer === undefined
        ? {}
        : {
            AuthorizerId: method.authorizerId === authorizer ? properties.AuthorizerId : method.authorizerId,
          }),
      Integration: {
        Type: integration.type,
        ...(code === undefined
          ? { RequestTemplates: integration.requestTemplates }
          : {
              Uri: integration.uri.includes(`function:${world.deployed.physicalId(code)}/`)
                ? properties.Integration.Uri
                : integration.uri,
            }),
      },
    };
  },
  async 'AWS::ApiGateway::GatewayResponse'({ ResponseType, ResponseParameters }, _id, world) {
    const response = await apiGateway(`/restapis/${world.apiId}/gatewayresponses/${ResponseType}`, world);
    const headers = Object.entries(response.responseParameters).map(([name, value]) => {
      // A value with the API's id in it: that it was resolved is what can go wrong.
      const isResolved = typeof value === 'string' && value.includes(world.apiId);
      return [name, isResolved ? ResponseParameters[name] : value];
    });
    return {
      ResponseType: response.responseType,
      StatusCode: response.statusCode,
      ResponseParameters: Object.fromEntries(headers),
      ResponseTemplates: response.responseTemplates,
    };
  },
  async 'AWS::ApiGateway::Authorizer'(_properties, id, world) {
    const authorizer = await apiGateway(`/restapis/${world.apiId}/authorizers/${id}`, world);
    return {
      Type: authorizer.type,
      IdentitySource: authorizer.identitySource,
      AuthorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
    };
  },
  async 'AWS::ApiGateway::Deployment'(_properties, id, world) {
    const deployment = await apiGateway(`/restapis/${world.apiId}/deployments/${id}`, world);
    return deployment.id === id ? {} : { missing: id };
  },
  async 'AWS::ApiGateway::Stage'(properties, id, world) {
    const stage = await apiGateway(`/restapis/${world.apiId}/stages/${id}`, world);
    const deployment = physical(properties.DeploymentId, world);
    return {
      StageName: stage.stageName,
      TracingEnabled: stage.tracingEnabled,
      DeploymentId: stage.deploymentId === deployment ? properties.DeploymentId : stage.deploymentId,
    };
  },
  async 'AWS::ApiGateway::Account'({ CloudWatchRoleArn }, _id, world) {
    const { cloudwatchRoleArn } = await apiGateway('/account', world);
    const isRole = cloudwatchRoleArn?.endsWith(`/${physical(CloudWatchRoleArn, world)}`);
    return { CloudWatchRoleArn: isRole ? CloudWatchRoleArn : cloudwatchRoleArn };
  },
  async 'AWS::ApiGateway::UsagePlan'(properties, id, world) {
    const { description, throttle, quota, apiStages } = await apiGateway(`/usageplans/${id}`, world);
    const isStage = apiStages[0]?.apiId === world.apiId;
    return {
      Description: description,
      ...(properties.Throttle === undefined
        ? {}
        : { Throttle: { RateLimit: throttle.rateLimit, BurstLimit: throttle.burstLimit } }),
      ...(properties.Quota === undefined ? {} : { Quota: { Limit: quota.limit, Period: quota.period } }),
      ApiStages: isStage ? properties.ApiStages : apiStages,
    };
  },
  async 'AWS::ApiGateway::ApiKey'(_properties, id, world) {
    const { enabled, name, value } = await apiGateway(`/apikeys/${id}?includeValue=true`, world);
    if (name !== value) return { Name: name };
    // The value is made of the stack's UUID: that it has the form of a key is what can go wrong.
    return { Enabled: enabled, ...(/^[A-Za-z0-9]{20,128}$/.test(value) ? {} : { Value: value }) };
  },
  async 'AWS::ApiGateway::UsagePlanKey'({ KeyId, UsagePlanId }, _id, world) {
    const { item } = await apiGateway(`/usageplans/${physical(UsagePlanId, world)}/keys`, world);
    const key = physical(KeyId, world);
    return { KeyId: item.some(({ id }: { id: string }) => id === key) ? KeyId : item };
  },
  async 'AWS::CloudWatch::Alarm'(_properties, AlarmName, { aws }) {
    const xml = await aws.query('monitoring', '2010-08-01', 'DescribeAlarms', {
      'AlarmNames.member.1': AlarmName,
    });
    const value = (name: string) => elements(xml, name)[0];
    return {
      AlarmName: value('AlarmName'),
      Threshold: Number(value('Threshold')),
      EvaluationPeriods: Number(value('EvaluationPeriods')),
      ComparisonOperator: value('ComparisonOperator'),
      TreatMissingData: value('TreatMissingData'),
    };
  },
  async 'AWS::CloudWatch::Dashboard'(_properties, DashboardName, { aws }) {
    const xml = await aws.query('monitoring', '2010-08-01', 'GetDashboard', { DashboardName });
    return { DashboardName: elements(xml, 'DashboardName')[0] };
  },
  async 'AWS::Events::Rule'(properties, Name, world) {
    const rule = await world.aws.json('events', 'AWSEvents.DescribeRule', { Name });
    const { Targets } = await world.aws.json('events', 'AWSEvents.ListTargetsByRule', { Rule: Name });
    const isTarget =
      Targets.length === 1 && Targets[0].Arn.endsWith(`:${physical(properties.Targets[0].Arn, world)}`);
    return {
      Description: rule.Description,
      ScheduleExpression: rule.ScheduleExpression,
      State: rule.State,
      Targets: isTarget ? properties.Targets : Targets,
    };
  },
  async 'AWS::DynamoDB::Table'({ StreamSpecification }, name, { aws }) {
    const { Table } = await aws.json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: name });
    const { TimeToLiveDescription: ttl } = await aws.json(
      'dynamodb',
      'DynamoDB_20120810.DescribeTimeToLive',
      {
        TableName: name,
      },
    );
    const { ContinuousBackupsDescription: backups } = await aws.json(
      'dynamodb',
      'DynamoDB_20120810.DescribeContinuousBackups',
      { TableName: name },
    );
    return {
      KeySchema: Table.KeySchema,
      AttributeDefinitions: Table.AttributeDefinitions,
      BillingMode: Table.BillingModeSummary?.BillingMode,
      ...(StreamSpecification === undefined && Table.StreamSpecification === undefined
        ? {}
        : { StreamSpecification: { StreamViewType: Table.StreamSpecification?.StreamViewType } }),
      TimeToLiveSpecification: {
        AttributeName: ttl.AttributeName,
        Enabled: ttl.TimeToLiveStatus === 'ENABLED',
      },
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled:
          backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus === 'ENABLED',
      },
      SSESpecification: { SSEEnabled: Table.SSEDescription?.Status === 'ENABLED' },
    };
  },
  async 'AWS::Lambda::Function'(properties, name, world) {
    const found = await lambdaConfiguration(name, world);
    const concurrency = await world.aws.rest('lambda', `/2019-09-30/functions/${name}/concurrency`);
    const variables = Object.keys(found.Environment?.Variables ?? {});
    return {
      Runtime: found.Runtime,
      Handler: found.Handler,
      MemorySize: found.MemorySize,
      Timeout: found.Timeout,
      Architectures: found.Architectures,
      Description: found.Description,
      TracingConfig: found.TracingConfig,
      Role: found.Role.endsWith(`/${physical(properties.Role, world)}`) ? properties.Role : found.Role,
      LoggingConfig: {
        LogGroup:
          found.LoggingConfig?.LogGroup === physical(properties.LoggingConfig.LogGroup, world)
            ? properties.LoggingConfig.LogGroup
            : found.LoggingConfig,
      },
      // The values are references; each name that the template sets must be there with a value.
      Environment: {
        Variables: Object.fromEntries(
          Object.entries(properties.Environment?.Variables ?? {}).filter(
            ([variable]) => variables.includes(variable) && found.Environment.Variables[variable] !== '',
          ),
        ),
      },
      ...(properties.ReservedConcurrentExecutions === undefined
        ? {}
        : { ReservedConcurrentExecutions: concurrency.ReservedConcurrentExecutions }),
    };
  },
  async 'AWS::Lambda::Permission'(properties, _id, world) {
    const name = physical(properties.FunctionName, world);
    const { Policy } = await world.aws.rest('lambda', `/2015-03-31/functions/${name}/policy`);
    const statements: Answer[] = JSON.parse(Policy).Statement;
    const statement = statements.find(({ Principal }) => Principal.Service === properties.Principal);
    return { Principal: statement?.Principal.Service, Action: statement?.Action };
  },
  async 'AWS::Lambda::EventSourceMapping'(properties, id, { aws }) {
    const found = await aws.rest('lambda', `/2015-03-31/event-source-mappings/${id}`);
    return {
      BatchSize: found.BatchSize,
      MaximumBatchingWindowInSeconds: found.MaximumBatchingWindowInSeconds,
      MaximumRetryAttempts: found.MaximumRetryAttempts,
      ParallelizationFactor: found.ParallelizationFactor,
      BisectBatchOnFunctionError: found.BisectBatchOnFunctionError,
      FunctionResponseTypes: found.FunctionResponseTypes,
      StartingPosition: found.StartingPosition,
      FilterCriteria: found.FilterCriteria,
      DestinationConfig: found.DestinationConfig?.OnFailure?.Destination.includes(':sqs:')
        ? properties.DestinationConfig
        : found.DestinationConfig,
    };
  },
  async 'AWS::IAM::Role'(properties, name, { aws }) {
    const xml = await aws.query('iam', '2010-05-08', 'GetRole', { RoleName: name });
    const document = JSON.parse(decodeURIComponent(elements(xml, 'AssumeRolePolicyDocument')[0] ?? ''));
    return { AssumeRolePolicyDocument: { Statement: document.Statement }, ...only(properties, 'RoleName') };
  },
  async 'AWS::IAM::Policy'(properties, _id, world) {
    const xml = await world.aws.query('iam', '2010-05-08', 'GetRolePolicy', {
      RoleName: physical(properties.Roles[0], world),
      PolicyName: properties.PolicyName,
    });
    const document = JSON.parse(decodeURIComponent(elements(xml, 'PolicyDocument')[0] ?? ''));
    return {
      PolicyDocument: {
        Statement: properties.PolicyDocument.Statement.map((expected: Answer, index: number) => {
          const { Effect, Action, Condition, Resource } = document.Statement[index] ?? {};
          const resolved = JSON.stringify(Resource ?? '').match(/Fn::|"Ref"/) === null;
          return {
            Effect,
            Action,
            ...(Condition === undefined ? {} : { Condition }),
            Resource: resolved && Resource !== undefined ? expected.Resource : Resource,
          };
        }),
      },
    };
  },
  async 'AWS::Logs::LogGroup'(_properties, logGroupNamePrefix, { aws }) {
    const { logGroups } = await aws.json('logs', 'Logs_20140328.DescribeLogGroups', { logGroupNamePrefix });
    return { RetentionInDays: logGroups[0]?.retentionInDays };
  },
  async 'AWS::KMS::Key'(properties, KeyId, { aws }) {
    const { KeyMetadata } = await aws.json('kms', 'TrentService.DescribeKey', { KeyId });
    const { KeyRotationEnabled } = await aws.json('kms', 'TrentService.GetKeyRotationStatus', { KeyId });
    const { Policy } = await aws.json('kms', 'TrentService.GetKeyPolicy', { KeyId, PolicyName: 'default' });
    const statements: Answer[] = JSON.parse(Policy).Statement;
    return {
      Description: KeyMetadata.Description,
      MultiRegion: KeyMetadata.MultiRegion,
      EnableKeyRotation: KeyRotationEnabled,
      KeyPolicy: {
        Statement: statements.map((statement, index) => {
          const isResolved = JSON.stringify(statement.Principal).match(/Fn::|"Ref"/) === null;
          const { Principal } = properties.KeyPolicy.Statement[index] ?? {};
          return isResolved ? { ...statement, Principal } : statement;
        }),
      },
    };
  },
  async 'AWS::SecretsManager::Secret'(_properties, SecretId, { aws }) {
    const secret = await aws.json('secretsmanager', 'secretsmanager.DescribeSecret', { SecretId });
    return { Description: secret.Description };
  },
  async 'AWS::WAFv2::WebACL'(_properties, id, { aws }) {
    const [Name, Id, Scope] = id.split('|');
    const { WebACL } = await aws.json('wafv2', 'AWSWAF_20190729.GetWebACL', { Name, Id, Scope });
    const { Description, DefaultAction, Rules, CustomResponseBodies } = WebACL;
    return { Scope, Description, DefaultAction, Rules, CustomResponseBodies };
  },
  async 'AWS::SQS::Queue'(_properties, QueueUrl, { aws }) {
    const { Attributes } = await aws.json('sqs', 'AmazonSQS.GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    return {
      MessageRetentionPeriod: Number(Attributes.MessageRetentionPeriod),
      SqsManagedSseEnabled: Attributes.SqsManagedSseEnabled === 'true',
    };
  },
  async 'AWS::SQS::QueuePolicy'(properties, _id, world) {
    const QueueUrl = physical(properties.Queues[0], world);
    const { Attributes } = await world.aws.json('sqs', 'AmazonSQS.GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['Policy'],
    });
    const effects = JSON.parse(Attributes.Policy).Statement.map(({ Effect }: Answer) => Effect);
    return {
      PolicyDocument: {
        Statement: properties.PolicyDocument.Statement.map((expected: Answer, index: number) => ({
          ...expected,
          Effect: effects[index],
        })),
      },
    };
  },
};

function only(properties: Properties, name: string): Properties {
  return properties[name] === undefined ? {} : { [name]: properties[name] };
}

function isRoot(resourceId: Answer): boolean {
  return resourceId['Fn::GetAtt']?.[1] === 'RootResourceId';
}
