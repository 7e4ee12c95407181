import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import {
  type App,
  Aspects,
  CfnResource,
  Duration,
  Fn,
  Lazy,
  NestedStack,
  RemovalPolicies,
  RemovalPolicy,
  type Stack,
  Stage,
  Tags,
  Token,
  Validations,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  DomainName,
  EndpointType,
  type IDomainName,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IVpc, SecurityGroup, SubnetType, Vpc, type VpcProps } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PermissionsBoundary, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import file from '../../latchkey.config.ts';
import { CONFIG, ConfigError } from '../../lib/config.ts';
import { Latchkey } from '../../lib/latchkey.ts';
import type { LatchkeyProps } from '../../lib/latchkey-props.ts';
import { profile as nams } from '../../profiles/nams.ts';
import { propertiesOf } from './synth.ts';
import { latchkeyIn, teamApp, teamStack } from './team-app.ts';

/** The template of a stack with one Latchkey. */
function templateWith(props: LatchkeyProps = {}, stack = teamStack()): Template {
  latchkeyIn(stack, props);
  return Template.fromStack(stack);
}

const fault = (props: object): unknown => {
  try {
    latchkeyIn(teamStack(), props as LatchkeyProps);
    return undefined;
  } catch (error) {
    return error;
  }
};

/** Its types do not hold with `exactOptionalPropertyTypes`. */
const netIn = (stack: Stack, props: VpcProps = {}) =>
  new Vpc(stack, 'Net', { restrictDefaultSecurityGroup: false, ...props }) as IVpc;

