import { Aspects, CfnOutput, Stage as Deployable, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  ApiDefinition,
  ApiKeySourceType,
  AuthorizationType,
  CfnAuthorizer,
  CfnDeployment,
  CfnGatewayResponse,
  CfnMethod,
  CfnResource,
  type CfnRestApi,
  CfnStage,
  CognitoUserPoolsAuthorizer,
  Cors,
  Deployment,
  type IRestApi,
  LambdaRestApi,
  type MethodOptions,
  MockIntegration,
  ProxyResource,
  Resource,
  RestApi,
  type RestApiProps,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import type { ProtectOptions } from '../../../lib/protect/options.ts';
import { protectRestApi } from '../../../lib/protect/rest-api.ts';
import { allSettings, DoorStack, emptyApp, faultsOf, ofType, resourcesOf, settingsOf } from './app.ts';

const MOCK = new MockIntegration();
const KEY_SOURCE = { apiKeySourceType: ApiKeySourceType.AUTHORIZER };

/** A stack with a Latchkey and an API with one method. */
function front(options: ProtectOptions = {}, props: RestApiProps = {}) {
  const stack = new DoorStack(emptyApp());
  const api = new RestApi(stack, 'Api', props);
  api.root.addResource('items').addMethod('GET', MOCK);
  const protect = (more: ProtectOptions = {}) =>
    protectRestApi(stack.door, api, { setsApiKeySource: true, ...options, ...more });
  return { stack, api, protect };
}

/** The locks of each method, by its method and the id of its resource. */
function locksOf(stack: Stack): readonly boolean[] {
  return ofType(stack, 'AWS::ApiGateway::Method').map(
    ([, { Properties }]) => Properties.AuthorizationType === 'CUSTOM' && Properties.ApiKeyRequired === true,
  );
}

const deploymentId = (stack: Stack) => ofType(stack, 'AWS::ApiGateway::Deployment').map(([id]) => id);

describe('protect locks', () => {
  test('methods that were there, and such as come later at any depth', () => {
    const { stack, api, protect } = front();
    protect({ scopes: { 'POST /a/{b}/c': 'write' } });
    api.root.resourceForPath('/a/{b}/c').addMethod('POST', MOCK);
    expect(locksOf(stack)).toEqual([true, true]);
    expect(settingsOf(stack)).toEqual({
      access: { '/a/{b}/c': { POST: { scope: 'write' } }, '/items': { GET: { scope: 'read' } } },
      direct: {
        resources: ['/a/{b}/c', '/items'],
        zeroPlanThrottles: false,
        knowsOwnKeys: true,
        signs: false,
      },
      payload2: null,
    });
  });

  test('with an authorizer that keeps no answer, has no identity source, and may be called by this API alone', () => {
    const { stack, protect } = front();
    protect();
    const [[id, { Properties }] = ['', { Properties: {} }]] = ofType(stack, 'AWS::ApiGateway::Authorizer');
    expect(Properties).toMatchObject({
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: '',
    });
    const [[, permission] = []] = ofType(stack, 'AWS::Lambda::Permission').filter(([name]) =>
      name.includes('Latchkey'),
    );
    expect(JSON.stringify(permission?.Properties.SourceArn)).toMatch(
      new RegExp(`"/authorizers/",\\{"Ref":"${id}"\\}`),
    );
  });

  test('a proxy resource with ANY for every method, with scopes by method', () => {
    const { stack, api, protect } = front();
    new ProxyResource(stack, 'Proxy', { parent: api.root, defaultIntegration: MOCK, anyMethod: true });
    protect({ scopes: { 'POST /{proxy+}': 'write', 'ANY /{proxy+}': 'admin' } });
    expect(settingsOf(stack).access['/{proxy+}']).toEqual({
      DELETE: { scope: 'admin' },
      GET: { scope: 'admin' },
      PATCH: { scope: 'admin' },
      POST: { scope: 'write' },
      PUT: { scope: 'admin' },
    });
  });

  test('an API that CDK makes around a function', () => {
    const stack = new DoorStack(emptyApp());
    const handler = new Lambda(stack, 'Theirs', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {}'),
    });
    protectRestApi(stack.door, new LambdaRestApi(stack, 'Api', { handler }), { setsApiKeySource: true });
    expect(locksOf(stack)).toEqual([true, true]);
  });

  test('no preflight, and nothing that is named in public', () => {
    const { stack, api, protect } = front(
      {},
      {
        defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS },
        defaultMethodOptions: { apiKeyRequired: true },
      },
    );
    api.root.addResource('health').addMethod('GET', MOCK, { apiKeyRequired: false });
    protect({ public: ['GET /health'] });
    const open = ofType(stack, 'AWS::ApiGateway::Method').filter(
      ([, { Properties }]) => Properties.AuthorizationType === 'NONE',
    );
    expect(open.map(([, { Properties }]) => Properties.HttpMethod).sort()).toEqual([
      'GET',
      'OPTIONS',
      'OPTIONS',
      'OPTIONS',
    ]);
    expect(Object.keys(settingsOf(stack).access)).toEqual(['/items']);
  });

  test('what an override would have left open, said before protect or after', () => {
    const { stack, api, protect } = front();
    const [before, after] = ['POST', 'PUT'].map(
      (method) => api.root.addMethod(method, MOCK).node.defaultChild as CfnMethod,
    );
    before?.addPropertyOverride('AuthorizationType', 'NONE');
    before?.addPropertyOverride('ApiKeyRequired', false);
    protect();
    after?.addOverride('Properties.AuthorizationType', 'NONE');
    expect(locksOf(stack)).toEqual([true, true, true]);
  });

  test('the method and the path that overrides say', () => {
    const { stack, api, protect } = front();
    const resource = api.root.addResource('wrong');
    const method = resource.addMethod('GET', MOCK).node.defaultChild as CfnMethod;
    (resource.node.defaultChild as CfnResource).addPropertyOverride('PathPart', 'right');
    method.addPropertyOverride('HttpMethod', 'DELETE');
    protect();
    expect(settingsOf(stack).access['/right']).toEqual({ DELETE: { scope: 'delete' } });
  });

  test('methods made without a construct of CDK’s own', () => {
    const { stack, api, protect } = front();
    protect();
    const resource = new CfnResource(stack, 'Bare', {
      restApiId: api.restApiId,
      parentId: api.restApiRootResourceId,
      pathPart: 'bare',
    });
    new CfnMethod(stack, 'BareGet', {
      restApiId: api.restApiId,
      resourceId: resource.ref,
      httpMethod: 'GET',
    });
    expect(locksOf(stack)).toEqual([true, true]);
    expect(settingsOf(stack).access['/bare']).toEqual({ GET: { scope: 'read' } });
    const [[, deployment] = []] = ofType(stack, 'AWS::ApiGateway::Deployment');
    expect(deployment?.DependsOn).toContain('BareGet');
  });

  test('one API of two that have the same logical ids in two stacks', () => {
    const app = emptyApp();
    const latchkey = new DoorStack(app);
    const [one, other] = ['One', 'Other'].map((id) => {
      const stack = new Stack(app, id);
      const api = new RestApi(stack, 'Api');
      api.root.addMethod('GET', MOCK);
      return { stack, api };
    });
    if (one === undefined || other === undefined) throw new Error();
    protectRestApi(latchkey.door, one.api, { setsApiKeySource: true });
    expect(locksOf(one.stack)).toEqual([true]);
    expect(locksOf(other.stack)).toEqual([false]);
  });
});

