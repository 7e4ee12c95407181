import { Aspects, type CfnElement, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  type CfnApi,
  CfnIntegration,
  CfnRoute,
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  type HttpApiProps,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, type IFunction, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import type { ErrorView } from '../../../lambdas/contract/profile.ts';
import { protectHttpApi } from '../../../lib/protect/http-api.ts';
import type { ProtectHttpOptions } from '../../../lib/protect/options.ts';
import { errorShapeOf } from '../../../lib/verify-settings.ts';
import { profile as memoryApi } from '../../../profiles/memory-api.ts';
import { DoorStack, emptyApp, faultsOf, ofType, resourcesOf, SETTINGS, settingsOf } from './app.ts';

/** An integration of its own for each API. */
const url = () => new HttpUrlIntegration('Url', 'https://upstream.example.com');

function front(options: ProtectHttpOptions = {}, props: HttpApiProps = {}) {
  const stack = new DoorStack(emptyApp());
  const api = new HttpApi(stack, 'Api', props);
  const route = (path: string, method: HttpMethod, more: object = {}) =>
    api.addRoutes({ path, methods: [method], integration: url(), ...more });
  const protect = () => protectHttpApi(stack.door, api, options);
  return { stack, api, route, protect };
}

/** The locks of routes, by their keys. */
function locksOf(stack: Stack): Readonly<Record<string, boolean>> {
  const authorizers = ofType(stack, 'AWS::ApiGatewayV2::Authorizer').map(([id]) => id);
  return Object.fromEntries(
    ofType(stack, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType === 'CUSTOM' &&
        authorizers.includes((Properties.AuthorizerId as { Ref: string } | undefined)?.Ref ?? ''),
    ]),
  );
}

const theirFunction = (stack: Stack, id: string): Lambda =>
  new Lambda(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {}'),
  });

describe('protectHttp locks', () => {
  test('every route, $default and such as come later too', () => {
    const { stack, route, protect } = front({ scopes: { $default: 'admin' } }, { defaultIntegration: url() });
    route('/items/{id}', HttpMethod.GET, { authorizer: new HttpNoneAuthorizer() });
    protect();
    route('/search', HttpMethod.POST);
    route('/any', HttpMethod.ANY);
    expect(locksOf(stack)).toEqual({
      $default: true,
      'GET /items/{id}': true,
      'POST /search': true,
      'ANY /any': true,
    });
    const { access, direct, payload2 } = settingsOf(stack);
    expect(access.$default?.DELETE).toEqual({ scope: 'admin' });
    expect(access['/items/{id}']).toEqual({ GET: { scope: 'read' } });
    expect(Object.keys(access['/any'] ?? {})).toHaveLength(5);
    expect(direct).toEqual({
      resources: Object.keys(access),
      zeroPlanThrottles: true,
      knowsOwnKeys: true,
      signs: false,
    });
    expect(payload2).toEqual({ answeredBehind: [] });
  });

  test('with an authorizer of payload 2.0 that keeps no answer for anybody: CDK’s own would for five minutes', () => {
    const { stack, route, protect } = front();
    route('/items', HttpMethod.GET);
    protect();
    const [[, authorizer] = []] = ofType(stack, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
    });
    expect(authorizer?.Properties.IdentitySource ?? []).toEqual([]);
  });

  test('no route of OPTIONS, and nothing that is named in public', () => {
    const { stack, route, protect } = front(
      { public: ['GET /health'] },
      { corsPreflight: { allowMethods: [CorsHttpMethod.ANY], allowOrigins: ['*'] } },
    );
    route('/health', HttpMethod.GET);
    route('/items', HttpMethod.OPTIONS);
    route('/items', HttpMethod.GET);
    protect();
    expect(locksOf(stack)).toEqual({ 'GET /health': false, 'OPTIONS /items': false, 'GET /items': true });
  });

  test('routes made without a construct of CDK’s own, and in nested stacks; and no other API', () => {
    const { stack, api, protect } = front();
    protect();
    const nested = new NestedStack(stack, 'Nested');
    new CfnRoute(nested, 'Bare', { apiId: api.apiId, routeKey: 'GET /bare' });
    const other = new HttpApi(stack, 'Other');
    other.addRoutes({ path: '/other', methods: [HttpMethod.GET], integration: url() });
    expect(locksOf(stack)).toEqual({ 'GET /other': false });
    const [[, route] = []] = ofType(nested, 'AWS::ApiGatewayV2::Route');
    expect(route?.Properties.AuthorizationType).toBe('CUSTOM');
    // By a parameter: a reference of the parent's would be to nothing there.
    const authorizer = route?.Properties.AuthorizerId as { readonly Ref: string } | undefined;
    expect(Template.fromStack(nested).toJSON().Parameters).toHaveProperty([authorizer?.Ref ?? '']);
    expect(settingsOf(stack).access).toEqual({ '/bare': { GET: { scope: 'read' } } });
  });

  test('an API of another stack, which has no usage plans and waits for the Latchkey alone', () => {
    const app = emptyApp();
    const latchkey = new DoorStack(app);
    const theirs = new Stack(app, 'Theirs');
    const api = new HttpApi(theirs, 'Api', { defaultIntegration: url() });
    protectHttpApi(latchkey.door, api);
    expect(faultsOf(theirs)).toBe('');
    expect(locksOf(theirs)).toEqual({ $default: true });
    expect(theirs.dependencies).toEqual([latchkey]);
    expect(ofType(theirs, 'AWS::ApiGateway::UsagePlan')).toHaveLength(0);
  });
});