describe('a Latchkey that is told nothing', () => {
  const template = templateWith();

  it('has the tiers and the sandbox of the repository’s own configuration', () => {
    const plans = propertiesOf(template, 'AWS::ApiGateway::UsagePlan').map(({ Throttle }) => Throttle);
    const own = [...Object.values(file.tiers), file.sandbox].map(({ rate, burst }) => ({
      RateLimit: rate,
      BurstLimit: burst,
    }));
    expect(plans).toEqual(expect.arrayContaining(own));
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup', 'AWS::KMS::Key'])(
    'keeps %s when the stack is deleted, and not what a failed first deployment made',
    (type) => {
      const all = Object.values(template.findResources(type));
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(
        new Set(['RetainExceptOnCreate']),
      );
    },
  );

  it('keeps logs for a month, reserves nothing and has no AWS WAF', () => {
    for (const { RetentionInDays } of propertiesOf(template, 'AWS::Logs::LogGroup'))
      expect(RetentionInDays).toBe(30);
    for (const properties of propertiesOf(template, 'AWS::Lambda::Function'))
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  });

  it('says how to try it, and which outputs are its own', () => {
    const { Metadata, Outputs } = template.toJSON();
    const { outputs, try: calls } = Metadata['Latchkey/Latchkey'];
    expect(calls[0]).toContain('/health');
    expect(Object.keys(Outputs)).toEqual(expect.arrayContaining(Object.values(outputs)));
    expect(outputs.ApiUrl).toMatch(/^LatchkeyApiUrl/);
  });
});

describe('nothing has a name that another in the account could have', () => {
  /** Names that CloudFormation does not make up itself, by the type that has them. */
  const NAMES = {
    'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    'AWS::ApiGateway::RestApi': 'Name',
    'AWS::ApiGateway::ApiKey': 'Value',
  };
  const namesOf = (template: Template) =>
    Object.entries(NAMES).flatMap(([type, property]) =>
      propertiesOf(template, type).map((properties) => `${type} ${JSON.stringify(properties[property])}`),
    );
  const variablesOf = (template: Template, name: string) =>
    propertiesOf(template, 'AWS::Lambda::Function').flatMap(
      ({ Environment }) => Environment?.Variables?.[name] ?? [],
    );
  const different = (values: readonly unknown[]) => new Set(values.map((each) => JSON.stringify(each)));

  // CloudFormation takes 500 resources: two are deployed in nested stacks, as below, and here the CDK does not count.
  const stack = teamStack({}, teamApp({ '@aws-cdk/core:stackResourceLimit': 0 }));
  for (const id of ['First', 'Second', 'Default']) latchkeyIn(stack, {}, id);
  const template = Template.fromStack(stack);

  it('of three in one stack, the stack’s own among them', () => {
    const names = namesOf(template);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(60);
  });

  it('of metrics, and of the functions that write them', () => {
    const namespaces = different(variablesOf(template, 'METRICS_NAMESPACE'));
    expect(namespaces).toContain('"Latchkey/Shop"');
    expect(namespaces.size).toBe(3);
  });

  it('of usage keys: no value, and no beginning of the values that a reconciler takes for its own', () => {
    const uuid = '0123456789abcdef0123456789abcdef';
    const prefixes = Object.entries(template.findOutputs('*')).flatMap(([id, { Value }]) =>
      id.includes('UsageKeyPrefix') ? [Value['Fn::Sub'][0].replace(/\$\{StackUuid\}/, uuid) as string] : [],
    );
    expect(prefixes).toContain(uuid);
    expect(new Set(prefixes).size).toBe(3);
    for (const prefix of prefixes)
      expect(prefixes.filter((other) => other.startsWith(prefix))).toEqual([prefix]);
    expect(different(variablesOf(template, 'USAGE_KEYS')).size).toBe(3);
    expect(different(variablesOf(template, 'USAGE_PLANS')).size).toBe(3);
  });

  it('of two stacks, of a stage that has a stack again, and of nested stacks', () => {
    const app = teamApp();
    const shop = teamStack({}, app);
    const stacks = [
      shop,
      teamStack({}, app, 'Other'),
      teamStack({}, new Stage(app, 'Beta')),
      new NestedStack(shop, 'One'),
      new NestedStack(shop, 'Two'),
    ];
    for (const stack of stacks) latchkeyIn(stack);
    // What holds the stack's own UUID is apart by that.
    const names = stacks.flatMap((stack) =>
      namesOf(Template.fromStack(stack)).filter((name) => !name.includes('ApiKey')),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names.some((name) => name.includes('Beta-Shop'))).toBe(true);
  });

  it('exports nothing of its own accord', () => {
    for (const output of Object.values(template.findOutputs('*')))
      expect(output).not.toHaveProperty('Export');
  });
});

describe('a stack that has more resources than CloudFormation takes', () => {
  const stackWith = (methods: number, context = {}): Stack => {
    const stack = teamStack({}, teamApp(context));
    latchkeyIn(stack);
    for (let index = 0; index < methods; index += 1)
      new CfnResource(stack, `Own${index}`, { type: 'AWS::ApiGateway::Method' });
    return stack;
  };

  it('fails the synth, which says whose they are, and what to do', () => {
    expect(() => Template.fromStack(stackWith(100))).toThrow(
      /\[Shop\/Latchkey\] the stack Shop has 5\d\d resources, 4\d\d of them this Latchkey's, and CloudFormation takes 500: give the Latchkey a stack of its own/,
    );
  });

  it('is counted as CDK counts it', () => {
    const { length } = Object.keys(templateWith().toJSON().Resources);
    expect(() => Template.fromStack(stackWith(500 - length))).not.toThrow();
    expect(() => Template.fromStack(stackWith(501 - length))).toThrow('the stack Shop has 501 resources');
    const context = { '@aws-cdk/core:stackResourceLimit': 501 };
    expect(() => Template.fromStack(stackWith(501 - length, context))).not.toThrow();
  });
});

describe('props that cannot be deployed', () => {
  it('are a ConfigError, which names the path of the construct, the field and the fix', () => {
    const error = fault({ rotationDays: 0, wafLimit: {}, logRetentionDays: 30 });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(
      /^Shop\/Latchkey: wafLimit: unknown field; known are profile, .*\nShop\/Latchkey: logRetentionDays: is logRetention here/,
    );
  });

  it.each([
    ['rotationDays: must be a whole number from 1 to 1000; raise it to 1 or more', { rotationDays: 0 }],
    ['profile: must be a profile, such as profiles.default', { profile: 'default' }],
    ['kmsKeyArn: is encryptionKey here', { kmsKeyArn: 'arn' }],
    ['alarmTopicArn: is alarmTopic here', { alarmTopicArn: 'arn' }],
    ['name: resources are named after the path of the construct', { name: 'Shop' }],
    ['vpc: must be a VPC', { vpc: 'vpc-1' }],
    ['encryptionKey: must be a key in KMS', { encryptionKey: 'arn' }],
    ['alarmTopic: must be a topic of SNS', { alarmTopic: 'arn' }],
    ['vpcSubnets: takes vpc; name the network', { vpcSubnets: {} }],
    ['securityGroups: takes vpc; name the network', { securityGroups: [] }],
    ['logRetention: must be a RetentionDays', { logRetention: 31 }],
    ['removalPolicy: must be a RemovalPolicy', { removalPolicy: 'keep' }],
    ['domain.certificate: must be a certificate in ACM', { domain: { name: 'api.example.com' } }],
    ['domain.certificate: must be a certificate in ACM', { domain: 7 }],
    ['domain.certificate: must be a certificate in ACM', { domain: 'api.example.com' }],
    ['initialTier: must be one of the tiers: free, pro, enterprise', { initialTier: 'gold' }],
    ['tiers: must be an object', { tiers: null }],
    ['upstreams: must be an object', { upstreams: null }],
    ['upstreams: must be an object', { upstreams: 7 }],
    ['upstreams: must be an object', { upstreams: '' }],
    [
      'upstreams: is known only when the stack is deployed',
      { upstreams: Token.asNumber(Lazy.number({ produce: () => 1 })) },
    ],
    ['scopes: must be a list', { scopes: 'read' }],
    ['roles: must be an object', { roles: 7 }],
    ['upstream.url: must be', { upstream: { url: 'ftp://example.com' } }],
    [
      'upstreams.search.path: /v1/workspaces is served by Latchkey itself',
      { profile: nams, upstreams: { search: { path: '/v1/workspaces', url: 'https://a.example.com' } } },
    ],
  ])('%s', (message, props) => {
    expect(fault(props)).toBeInstanceOf(ConfigError);
    expect((fault(props) as Error).message).toContain(`Shop/Latchkey: ${message}`);
  });

  it('are those that are known only at deploy, where the functions’ code needs them', () => {
    const stack = teamStack();
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('GET');
    expect(() => latchkeyIn(stack, { upstream: { url: api.url } })).toThrow(
      'Shop/Latchkey: upstream.url: is known only when the stack is deployed, and needed before; write the value',
    );
  });

  it('are not those that are left undefined', () => {
    expect(fault({ upstream: undefined, anonymous: undefined, vpc: undefined, tiers: undefined })).toBe(
      undefined,
    );
  });
});

describe('a Latchkey below a path of a domain of the app', () => {
  const domainIn = (stack: Stack, props: object = {}) =>
    new DomainName(stack, 'Domain', {
      domainName: 'api.example.com',
      certificate: new Certificate(stack, 'Certificate', { domainName: 'api.example.com' }),
      ...props,
    });

  it('is one mapping more on that, and another Latchkey another', () => {
    const app = teamApp();
    const team = teamStack({}, app, 'Team');
    const domain = domainIn(team);
    const stacks = ['auth', 'partners/auth'].map((basePath, index) => {
      const stack = teamStack({}, app, `Auth${index}`);
      const { url } = latchkeyIn(stack, { domain: { mountOn: domain, basePath } });
      return { stack, basePath, url };
    });
    for (const { stack, basePath, url } of stacks) {
      const template = Template.fromStack(stack);
      template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
        DomainName: { 'Fn::ImportValue': Match.stringLikeRegexp('^Team:') },
        ApiMappingKey: basePath,
      });
      template.resourceCountIs('AWS::ApiGateway::DomainName', 0);
      expect(stack.dependencies).toEqual([team]);
      expect(url).toBe(`https://api.example.com/${basePath}`);
    }
  });

  it('is found by its name where another app has made it', () => {
    const stack = teamStack();
    const domain = DomainName.fromDomainNameAttributes(stack, 'Domain', {
      domainName: 'api.example.com',
      domainNameAliasHostedZoneId: 'Z1',
      domainNameAliasTarget: 'd-1.execute-api.us-east-1.amazonaws.com',
    });
    latchkeyIn(stack, { domain: { mountOn: domain, basePath: 'auth' } });
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
      DomainName: 'api.example.com',
    });
  });

  it.each([
    ['must be a domain name of API Gateway', () => 'api.example.com'],
    ['must be regional', (stack: Stack) => domainIn(stack, { endpointType: EndpointType.EDGE })],
    ['takes TLS 1.0', (stack: Stack) => domainIn(stack, { securityPolicy: SecurityPolicy.TLS_1_0 })],
    [
      'its name is known only when the stack is deployed',
      (stack: Stack) =>
        DomainName.fromDomainNameAttributes(stack, 'Domain', {
          domainName: Fn.importValue('DomainName'),
          domainNameAliasHostedZoneId: 'Z1',
          domainNameAliasTarget: 'd-1',
        }),
    ],
  ])('refuses one of which that cannot be so: %s', (message, made) => {
    const stack = teamStack();
    const domain = { mountOn: made(stack) as IDomainName, basePath: 'auth' };
    expect(() => latchkeyIn(stack, { domain })).toThrow(`Shop/Latchkey: domain.mountOn: ${message}`);
  });

  it('says nothing else of the domain, which has it', () => {
    const stack = teamStack();
    const domain = { mountOn: domainIn(stack), basePath: 'auth', name: 'api.example.com' };
    expect(() => latchkeyIn(stack, { domain })).toThrow(
      'domain.mountOn: the domain name has name of its own',
    );
  });
});

