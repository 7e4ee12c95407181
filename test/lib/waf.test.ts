import { describe, expect, it } from 'vitest';
import { PROFILES } from '../profiles/profiles.ts';
import { propertiesOf, templateOf } from './synth.ts';

const production = (config = {}, profile = 'default') =>
  templateOf({ profile, environment: 'production', config: JSON.stringify(config) });

/** The names and limits of the rules. */
// biome-ignore lint/suspicious/noExplicitAny: the properties of a rule, as CloudFormation takes them.
const limitsOf = (acl: any) =>
  // biome-ignore lint/suspicious/noExplicitAny: the same.
  Object.fromEntries(acl.Rules.map((rule: any) => [rule.Name, rule.Statement.RateBasedStatement.Limit]));

describe('AWS WAF', () => {
  it('stands before the stage in production, with rules that count by the address of the connection', async () => {
    const template = await production();
    const [acl] = propertiesOf(template, 'AWS::WAFv2::WebACL');
    expect(acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    // Twice what the tier `enterprise` may send, 1,000 a second.
    expect(limitsOf(acl)).toEqual({ 'public-routes': 600, 'all-routes': 120_000 });
    for (const { Statement } of acl.Rules) {
      expect(Statement.RateBasedStatement).toMatchObject({ AggregateKeyType: 'IP', EvaluationWindowSec: 60 });
      expect(Statement.RateBasedStatement).not.toHaveProperty('ForwardedIPConfig');
    }
    const [association] = propertiesOf(template, 'AWS::WAFv2::WebACLAssociation');
    expect(JSON.stringify(association.ResourceArn)).toMatch(
      /restapis.*FrontDoorApi.*stages.*FrontDoorApiDeploymentStage/,
    );
    expect(JSON.stringify(association.WebACLArn)).toMatch(/WafAcl/);
  });

  it('counts under names of its own stack, none of which AWS WAF keeps for itself', async () => {
    const names = async (config: object) => {
      const [acl] = propertiesOf(await production(config), 'AWS::WAFv2::WebACL');
      return [acl, ...acl.Rules].map(({ VisibilityConfig }) => VisibilityConfig.MetricName);
    };
    expect(await names({})).toEqual(['Latchkey-requests', 'Latchkey-public-routes', 'Latchkey-all-routes']);
    const others = await names({ name: 'LatchkeyBeta' });
    for (const name of others) expect(name).toMatch(/^LatchkeyBeta-[\w-]{1,100}$/);
  });

  it('keeps no sample of a request, as it would hold the credential', async () => {
    const [acl] = propertiesOf(await production(), 'AWS::WAFv2::WebACL');
    for (const { VisibilityConfig } of [acl, ...acl.Rules]) {
      expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
    }
  });

  it.each([
    ['development', undefined, false],
    ['development', true, true],
    ['production', false, false],
  ])('in %s with waf %s is there: %s', async (environment, waf, expected) => {
    const config = JSON.stringify(waf === undefined ? {} : { waf });
    const template = await templateOf({ profile: 'default', environment, config });
    expect(propertiesOf(template, 'AWS::WAFv2::WebACL')).toHaveLength(expected ? 1 : 0);
    expect(propertiesOf(template, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(expected ? 1 : 0);
  });

  it('takes the limits of the configuration', async () => {
    const wafLimits = { publicRequestsPerMinute: 50, requestsPerMinute: 9_000 };
    const [acl] = propertiesOf(await production({ wafLimits }), 'AWS::WAFv2::WebACL');
    expect(limitsOf(acl)).toEqual({ 'public-routes': 50, 'all-routes': 9_000 });
  });

  it.each([
    [{ waf: 'yes' }, 'waf: must be true or false'],
    [
      { wafLimits: { publicRequestsPerMinute: 9 } },
      'wafLimits.publicRequestsPerMinute: must be a whole number from 10',
    ],
    [
      { wafLimits: { requestsPerMinute: 10.5 } },
      'wafLimits.requestsPerMinute: must be a whole number from 10',
    ],
    [{ wafLimits: { perMinute: 10 } }, 'wafLimits.perMinute: unknown field'],
  ])('refuses %j, and says what is right', async (config, message) => {
    await expect(production(config)).rejects.toThrow(message);
  });

  it.each(PROFILES.map(({ name }) => name))(
    'of %s slows the public routes that do work, and answers as the profile does, with a time to wait',
    async (profile) => {
      const [acl] = propertiesOf(await production({}, profile), 'AWS::WAFv2::WebACL');
      const [rule] = acl.Rules;
      const { RegexString } = rule.Statement.RateBasedStatement.ScopeDownStatement.RegexMatchStatement;
      expect(RegexString.length).toBeLessThanOrEqual(512);
      const counted = new RegExp(RegexString);
      for (const path of ['/v1/auth/login', '/live/v1/auth/login', '/v1/auth/onboard//']) {
        expect([path, counted.test(path)]).toEqual([path, true]);
      }
      for (const path of ['/v1/auth/me', '/health', '/v1/auth/login/more', '/v1/things']) {
        expect([path, counted.test(path)]).toEqual([path, false]);
      }
      const { CustomResponse } = rule.Action.Block;
      expect(CustomResponse).toMatchObject({ ResponseCode: 429 });
      expect(CustomResponse.ResponseHeaders).toContainEqual({ Name: 'Retry-After', Value: '60' });
      const { ContentType, Content } = acl.CustomResponseBodies[CustomResponse.CustomResponseBodyKey];
      expect(ContentType).toBe('APPLICATION_JSON');
      expect(Content.length).toBeLessThan(4_096);
      expect(JSON.parse(Content)).toEqual(expect.any(Object));
      expect(Content).toContain('Too many requests from your address. Try again in 60 seconds.');
    },
  );
});
