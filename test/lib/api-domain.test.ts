import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import withDomain from '../support/domain.json' with { type: 'json' };
import { propertiesOf, templateOf } from './synth.ts';

let template: Template;
let plain: Template;
beforeAll(async () => {
  template = await templateOf({ config: withDomain });
  plain = await templateOf();
});

/** What a function is told to be the issuer, as text. */
const issuers = (of: Template) =>
  propertiesOf(of, 'AWS::Lambda::Function').flatMap(({ Environment }) => {
    const { ISSUER } = Environment.Variables;
    return ISSUER === undefined ? [] : [ISSUER];
  });

describe('an API with a domain', () => {
  it('answers at the root of the host, by TLS 1.2 at least, over IPv4 and IPv6', () => {
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'api.example.com',
      RegionalCertificateArn: withDomain.domain.certificateArn,
      SecurityPolicy: 'TLS_1_2',
      EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
    });
    template.hasResourceProperties('AWS::ApiGateway::BasePathMapping', {
      BasePath: Match.absent(),
      Stage: { Ref: Match.stringLikeRegexp('^FrontDoorApiDeploymentStagebeta') },
    });
  });

  it('answers nowhere else', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
  });

  it('is deployed anew when it is given one, as its old endpoint answers until then', async () => {
    const deployments = async (config: object) =>
      Object.keys((await templateOf({ config })).findResources('AWS::ApiGateway::Deployment'));
    expect(await deployments({ domain: withDomain.domain })).not.toEqual(await deployments({}));
  });

  it('is found by both kinds of address, where the zone is ours', () => {
    const records = propertiesOf(template, 'AWS::Route53::RecordSet');
    expect(records.map(({ Type }) => Type)).toEqual(['A', 'AAAA']);
    for (const { HostedZoneId, AliasTarget } of records) {
      expect(HostedZoneId).toBe('Z0123456789ABC');
      expect(AliasTarget.DNSName['Fn::GetAtt'][1]).toBe('RegionalDomainName');
      expect(AliasTarget.HostedZoneId['Fn::GetAtt'][1]).toBe('RegionalHostedZoneId');
    }
  });

  it('puts out where its name has to point, where the zone is not', async () => {
    const domain = { ...withDomain.domain, hostedZone: null };
    const elsewhere = await templateOf({ config: { ...withDomain, domain } });
    expect(propertiesOf(elsewhere, 'AWS::Route53::RecordSet')).toEqual([]);
    expect(elsewhere.toJSON().Outputs.DomainTarget.Value['Fn::GetAtt'][1]).toBe('RegionalDomainName');
  });

  it('is the issuer, to the letter, of all that is signed and verified', () => {
    expect(new Set(issuers(template))).toEqual(new Set(['https://api.example.com']));
    expect(template.toJSON().Outputs.ApiUrl.Value).toBe('https://api.example.com');
  });
});

describe('a live stack that is given a domain', () => {
  /** What the functions that verify tokens are told: the same, all of them. */
  const accepted = (of: Template) => {
    const told = propertiesOf(of, 'AWS::Lambda::Function').flatMap(
      ({ Environment }) => Environment.Variables.ACCEPTED_ISSUERS ?? [],
    );
    return [...new Set(told.map((issuers) => JSON.stringify(issuers)))].map((issuers) => JSON.parse(issuers));
  };
  const stageUrl = () => plain.toJSON().Outputs.ApiUrl.Value['Fn::Join'][1];

  it('accepts the tokens of its URL only, as a rule', () => {
    expect(accepted(template)).toEqual(['https://api.example.com']);
    expect(accepted(plain)).toEqual([plain.toJSON().Outputs.ApiUrl.Value]);
  });

  it('answers at both URLs while clients move, issues under the domain, and accepts the tokens of both', async () => {
    const domain = { ...withDomain.domain, alsoServeStageUrl: true };
    const both = await templateOf({ config: { domain } });
    both.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: false });
    expect(both.toJSON().Outputs.ApiUrl.Value).toBe('https://api.example.com');
    expect(new Set(issuers(both))).toEqual(new Set(['https://api.example.com']));
    const [first, ...rest] = stageUrl();
    expect(accepted(both)).toEqual([{ 'Fn::Join': ['', [`https://api.example.com ${first}`, ...rest]] }]);
  });

  it('accepts the tokens of URLs that it had before, for as long as the configuration says', async () => {
    const tokens = { previousIssuers: ['https://old.example.com', 'https://older.example.com/live'] };
    const moved = await templateOf({ config: { domain: withDomain.domain, tokens } });
    expect(accepted(moved)).toEqual([
      'https://api.example.com https://old.example.com https://older.example.com/live',
    ]);
    expect(new Set(issuers(moved))).toEqual(new Set(['https://api.example.com']));
  });
});