describe('a Latchkey takes objects of the CDK', () => {
  it('a domain with a certificate and a zone of the same app', () => {
    const stack = teamStack();
    const hostedZone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' });
    const certificate = new Certificate(stack, 'Certificate', { domainName: 'api.example.com' });
    const latchkey = latchkeyIn(stack, { domain: { name: 'api.example.com', certificate, hostedZone } });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'api.example.com',
      RegionalCertificateArn: { Ref: Match.stringLikeRegexp('^Certificate') },
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      HostedZoneId: { Ref: Match.stringLikeRegexp('^Zone') },
    });
    expect(latchkey.url).toBe('https://api.example.com');
    expect(latchkey.jwksUrl).toBe('https://api.example.com/.well-known/jwks.json');
  });

  it('a key, which CloudWatch Logs is let use, and a topic, which every alarm tells', () => {
    const stack = teamStack();
    latchkeyIn(stack, {
      encryptionKey: new Key(stack, 'Own'),
      alarmTopic: new Topic(stack, 'Alarms'),
    });
    const template = Template.fromStack(stack);
    for (const { SSESpecification } of propertiesOf(template, 'AWS::DynamoDB::Table'))
      expect(JSON.stringify(SSESpecification)).toMatch(/"Own/);
    for (const { KmsKeyId } of propertiesOf(template, 'AWS::Logs::LogGroup'))
      expect(JSON.stringify(KmsKeyId)).toMatch(/"Own/);
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          }),
        ]),
      },
    });
    for (const { AlarmActions } of propertiesOf(template, 'AWS::CloudWatch::Alarm'))
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Alarms/) }]);
  });

  it('another retention of logs, and another removal policy', () => {
    const template = templateWith({
      logRetention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const { Properties, DeletionPolicy } of Object.values(template.findResources('AWS::Logs::LogGroup')))
      expect([Properties.RetentionInDays, DeletionPolicy]).toEqual([7, 'Delete']);
  });
});