describe('the synth fails', () => {
  test.each([
    ['AWS_IAM', () => new HttpIamAuthorizer()],
    ['JWT', () => new HttpJwtAuthorizer('Jwt', 'https://issuer.example.com', { jwtAudience: ['a'] })],
  ])('for a route with the authorizer %s, by name', (type, authorizer) => {
    const { stack, route, protect } = front();
    route('/items', HttpMethod.GET, { authorizer: authorizer() });
    protect();
    expect(faultsOf(stack)).toMatch(
      new RegExp(`GET /items \\(.+\\) has an authorizer of its own \\(${type}\\)`),
    );
  });

  test('for a route that an aspect opens after protect', () => {
    const { stack, route, protect } = front();
    route('/items', HttpMethod.GET);
    protect();
    Aspects.of(stack).add({
      visit: (construct) => {
        if (construct instanceof CfnRoute) construct.addPropertyOverride('AuthorizationType', 'NONE');
      },
    });
    expect(faultsOf(stack)).toContain('lost a lock');
  });

  test('for a stage that does not deploy by itself', () => {
    const { stack, api, route, protect } = front({}, { createDefaultStage: false });
    route('/items', HttpMethod.GET);
    new HttpStage(stack, 'Manual', { httpApi: api, stageName: 'manual', autoDeploy: false });
    new CfnStage(stack, 'Automatic', { apiId: api.apiId, stageName: 'automatic', autoDeploy: true });
    protect();
    const faults = faultsOf(stack);
    expect(faults).toContain('Latchkey/Manual/Resource: the stage would go on serving routes');
    expect(faults).not.toContain('Automatic');
  });

  test('for an API that makes routes of its own', () => {
    const { stack, api, protect } = front();
    (api.node.defaultChild as CfnApi).target = 'https://upstream.example.com';
    protect();
    expect(faultsOf(stack)).toContain('the API makes routes of its own');
  });

  test('for an entry that is of no route', () => {
    const { stack, route, protect } = front({ scopes: { 'POST /items': 'write' }, public: ['$default'] });
    route('/items', HttpMethod.GET);
    protect();
    const faults = faultsOf(stack);
    expect(faults).toContain('scopes: "POST /items" is none of GET /items');
    expect(faults).toContain('public: "$default" is none of GET /items');
  });
});

test('an API that was imported, and a second protectHttp, are refused at the call', () => {
  const { stack, protect } = front();
  const imported = HttpApi.fromHttpApiAttributes(stack, 'Imported', { httpApiId: 'abc123' });
  expect(() => protectHttpApi(stack.door, imported)).toThrow('Call protectHttp where the API is made');
  protect();
  expect(() => protect()).toThrow('is protected already');
});

