import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from './synth.ts';

let template: Template;

beforeAll(async () => {
  template = await templateOf();
});

/** The plan of that logical id, and the keys on it. */
function plan(name: string) {
  const plans = template.findResources('AWS::ApiGateway::UsagePlan');
  const id = Object.keys(plans).find((candidate) =>
    new RegExp(`^UsagePlans${name}[0-9A-F]{8}$`).test(candidate),
  );
  const keys = propertiesOf(template, 'AWS::ApiGateway::UsagePlanKey')
    .filter(({ UsagePlanId }) => UsagePlanId.Ref === id)
    .map(({ KeyId }) => template.toJSON().Resources[KeyId.Ref].Properties);
  return { ...plans[id ?? '']?.Properties, keys };
}

describe('the exhausted plan', () => {
  it('says zero in so many words, so that API Gateway throttles every call', () => {
    expect(plan('exhausted').Throttle).toEqual({ RateLimit: 0, BurstLimit: 0 });
    expect(plan('exhausted').keys).toHaveLength(1);
  });
});

it('the sandbox limits all test keys together, far below what an account takes', () => {
  const { Throttle, Quota, keys } = plan('sandbox');
  expect(Throttle).toEqual({ RateLimit: 500, BurstLimit: 500 });
  expect(Quota).toBeUndefined();
  expect(keys).toHaveLength(1);
});

it.each(['sharedinitial', 'sharedother'])(
  'the plan of the key %s has neither quota nor throttle: its tenants do not bound each other',
  (name) => {
    const { Throttle, Quota, keys } = plan(name);
    expect(Throttle).toBeUndefined();
    expect(Quota).toBeUndefined();
    expect(keys).toHaveLength(1);
  },
);

describe('a tier', () => {
  it("limits a tenant's own key as the configuration says", () => {
    expect(plan('free')).toMatchObject({
      Throttle: { RateLimit: 20, BurstLimit: 600 },
      Quota: { Limit: 100_000, Period: 'MONTH' },
    });
    expect(plan('enterprise').Quota).toBeUndefined();
  });

  it('is on the stage that is served', () => {
    const stages = propertiesOf(template, 'AWS::ApiGateway::UsagePlan').map(
      ({ ApiStages }) => ApiStages[0].Stage.Ref,
    );
    expect(stages).toHaveLength(7);
    expect(new Set(stages).size).toBe(1);
  });
});

describe('usage keys', () => {
  const uuid = '0a1b2c3d-0123-4567-89ab-cdef01234567';

  /** `Fn::Sub` as CloudFormation evaluates it, for a stack with that UUID. */
  const evaluated = (value: { 'Fn::Sub': [string, { StackUuid: unknown }] }) => {
    const [text, { StackUuid }] = value['Fn::Sub'];
    const join = [
      '',
      { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] },
    ];
    expect(StackUuid).toEqual({ 'Fn::Join': join });
    return text.replaceAll(/\$\{StackUuid\}/g, uuid.replaceAll('-', ''));
  };

  it('are 20 to 128 letters and digits, another for each plan and stack', () => {
    const values = propertiesOf(template, 'AWS::ApiGateway::ApiKey').map(({ Value }) => evaluated(Value));
    expect(new Set(values).size).toBe(4);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9]{20,128}$/);
  });

  it('are what the authorizer is told', () => {
    const [told] = propertiesOf(template, 'AWS::Lambda::Function').flatMap(
      ({ Environment }) => Environment.Variables.USAGE_KEYS ?? [],
    );
    const byName: Record<string, string> = JSON.parse(evaluated(told));
    expect(Object.keys(byName)).toEqual(['initial', 'other', 'sandbox', 'exhausted']);
    for (const [name, value] of Object.entries(byName)) {
      const [key] = plan(['exhausted', 'sandbox'].includes(name) ? name : `shared${name}`).keys;
      expect(evaluated(key.Value)).toBe(value);
    }
  });
});

describe('the reconciler', () => {
  const statements = () =>
    propertiesOf(template, 'AWS::IAM::Policy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().some((action: string) => action.startsWith('apigateway:')));
  /** The path of an ARN, with `ID` for what only CloudFormation knows. */
  const path = (resource: { 'Fn::Join': [string, unknown[]] }) =>
    resource['Fn::Join'][1]
      .map((part) => (typeof part === 'string' ? part : 'ID'))
      .join('')
      .replace(/^.*::/, '');

  it('may list and make keys, delete one, and see and fill the stack’s own plans, and nothing else', () => {
    const rights = statements().flatMap(({ Action, Resource }) =>
      [Resource].flat().map((resource) => `${[Action].flat().join()} ${path(resource)}`),
    );
    expect([...new Set(rights)].sort()).toEqual([
      'apigateway:DELETE /apikeys/*',
      'apigateway:GET,apigateway:POST /apikeys',
      'apigateway:GET,apigateway:POST /usageplans/ID/keys',
    ]);
    expect(rights.filter((right) => right.endsWith('/usageplans/ID/keys'))).toHaveLength(7);
  });

  it('runs every minute', () => {
    const [rule] = propertiesOf(template, 'AWS::Events::Rule');
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  });

  it('finds every key of the stack by its name, which is its value', () => {
    for (const { Name, Value } of propertiesOf(template, 'AWS::ApiGateway::ApiKey')) {
      expect(Name).toEqual(Value);
    }
  });
});