describe('a Latchkey in a network', () => {
  const standing = (template: Template) =>
    propertiesOf(template, 'AWS::Lambda::Function').filter(({ Handler }) => Handler === 'index.handler');

  it('has every function there but the one that fetches what strangers name', () => {
    const stack = teamStack();
    const latchkey = latchkeyIn(stack, {
      vpc: netIn(stack),
    });
    const template = Template.fromStack(stack);
    const outside = standing(template).filter(({ VpcConfig }) => VpcConfig === undefined);
    expect(outside.map(({ Description }) => Description)).toEqual([
      'Fetches the metadata documents of OAuth clients from the public internet',
    ]);
    for (const { VpcConfig } of standing(template).filter(({ VpcConfig }) => VpcConfig !== undefined)) {
      expect(JSON.stringify(VpcConfig.SubnetIds)).toMatch(/NetPrivateSubnet1/);
      expect(JSON.stringify(VpcConfig.SecurityGroupIds)).toMatch(/LatchkeyNetworkFunctions/);
    }
    expect(latchkey.connections.securityGroups).toHaveLength(1);
  });

  it('calls no function before there is a way out', () => {
    const stack = teamStack();
    latchkeyIn(stack, { vpc: netIn(stack) });
    const [rotation] = Object.values(
      Template.fromStack(stack).findResources('AWS::Lambda::Function', {
        Properties: { Description: Match.stringLikeRegexp('^Rotates') },
      }),
    );
    expect(rotation?.DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^NetPrivateSubnet1DefaultRoute/)]),
    );
  });

  it('reaches an upstream there, in the subnets and groups that are named', () => {
    const stack = teamStack();
    const vpc = netIn(stack, {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Inner', subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    latchkeyIn(stack, {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
      upstream: { privateUrl: 'http://inner.example.com' },
    });
    for (const { VpcConfig } of standing(Template.fromStack(stack)))
      if (VpcConfig !== undefined) expect(JSON.stringify(VpcConfig)).toMatch(/"Group.*NetInnerSubnet1/);
  });

  it.each([
    ['functions in public subnets reach nothing', SubnetType.PUBLIC],
    ['name subnets that the network has', SubnetType.PRIVATE_ISOLATED],
  ])('is refused where %s', (message, subnetType) => {
    const stack = teamStack();
    const vpc = netIn(stack);
    expect(() => latchkeyIn(stack, { vpc, vpcSubnets: { subnetType } })).toThrow(
      new RegExp(`^Shop/Latchkey: vpcSubnets: .*${message}`, 's'),
    );
  });
});