describe('an API below a path of a host', () => {
  const mappings = (of: Template) =>
    propertiesOf(of, 'AWS::ApiGatewayV2::ApiMapping').map(({ DomainName, ApiMappingKey }) => [
      DomainName,
      ApiMappingKey,
    ]);
  const at = (more: object) => ({ ...withDomain, domain: { ...withDomain.domain, ...more } });

  it('is its issuer, and the host’s root is free for another', async () => {
    const below = await templateOf({ config: at({ basePath: 'auth/v1' }) });
    expect(new Set(issuers(below))).toEqual(new Set(['https://api.example.com/auth/v1']));
    expect(below.toJSON().Outputs.ApiUrl.Value).toBe('https://api.example.com/auth/v1');
    expect(mappings(below)).toEqual([[{ Ref: expect.stringMatching(/^DomainName/) }, 'auth/v1']]);
    below.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
      Stage: { Ref: Match.stringLikeRegexp('^FrontDoorApiDeploymentStagebeta') },
    });
    below.resourceCountIs('AWS::ApiGateway::BasePathMapping', 0);
    below.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
  });

  it('has the standards’ paths of the host only where it is told to', async () => {
    const below = await templateOf({ config: at({ basePath: 'auth', wellKnown: true }) });
    expect(mappings(below).map(([, key]) => key)).toEqual([
      'auth',
      '.well-known/oauth-authorization-server',
      '.well-known/oauth-protected-resource',
    ]);
  });

  it('of a domain that another stack has made, makes nothing but the mapping', async () => {
    const domain = { name: 'api.example.com', certificateArn: null };
    const below = await templateOf({ config: { domain: { ...domain, basePath: 'auth' } } });
    expect(mappings(below)).toEqual([['api.example.com', 'auth']]);
    below.resourceCountIs('AWS::ApiGateway::DomainName', 0);
    expect(below.toJSON().Outputs.DomainTarget).toBeUndefined();
    const root = await templateOf({ config: { domain } });
    root.hasResourceProperties('AWS::ApiGateway::BasePathMapping', { DomainName: 'api.example.com' });
  });

  it('changes the id of nothing but the mapping, beside one at the root', async () => {
    const ids = async (config: object) =>
      Object.entries((await templateOf({ config })).toJSON().Resources)
        .filter(([, resource]) => !/Mapping|Deployment$/.test((resource as { Type: string }).Type))
        .map(([id]) => id);
    expect(await ids(at({ basePath: 'auth' }))).toEqual(await ids(withDomain));
  });
});

describe('an API without a domain', () => {
  it('has the URL of its stage as the issuer, and its endpoint open', () => {
    const texts = new Set(issuers(plain).map((issuer) => JSON.stringify(issuer)));
    expect(texts).toEqual(new Set([JSON.stringify(plain.toJSON().Outputs.ApiUrl.Value)]));
    expect([...texts][0]).toMatch(/"https:\/\/".*"Ref":"FrontDoorApi.*\.execute-api\..*\/live"/);
    plain.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: false });
  });
});

describe('two stages in one account', () => {
  /** Properties that name a resource for the whole account and Region; what has none, CloudFormation names itself. */
  const NAMES = /^(\w+Name|Name)$/;
  const OF_THE_TYPE = new Set(['AttributeName', 'FunctionName', 'DomainName', 'MetricName', 'PolicyName']);

  const namesIn = (of: Template): [string, unknown][] =>
    Object.values(of.toJSON().Resources).flatMap((resource) => {
      const { Type, Properties = {} } = resource as { Type: string; Properties?: object };
      return Object.entries(Properties)
        .filter(([key, value]) => NAMES.test(key) && !OF_THE_TYPE.has(key) && typeof value === 'string')
        .map(([key, value]): [string, unknown] => [`${Type} ${key}`, value]);
    });

  it('share no name: each that the template gives has the name of its stack, but for the stage within its API', () => {
    const kept = namesIn(template).filter(([key]) => key !== 'AWS::ApiGateway::Stage StageName');
    expect(kept.map(([key]) => key)).toEqual(
      expect.arrayContaining([
        'AWS::CloudWatch::Alarm AlarmName',
        'AWS::CloudWatch::Dashboard DashboardName',
      ]),
    );
    for (const [key, value] of kept) expect(value, key).toMatch(/^LatchkeyBeta/);
  });

  it('share no export, no namespace of metrics, and no usage key', () => {
    for (const { Export } of Object.values(template.toJSON().Outputs) as { Export?: unknown }[])
      expect(Export).toBeUndefined();
    const variables = propertiesOf(template, 'AWS::Lambda::Function').map((fn) => fn.Environment.Variables);
    for (const { METRICS_NAMESPACE } of variables) expect(METRICS_NAMESPACE).toBe('Latchkey/LatchkeyBeta');
    for (const { Value } of propertiesOf(template, 'AWS::ApiGateway::ApiKey'))
      expect(JSON.stringify(Value)).toContain('AWS::StackId');
  });
});