describe('refusals that a function answers', () => {
  test('pass to the routes that lead to it, and to no other', () => {
    const stack = new DoorStack(emptyApp());
    const [one, other] = ['One', 'Other'].map((id) => theirFunction(stack, id)) as [Lambda, Lambda];
    const api = new HttpApi(stack, 'Api', { defaultIntegration: new HttpLambdaIntegration('One', one) });
    const integration = new HttpLambdaIntegration('Other', other);
    api.addRoutes({ path: '/other', methods: [HttpMethod.GET], integration });
    const bare = new CfnIntegration(stack, 'Bare', {
      apiId: api.apiId,
      integrationType: 'AWS_PROXY',
      payloadFormatVersion: '2.0',
      integrationUri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${one.functionArn}/invocations`,
    });
    new CfnRoute(stack, 'BareRoute', {
      apiId: api.apiId,
      routeKey: 'GET /bare',
      target: `integrations/${bare.ref}`,
    });
    protectHttpApi(stack.door, api, { refusals: { function: [one] } });
    expect(settingsOf(stack).payload2).toEqual({ answeredBehind: ['$default', 'GET /bare'] });
  });

  test('are told in the contract’s errors: of which the function has a variable, and no right', () => {
    const settings = { ...SETTINGS, profile: memoryApi };
    const stack = new DoorStack(emptyApp(), 'Latchkey', settings);
    const fn = theirFunction(stack, 'Theirs');
    const api = new HttpApi(stack, 'Api', { defaultIntegration: new HttpLambdaIntegration('Fn', fn) });
    protectHttpApi(stack.door, api, { refusals: { function: [fn] } });
    const id = stack.getLogicalId(fn.node.defaultChild as CfnElement);
    const { Environment } = resourcesOf(stack)[id]?.Properties ?? {};
    const { Variables } = Environment as { readonly Variables: Record<string, string> };
    expect(Object.keys(Variables)).toEqual(['LATCHKEY_ERRORS']);
    expect(JSON.parse(Variables.LATCHKEY_ERRORS ?? '')).toEqual(
      JSON.parse(JSON.stringify(errorShapeOf(memoryApi))),
    );
    const policies = ofType(stack, 'AWS::IAM::Policy').map(([, policy]) => JSON.stringify(policy));
    expect(policies.filter((policy) => policy.includes('TheirsServiceRole'))).toEqual([]);
  });

  test('are those of RFC 9457 where the function’s variables are not ours, which is said', () => {
    const app = emptyApp();
    const stack = new DoorStack(app);
    const alias = theirFunction(stack, 'Theirs').addAlias('live') as IFunction;
    const api = new HttpApi(stack, 'Api', { defaultIntegration: new HttpLambdaIntegration('Fn', alias) });
    protectHttpApi(stack.door, api, { refusals: { function: [alias] } });
    expect(
      Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('LATCHKEY_ERRORS')),
    ).toHaveLength(1);
  });

  test('are refused at the call for a profile whose errors have no one shape', () => {
    const errorBody = ({ status, message }: ErrorView) => (status === 429 ? { slow: message } : { message });
    const settings = { ...SETTINGS, profile: { ...SETTINGS.profile, name: 'own', errorBody } };
    const stack = new DoorStack(emptyApp(), 'Latchkey', settings);
    const fn = theirFunction(stack, 'Theirs');
    const api = new HttpApi(stack, 'Api', { defaultIntegration: new HttpLambdaIntegration('Fn', fn) });
    expect(() => protectHttpApi(stack.door, api, { refusals: { function: [fn] } })).toThrow(
      'errorBody of "own" has another shape for rate_limited',
    );
  });

  test('are refused at synth for a function that no route leads to', () => {
    const stack = new DoorStack(emptyApp());
    const api = new HttpApi(stack, 'Api', { defaultIntegration: url() });
    protectHttpApi(stack.door, api, { refusals: { function: [theirFunction(stack, 'Theirs')] } });
    expect(faultsOf(stack)).toContain('leads to the function Latchkey/Theirs');
  });
});