describe('in an app of a team', () => {
  it.each([
    ['with none of the CDK’s flags', {}],
    ['with all that it recommends', recommended],
  ])('has the same authorizer on the same methods %s', (_, flags) => {
    const template = templateWith({}, teamStack({}, teamApp(flags)));
    const locked = propertiesOf(template, 'AWS::ApiGateway::Method').filter(
      ({ ApiKeyRequired }) => ApiKeyRequired === true,
    );
    expect(locked.length).toBeGreaterThan(60);
    for (const { AuthorizationType, AuthorizerId } of locked)
      expect([AuthorizationType, AuthorizerId]).toEqual(['CUSTOM', { Ref: expect.any(String) }]);
  });

  it('leaves the flags of the app alone', () => {
    const stack = teamStack();
    latchkeyIn(stack);
    expect(stack.node.tryGetContext('@aws-cdk/aws-iam:minimizePolicies')).toBe(undefined);
  });

  it('goes to an account and a Region that are named, with nothing of another', () => {
    const stack = teamStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const { url } = latchkeyIn(stack);
    expect(url).toContain('.execute-api.eu-central-1.');
    expect(Template.fromStack(stack).toJSON()).toBeDefined();
  });

  it('refuses a certificate of another Region than the one that is named', () => {
    const stack = teamStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const certificate = Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-0123-4567-89ab-cdef01234567',
    );
    expect(() => latchkeyIn(stack, { domain: { name: 'api.example.com', certificate } })).toThrow(
      'Shop/Latchkey: domain.certificateArn: the certificate is in us-east-1, and the stack goes to eu-central-1',
    );
  });

  it('takes part in tags, permissions boundaries and removal policies of whoever it belongs to', () => {
    const stack = teamStack();
    latchkeyIn(stack);
    Tags.of(stack).add('team', 'shop');
    PermissionsBoundary.of(stack).apply(
      ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary'),
    );
    RemovalPolicies.of(stack).destroy();
    const template = Template.fromStack(stack);
    for (const { PermissionsBoundary: boundary } of propertiesOf(template, 'AWS::IAM::Role'))
      expect(boundary).toBe('arn:aws:iam::111122223333:policy/boundary');
    for (const { Tags: tags } of propertiesOf(template, 'AWS::DynamoDB::Table'))
      expect(tags).toContainEqual({ Key: 'team', Value: 'shop' });
    for (const { DeletionPolicy } of Object.values(template.findResources('AWS::DynamoDB::Table')))
      expect(DeletionPolicy).toBe('Delete');
  });

  it('takes an aspect that visits and changes all resources', () => {
    const stack = teamStack();
    latchkeyIn(stack);
    let visited = 0;
    Aspects.of(stack).add({
      visit(node) {
        if (CfnResource.isCfnResource(node)) visited += 1;
      },
    });
    Template.fromStack(stack);
    expect(visited).toBeGreaterThan(400);
  });

  it.each([
    ['of any Region', {}],
    ['of a Region that is named', { env: { account: '111122223333', region: 'eu-central-1' } }],
  ])('leaves nothing to find for the team’s own rules of cdk-nag, in a stack %s', (_, props) => {
    const app = teamApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
    const stack = teamStack(props, app);
    latchkeyIn(stack, { encryptionKey: new Key(stack, 'Own', { enableKeyRotation: true }) });
    expect(() => app.synth()).not.toThrow();
  });

  it('keeps what the team’s own template says of itself', () => {
    const stack = teamStack();
    stack.templateOptions.metadata = { Team: 'shop' };
    latchkeyIn(stack);
    expect(Object.keys(Template.fromStack(stack).toJSON().Metadata)).toEqual(['Team', 'Latchkey/Latchkey']);
  });
});