describe('the stage serves the locks, as there is another deployment', () => {
  const idWith = (
    options: ProtectOptions | undefined,
    change: (api: RestApi) => void = () => undefined,
  ): string => {
    const { stack, api, protect } = front();
    api.root.addMethod('GET', MOCK);
    if (options !== undefined) protect(options);
    change(api);
    const [id = '', another] = deploymentId(stack);
    expect(another).toBeUndefined();
    return id;
  };

  test('once protect was added', () => {
    // The key source alone changes the API, and its deployment: the locks must do so by themselves.
    const { stack } = front({}, KEY_SOURCE);
    const protectedStack = front({}, KEY_SOURCE);
    protectedStack.protect({ setsApiKeySource: false });
    expect(deploymentId(protectedStack.stack)).not.toEqual(deploymentId(stack));
  });

  test('once a method came to be locked, or gateway responses were set', () => {
    const ids = [
      idWith({ public: ['GET /'] }),
      idWith({}),
      idWith({ setsGatewayResponses: true }),
      idWith({ public: ['GET /items'] }),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  test('and the same one when a scope changes, which the authorizer’s code has', () => {
    expect(idWith({ scopes: { 'GET /': 'write' } })).toBe(idWith({}));
  });

  test('after the locks of an API that is deployed by constructs of its own', () => {
    const idOf = (isProtected: boolean): string => {
      const { stack, api, protect } = front({}, { deploy: false });
      const deployment = new Deployment(stack, 'Mine', { api: api as IRestApi });
      new Stage(stack, 'Live', { deployment, stageName: 'live' });
      if (isProtected) protect();
      const [[id, { DependsOn = [] }] = ['', { DependsOn: [] }]] = ofType(
        stack,
        'AWS::ApiGateway::Deployment',
      );
      if (isProtected) {
        expect(DependsOn).toContain(ofType(stack, 'AWS::ApiGateway::Method')[0]?.[0]);
        expect(DependsOn).toContain(ofType(stack, 'AWS::ApiGateway::Authorizer')[0]?.[0]);
      }
      return id;
    };
    expect(idOf(true)).not.toBe(idOf(false));
  });

  test('or the synth fails: a CfnDeployment stays as it is', () => {
    const { stack, api, protect } = front({}, { deploy: false });
    new CfnDeployment(stack, 'Bare', { restApiId: api.restApiId });
    protect();
    expect(faultsOf(stack)).toMatch(/Latchkey\/Bare: a CfnDeployment stays.*use the construct Deployment/);
  });
});

describe('protect is refused', () => {
  test.each([
    ['fromRestApiId', (stack: Stack) => RestApi.fromRestApiId(stack, 'Api', 'abc123')],
    [
      'fromRestApiAttributes',
      (stack: Stack) =>
        RestApi.fromRestApiAttributes(stack, 'Api', { restApiId: 'abc123', rootResourceId: 'root' }),
    ],
    [
      'SpecRestApi',
      (stack: Stack) =>
        new SpecRestApi(stack, 'Api', {
          apiDefinition: ApiDefinition.fromInline({ openapi: '3.0.2', paths: {} }),
        }),
    ],
  ])('at the call for an API of %s, with what to do instead', (_, make) => {
    const stack = new DoorStack(emptyApp());
    expect(() => protectRestApi(stack.door, make(stack), { setsApiKeySource: true })).toThrow(
      /Latchkey\/Api cannot be protected: .*call protect where it is made/,
    );
  });

  test('a second time', () => {
    const { protect } = front();
    protect();
    expect(() => protect()).toThrow('Latchkey/Api is protected already');
  });

  test('where nobody said that the usage keys may come from the authorizer', () => {
    const { protect } = front();
    expect(() => protect({ setsApiKeySource: false })).toThrow('setsApiKeySource: true');
    const { stack, protect: again } = front({}, KEY_SOURCE);
    again({ setsApiKeySource: false });
    expect(faultsOf(stack)).toBe('');
  });

  test('for a scope that is not declared', () => {
    const { protect } = front();
    expect(() => protect({ scopes: { 'GET /items': 'reed' } })).toThrow(
      'scopes: "GET /items" takes "reed", which is not declared; declared are read',
    );
  });
});

describe('the synth fails', () => {
  const withMethod = (options: (stack: Stack) => MethodOptions) => {
    const { stack, api, protect } = front();
    api.root.addMethod('POST', MOCK, options(stack));
    return { stack, protect };
  };

  test.each([
    ['AWS_IAM', () => ({ authorizationType: AuthorizationType.IAM })],
    [
      'COGNITO_USER_POOLS',
      (stack: Stack) => ({
        authorizer: new CognitoUserPoolsAuthorizer(stack, 'Pool', {
          cognitoUserPools: [new UserPool(stack, 'Users')],
        }),
      }),
    ],
    [
      'CUSTOM',
      (stack: Stack) => ({
        authorizationType: AuthorizationType.CUSTOM,
        authorizer: {
          authorizationType: AuthorizationType.CUSTOM,
          authorizerId: new CfnAuthorizer(stack, 'Theirs', { name: 'x', restApiId: 'y', type: 'TOKEN' }).ref,
        },
      }),
    ],
  ])('for a method with the authorizer %s, by name, until public leaves it as it is', (type, options) => {
    const refused = withMethod(options);
    refused.protect();
    expect(faultsOf(refused.stack)).toMatch(
      new RegExp(
        `POST / \\(Latchkey/Api/Default/POST/Resource\\) has an authorizer of its own \\(${type}\\)`,
      ),
    );
    const left = withMethod(options);
    left.protect({ public: ['POST /'] });
    expect(faultsOf(left.stack)).toBe('');
    expect(locksOf(left.stack).filter(Boolean)).toHaveLength(1);
  });

  test('for a method whose authorizer an override says', () => {
    const { stack, api, protect } = front();
    const method = api.root.addMethod('POST', MOCK).node.defaultChild as CfnMethod;
    method.addPropertyOverride('AuthorizationType', 'AWS_IAM');
    protect();
    expect(faultsOf(stack)).toContain('has an authorizer of its own (AWS_IAM)');
  });

  test('for a method that an aspect adds when protect had been there, unless CDK looks again', () => {
    const faultsWith = (looksAgain: boolean): string => {
      const stack = new DoorStack(emptyApp({ '@aws-cdk/core:aspectStabilization': looksAgain }));
      const api = new RestApi(stack, 'Api');
      api.root.addMethod('GET', MOCK);
      protectRestApi(stack.door, api, { setsApiKeySource: true });
      let isAdded = false;
      // Visited after the API, as it was made after it.
      new CfnOutput(stack, 'Late', { value: 'late' });
      Aspects.of(stack).add({
        visit: (construct) => {
          if (isAdded || construct.node.path !== 'Latchkey/Late') return;
          isAdded = true;
          api.root.addMethod('DELETE', MOCK);
        },
      });
      return faultsOf(stack);
    };
    expect(faultsWith(false)).toMatch(/DELETE \/ \(.+\) was added when protect had looked at all methods/);
    expect(faultsWith(true)).toBe('');
  });

  test.each([
    ['AuthorizationType', 'NONE'],
    ['AuthorizationType', 'AWS_IAM'],
    ['ApiKeyRequired', false],
    ['AuthorizerId', 'another'],
  ] as const)('for a method whose %s an aspect turns to %s after protect', (property, value) => {
    const { stack, protect } = front();
    protect();
    Aspects.of(stack).add({
      visit: (construct) => {
        if (construct instanceof CfnMethod) construct.addPropertyOverride(property, value);
      },
    });
    expect(faultsOf(stack)).toMatch(/GET \/items \(.+\) lost a lock/);
  });

  test('for an open method that takes an API key, which nobody would name', () => {
    const { stack, protect } = front({}, { defaultMethodOptions: { apiKeyRequired: true } });
    protect({ public: ['GET /items'] });
    expect(faultsOf(stack)).toContain('is open and takes an API key');
  });

  test.each([
    [{ scopes: { 'POST /items': 'write' } }, 'scopes: "POST /items" is none of GET /items'],
    [{ scopes: { 'GET /items': 'read', 'GET /item': null } }, 'scopes: "GET /item" is none of GET /items'],
    [{ public: ['GET /health'] }, 'public: "GET /health" is none of GET /items'],
    [{ public: ['GET /items'], scopes: { 'GET /items': 'read' } }, 'scopes: "GET /items" is none of'],
  ])('for an entry that is of no method: %j', (options, fault) => {
    const { stack, protect } = front();
    protect(options);
    expect(faultsOf(stack)).toContain(fault);
  });

  test('for an API whose key source was changed, or that has an OpenAPI body besides', () => {
    const { stack, api, protect } = front();
    protect();
    const cfn = api.node.defaultChild as CfnRestApi;
    cfn.addPropertyOverride('ApiKeySourceType', 'HEADER');
    cfn.addPropertyOverride('Body', { openapi: '3.0.2' });
    expect(faultsOf(stack)).toContain('apiKeySourceType was changed to HEADER');
    expect(faultsOf(stack)).toContain('OpenAPI body');
  });

  test('for a gateway response that is there already', () => {
    const { stack, api, protect } = front({ setsGatewayResponses: true });
    new CfnGatewayResponse(stack, 'Mine', { restApiId: api.restApiId, responseType: 'ACCESS_DENIED' });
    new CfnGatewayResponse(stack, 'Large', { restApiId: api.restApiId, responseType: 'REQUEST_TOO_LARGE' });
    protect();
    const faults = faultsOf(stack);
    expect(faults).toContain('Latchkey/Mine: the API would have two answers for ACCESS_DENIED');
    expect(faults).not.toContain('Large');
  });
});

describe('an API in parts', () => {
  test('has methods locked that nested stacks add to it', () => {
    const { stack, api, protect } = front();
    protect();
    const nested = new NestedStack(stack, 'Nested');
    const imported = RestApi.fromRestApiAttributes(nested, 'Api', {
      restApiId: api.restApiId,
      rootResourceId: api.restApiRootResourceId,
    });
    imported.root.addResource('books').addResource('{id}').addMethod('PUT', MOCK);
    const attributes = { restApi: imported, resourceId: 'abc', path: '/shelves' };
    Resource.fromResourceAttributes(nested, 'Shelves', attributes).addMethod('POST', MOCK);
    expect(locksOf(stack)).toEqual([true]);
    expect(locksOf(nested)).toEqual([true, true]);
    // By a parameter: a reference of the parent's would be to nothing there.
    const parameters = Object.keys(Template.fromStack(nested).toJSON().Parameters);
    for (const [, { Properties }] of ofType(nested, 'AWS::ApiGateway::Method'))
      expect(parameters).toContain((Properties.AuthorizerId as { Ref: string }).Ref);
    expect(settingsOf(stack).access).toEqual({
      '/books/{id}': { PUT: { scope: 'write' } },
      '/items': { GET: { scope: 'read' } },
      '/shelves': { POST: { scope: 'write' } },
    });
    const [[, deployment] = []] = ofType(stack, 'AWS::ApiGateway::Deployment');
    expect(deployment?.DependsOn?.some((id) => id.startsWith('NestedNestedStack'))).toBe(true);
  });

  test('may not be deployed before the stack that has a part of it', () => {
    const app = emptyApp();
    const latchkey = new DoorStack(app);
    const api = new RestApi(latchkey, 'Api', { deploy: false });
    api.root.addMethod('GET', MOCK);
    protectRestApi(latchkey.door, api, { setsApiKeySource: true });
    const part = new Stack(app, 'Part');
    const imported = RestApi.fromRestApiAttributes(part, 'Api', {
      restApiId: api.restApiId,
      rootResourceId: api.restApiRootResourceId,
    });
    imported.root.addResource('books').addMethod('GET', MOCK);
    new Deployment(latchkey, 'Mine', { api: api as IRestApi });
    expect(faultsOf(latchkey)).toMatch(
      /GET \/books: its stack is none that .+Latchkey\/Mine\/Resource waits for/,
    );
  });

  test('has methods locked that another stack adds to it, whose deployment comes after both', () => {
    const app = emptyApp();
    const latchkey = new DoorStack(app);
    const api = new RestApi(latchkey, 'Api', { deploy: false, ...KEY_SOURCE });
    api.root.addMethod('GET', MOCK);
    protectRestApi(latchkey.door, api);
    const part = new Stack(app, 'Part');
    const imported = RestApi.fromRestApiAttributes(part, 'Api', {
      restApiId: api.restApiId,
      rootResourceId: api.restApiRootResourceId,
    });
    imported.root.addResource('books').addMethod('GET', MOCK);
    new Deployment(part, 'Mine', { api: imported });
    expect(faultsOf(part)).toBe('');
    const [[, method] = []] = ofType(part, 'AWS::ApiGateway::Method');
    expect(method?.Properties.AuthorizerId).toHaveProperty('Fn::ImportValue');
    expect(Object.keys(settingsOf(latchkey).access)).toEqual(['/', '/books']);
    const [[, deployment] = []] = ofType(part, 'AWS::ApiGateway::Deployment');
    expect(deployment?.DependsOn).toContain(ofType(part, 'AWS::ApiGateway::Method')[0]?.[0]);
  });

  test('is locked in a stage of a pipeline', () => {
    const app = emptyApp();
    const production = new Deployable(app, 'Production');
    const latchkey = new DoorStack(production);
    const api = new RestApi(latchkey, 'Api');
    api.root.addMethod('GET', MOCK);
    protectRestApi(latchkey.door, api, { setsApiKeySource: true });
    const artifact = app
      .synth()
      .getNestedAssembly('assembly-Production')
      .getStackArtifact(latchkey.artifactId);
    const methods = Object.values<{ Type: string; Properties: object }>(artifact.template.Resources).filter(
      ({ Type }) => Type === 'AWS::ApiGateway::Method',
    );
    expect(methods.map(({ Properties }) => Properties)).toMatchObject([{ AuthorizationType: 'CUSTOM' }]);
  });

  test('is locked in a nested stack as a whole, with plans of its own', () => {
    const stack = new DoorStack(emptyApp());
    const nested = new NestedStack(stack, 'Nested');
    const api = new RestApi(nested, 'Api');
    api.root.addMethod('GET', MOCK);
    protectRestApi(stack.door, api, { setsApiKeySource: true });
    expect(faultsOf(stack)).toBe('');
    expect(locksOf(nested)).toEqual([true]);
    expect(ofType(nested, 'AWS::ApiGateway::UsagePlan')).toHaveLength(4);
  });
});

describe('usage plans', () => {
  test('of the Latchkey count calls of an API in its stack, of every stage', () => {
    const { stack, api, protect } = front();
    protect();
    new CfnStage(stack, 'Second', { restApiId: api.restApiId, stageName: 'second' });
    const plans = ofType(stack, 'AWS::ApiGateway::UsagePlan');
    expect(plans.length).toBe(Object.keys(stack.door.config.tiers).length + 4);
    for (const [, { Properties }] of plans) expect(Properties.ApiStages).toHaveLength(2);
    expect(JSON.stringify(ofType(stack, 'AWS::ApiGateway::UsagePlan')[0])).toContain('"Ref":"Second"');
    Annotations.fromStack(stack).hasNoWarning('*', '*');
  });

  test('in another stack are its own, with the shared keys alone, and neither stack waits for the other’s end', () => {
    const app = emptyApp();
    const latchkey = new DoorStack(app);
    const theirs = new Stack(app, 'Theirs');
    const apis = ['One', 'Two'].map((id) => {
      const api = new RestApi(theirs, id);
      api.root.addMethod('GET', MOCK);
      protectRestApi(latchkey.door, api, { setsApiKeySource: true, assertions: true });
      return api;
    });
    expect(faultsOf(theirs)).toBe('');
    expect(allSettings(theirs).map(({ direct }) => direct.knowsOwnKeys)).toEqual([false, false]);
    expect(theirs.dependencies).toEqual([latchkey]);
    expect(latchkey.dependencies).toEqual([]);
    expect(ofType(theirs, 'AWS::ApiGateway::UsagePlan')).toHaveLength(4 * apis.length);
    for (const [, { Properties }] of ofType(latchkey, 'AWS::ApiGateway::UsagePlan'))
      expect(Properties.ApiStages ?? []).toHaveLength(0);
    const values = ofType(theirs, 'AWS::ApiGateway::ApiKey').map(([, { Properties }]) =>
      JSON.stringify(Properties.Value),
    );
    expect(new Set(values).size).toBe(8);
    for (const [, { Properties }] of ofType(theirs, 'AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      const told = Variables.USAGE_KEYS as { 'Fn::Sub': [string, unknown] };
      const keys = JSON.parse(told['Fn::Sub'][0]);
      for (const name of ['initial', 'other', 'sandbox', 'exhausted'])
        expect(values.some((value) => JSON.parse(value)['Fn::Sub'][0] === keys[name])).toBe(true);
    }
    Annotations.fromStack(theirs).hasWarning(
      '/Theirs/One/Latchkey',
      Match.stringLikeRegexp('the quota of a tenant do not hold here'),
    );
  });

  test('cannot have a stage of a third stack', () => {
    const { stack, api, protect } = front({}, { deploy: false });
    protect();
    const third = new Stack(stack.node.root, 'Third');
    third.addDependency(stack);
    const deployment = new Deployment(third, 'Mine', { api: api as IRestApi });
    new Stage(third, 'Live', { deployment, stageName: 'live' });
    expect(faultsOf(stack)).toContain('Third/Live/Resource: usage plans know only stages of the stack that');
  });
});

describe('what is asked for in so many words', () => {
  test('gateway responses give every answer the profile’s shape', () => {
    const { stack, protect } = front({ setsGatewayResponses: true });
    protect();
    const responses = ofType(stack, 'AWS::ApiGateway::GatewayResponse');
    const denied = responses.find(([, { Properties }]) => Properties.ResponseType === 'ACCESS_DENIED');
    expect(denied?.[1].Properties.StatusCode).toBe('401');
    const silent = front();
    silent.protect();
    expect(ofType(silent.stack, 'AWS::ApiGateway::GatewayResponse')).toHaveLength(0);
  });

  test('assertions, for which alone the authorizer reads their secret', () => {
    const rights = (assertions: boolean) => {
      const { stack, protect } = front({ assertions });
      protect();
      const settings = settingsOf(stack);
      expect(settings.direct.signs).toBe(assertions);
      return JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    };
    expect(rights(true)).toContain('secretsmanager:GetSecretValue');
    expect(rights(false)).not.toContain('secretsmanager');
  });

  test('any credential, by null', () => {
    const { stack, protect } = front({ scopes: { 'GET /items': null } });
    protect();
    expect(settingsOf(stack).access).toEqual({ '/items': { GET: {} } });
  });

  test('instances of its own', () => {
    const { stack, protect } = front({ reservedConcurrency: 20 });
    protect();
    const [[, fn] = []] = ofType(stack, 'AWS::Lambda::Function');
    expect(fn?.Properties.ReservedConcurrentExecutions).toBe(20);
  });

  test('started instances, of an alias that API Gateway calls and may call', () => {
    const { stack, protect } = front({ reservedConcurrency: 20, provisionedConcurrency: 3 });
    protect();
    const [[alias, live] = []] = ofType(stack, 'AWS::Lambda::Alias');
    expect(live?.Properties.ProvisionedConcurrencyConfig).toEqual({ ProvisionedConcurrentExecutions: 3 });
    const [[, authorizer] = []] = ofType(stack, 'AWS::ApiGateway::Authorizer');
    expect(JSON.stringify(authorizer?.Properties.AuthorizerUri)).toContain(`{"Ref":"${alias}"}`);
    const permissions = ofType(stack, 'AWS::Lambda::Permission').map(
      ([, each]) => each.Properties.FunctionName,
    );
    expect(permissions).toContainEqual({ Ref: alias });
  });

  test('no more started instances than it may have', () => {
    const { protect } = front({ reservedConcurrency: 2, provisionedConcurrency: 3 });
    expect(protect).toThrow('provisionedConcurrency must be at most 2');
  });
});

test('two synths of an app give one template, whatever order its methods were added in', () => {
  const build = (paths: readonly string[]) => {
    const { stack, api, protect } = front();
    protect();
    for (const path of paths) api.root.resourceForPath(path).addMethod('ANY', MOCK);
    return { settings: allSettings(stack), resources: resourcesOf(stack) };
  };
  const [one, again, turned] = [build(['/a', '/b/c']), build(['/a', '/b/c']), build(['/b/c', '/a'])];
  expect(again).toEqual(one);
  expect(turned.settings).toEqual(one.settings);
  const code = (resources: typeof one.resources) =>
    Object.values(resources).find(({ Type }) => Type === 'AWS::Lambda::Function')?.Properties.Code;
  expect(code(turned.resources)).toEqual(code(one.resources));
});