describe('the team’s own function that decides itself', () => {
  const verifyIn = (props: LatchkeyProps = {}) => {
    const stack = teamStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const latchkey = latchkeyIn(stack, props);
    const fn = new Lambda(stack, 'Search', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {}'),
    });
    return { stack, latchkey, fn };
  };
  const statementsOf = (template: Template, role: RegExp) =>
    propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ Roles, PolicyDocument }) =>
      role.test(JSON.stringify(Roles)) ? PolicyDocument.Statement : [],
    );
  const onTable = (template: Template, role: RegExp) =>
    statementsOf(template, role).filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));

  it('has the rights of the authorizer on the table, and no more', () => {
    const { stack, latchkey, fn } = verifyIn();
    latchkey.grantVerify(fn);
    const template = Template.fromStack(stack);
    const own = onTable(template, /"SearchServiceRole/);
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(onTable(template, /FunctionsauthorizerRole/));
    expect(statementsOf(template, /"SearchServiceRole/)).toEqual(own);
  });

  it('is told in one variable all that it needs, in less than 2 KB', () => {
    const { stack, latchkey, fn } = verifyIn();
    latchkey.grantVerify(fn);
    const [variable] = propertiesOf(Template.fromStack(stack), 'AWS::Lambda::Function').flatMap(
      ({ Environment }) => Environment?.Variables?.LATCHKEY_VERIFY ?? [],
    );
    const [, parts] = variable['Fn::Join'];
    const text = parts.map((part: unknown) => (typeof part === 'string' ? part : 'TOKEN')).join('');
    expect(text.length).toBeLessThan(2048);
    const { packed, ...places } = JSON.parse(text);
    expect(JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url')).toString())).toMatchObject({
      profile: { keys: { prefix: 'lk' } },
      deployment: { initialTier: 'free', tiers: { free: { keyRequestsPerMinute: 100 } } },
    });
    expect(places).toMatchObject({
      version: 1,
      table: 'TOKEN',
      region: 'eu-central-1',
      issuers: ['https://TOKEN.execute-api.eu-central-1.TOKEN/live'],
      keysetSecretArn: null,
      metricsNamespace: latchkey.metricsNamespace,
    });
  });

  it('reads the signing keys only where HS256 signs', () => {
    const { stack, latchkey, fn } = verifyIn({ tokens: { algorithm: 'HS256' } });
    latchkey.grantVerify(fn);
    const actions = statementsOf(Template.fromStack(stack), /"SearchServiceRole/).map(({ Action }) => Action);
    expect(actions).toContain('secretsmanager:GetSecretValue');
    const resolved = JSON.stringify(stack.resolve(latchkey.verifySettings));
    expect(resolved).toMatch(/keysetSecretArn.{0,20}LatchkeyKeysetSecret/);
  });

  it('uses the key of the table where that is the team’s own', () => {
    const stack = teamStack();
    const latchkey = latchkeyIn(stack, { encryptionKey: new Key(stack, 'Own') });
    const role = new Role(stack, 'Task', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    latchkey.grantVerify(role);
    const conditions = statementsOf(Template.fromStack(stack), /"Task/).map(({ Condition }) => Condition);
    expect(JSON.stringify(conditions)).toContain('kms:ViaService');
  });

  it('may be of another stack of the app', () => {
    const { stack, latchkey } = verifyIn();
    const other = teamStack(
      { env: { account: '111122223333', region: 'eu-central-1' } },
      stack.node.root as App,
      'Other',
    );
    latchkey.grantVerify(
      new Lambda(other, 'Search', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => {}'),
      }),
    );
    expect(JSON.stringify(Template.fromStack(other).toJSON())).toContain('Fn::ImportValue');
    Template.fromStack(stack);
  });

  it('fails the synth by name where the settings do not fit into a function’s variables', () => {
    // Of no pattern that packs well.
    const paths = Array.from({ length: 100 }, (_, index) => ({
      path: `/v1/${createHash('sha256').update(`${index}`).digest('hex')}`,
      scope: 'read',
    }));
    const { latchkey, fn } = verifyIn({ upstream: { url: 'https://a.example.com', scopes: paths } });
    expect(() => latchkey.grantVerify(fn)).toThrow(
      /^Shop\/Latchkey: LATCHKEY_VERIFY: has \d+ bytes, and of a function's variables it may take 3584; have less in pathScopes, which has \d+$/,
    );
  });

  it('is warned of where it is imported, as its variables are of another stack', () => {
    const { stack, latchkey } = verifyIn();
    latchkey.grantVerify(
      Lambda.fromFunctionAttributes(stack, 'Imported', {
        functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:search',
        sameEnvironment: true,
      }),
    );
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('set LATCHKEY_VERIFY there'));
  });
});

describe('metrics', () => {
  it('of decisions are those that the functions of this Latchkey write', () => {
    const stack = teamStack();
    const latchkey = latchkeyIn(stack);
    const metric = latchkey.metricDecisions({ outcome: 'limited', period: Duration.minutes(1) });
    const [namespace] = propertiesOf(Template.fromStack(stack), 'AWS::Lambda::Function').flatMap(
      ({ Environment }) => Environment?.Variables?.METRICS_NAMESPACE ?? [],
    );
    expect(metric).toMatchObject({
      namespace,
      metricName: 'Decisions',
      dimensions: { outcome: 'limited' },
      statistic: 'Sum',
      period: Duration.minutes(1),
    });
    expect(latchkey.metricDecisionLatency({ outcome: 'allowed' })).toMatchObject({
      namespace,
      metricName: 'DecisionsLatency',
      statistic: 'p99',
    });
    expect(latchkey.metric('Logins', { outcome: 'refused' }).metricName).toBe('Logins');
  });
});

describe('the stage of another API', () => {
  it('counts in every usage plan', () => {
    const stack = teamStack();
    const latchkey = latchkeyIn(stack);
    const api = new RestApi(stack, 'Search');
    api.root.addMethod('GET');
    latchkey._door.addStage(api.deploymentStage);
    const plans = propertiesOf(Template.fromStack(stack), 'AWS::ApiGateway::UsagePlan');
    expect(plans).toHaveLength(7);
    for (const { ApiStages } of plans)
      expect(ApiStages.map(({ ApiId }: { ApiId: { Ref: string } }) => ApiId.Ref)).toEqual([
        expect.stringMatching(/^LatchkeyFrontDoorApi/),
        expect.stringMatching(/^Search/),
      ]);
  });

  it('is of the same stack', () => {
    const stack = teamStack();
    const latchkey = latchkeyIn(stack);
    const api = new RestApi(teamStack({}, stack.node.root as App, 'Other'), 'Search');
    api.root.addMethod('GET');
    expect(() => latchkey._door.addStage(api.deploymentStage)).toThrow(
      'Shop/Latchkey: Other/Search/DeploymentStage.prod: the stage is of another stack',
    );
  });
});

describe('the props', () => {
  const source = readFileSync(new URL('../../lib/latchkey-props.ts', import.meta.url), 'utf8');
  const page = readFileSync(new URL('../../docs/construct.md', import.meta.url), 'utf8');
  const [, body = ''] = source.split('export interface LatchkeyProps');
  const props = [...body.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s*readonly (\w+)\?/gs)].flatMap(
    ([, text = '', name = '']) => (text.includes('@internal') ? [] : [{ name, text }]),
  );

  it.each(props)('$name has a sentence that says its default, and is named in docs/construct.md', (prop) => {
    expect(prop.text).toContain('@default');
    expect(page).toContain(`\`${prop.name}\``);
  });

  it('are all fields of the configuration, but for those that are taken otherwise, and the CDK’s own', () => {
    const otherwise = ['name', 'kmsKeyArn', 'alarmTopicArn', 'logRetentionDays'];
    const fields = Object.keys(CONFIG.shape).filter((name) => !otherwise.includes(name));
    const own = [
      'logRetention',
      'alarmTopic',
      'removalPolicy',
      'encryptionKey',
      'vpc',
      'vpcSubnets',
      'securityGroups',
    ];
    expect(props.map(({ name }) => name).sort()).toEqual([...fields, ...own].sort());
  });

  it('and the public members are named in docs/construct.md', () => {
    const members = Object.getOwnPropertyNames(Latchkey.prototype).concat(
      Object.keys(latchkeyIn(teamStack())),
    );
    const hidden = ['constructor', 'node', 'verify', 'verifyRights', 'checked', 'naming'];
    for (const name of members.filter((each) => !hidden.includes(each) && !each.startsWith('_')))
      expect(page, name).toMatch(new RegExp(`\`${name}[(\`]`));
  });
});
