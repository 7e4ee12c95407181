import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StackGroup } from '../../local/cloudformation/stack-group.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { HttpServer } from '../../local/gateway/http-server.ts';
import { readHttpApis } from '../../local/http-api/definition.ts';
import { HttpGateway } from '../../local/http-api/http-gateway.ts';
import { findHttpRoute } from '../../local/http-api/route.ts';
import type { Invocation } from '../../local/lambda/function.ts';
import { silent } from '../../local/log.ts';

type Properties = Readonly<Record<string, unknown>>;

/** The URI by which an API calls a function, whose ARN is its name here. */
const uriOf = (name: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:${name}/invocations`;

interface ApiCase {
  readonly cors?: Properties;
  /** Route keys, and what of the route differs from one that a function `echo` answers by payload 2.0. */
  readonly routes: Readonly<Record<string, Properties>>;
  readonly integration?: Properties;
  readonly authorizer?: Properties;
  /** @default `$default` */
  readonly stages?: Readonly<Record<string, Properties>>;
}

function templateOf({ cors, routes, integration, authorizer, stages = { $default: {} } }: ApiCase): Template {
  const ApiId = { Ref: 'Api' };
  return {
    Resources: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { ProtocolType: 'HTTP', Name: 'it', ...(cors && { CorsConfiguration: cors }) },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: uriOf('echo'),
          PayloadFormatVersion: '2.0',
          ...integration,
        },
      },
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId,
          AuthorizerType: 'REQUEST',
          AuthorizerUri: uriOf('authorizer'),
          AuthorizerPayloadFormatVersion: '2.0',
          EnableSimpleResponses: true,
          AuthorizerResultTtlInSeconds: 0,
          ...authorizer,
        },
      },
      ...Object.fromEntries(
        Object.entries(stages).map(([StageName, more], index) => [
          `Stage${index}`,
          { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId, StageName, ...more } },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(routes).map(([RouteKey, more], index) => [
          `Route${index}`,
          {
            Type: 'AWS::ApiGatewayV2::Route',
            Properties: {
              ApiId,
              RouteKey,
              Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
              ...(authorizer === undefined
                ? {}
                : { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Authorizer' } }),
              ...more,
            },
          },
        ]),
      ),
    },
  };
}

const assemblyOf = (template: Template) => ({
  stackName: 'Any',
  template,
  hasAsset: () => false,
  assetDirectory: () => '',
});

const returned = (value: unknown): Invocation => ({
  kind: 'returned',
  payload: JSON.stringify(value) ?? 'null',
});

// biome-ignore lint/suspicious/noExplicitAny: events, whose members are checked where they are read.
type Event = any;

/** Served APIs, each on a port of its own, and the events that their functions got. */
class Served {
  readonly events: { readonly name: string; readonly event: Event }[] = [];
  readonly #servers: HttpServer[] = [];

  async at(
    api: ApiCase,
    {
      functions = {},
      permits = true,
      now = Date.now,
    }: {
      readonly functions?: Readonly<Record<string, (event: Event) => Invocation | Promise<Invocation>>>;
      readonly permits?: boolean;
      readonly now?: () => number;
    } = {},
  ): Promise<string> {
    const [definition] = readHttpApis(new StackGroup([assemblyOf(templateOf(api))]));
    if (definition === undefined) throw new Error('there is no API');
    const server = await HttpServer.listen(0, silent, Date.now);
    this.#servers.push(server);
    const invoke = async (arn: string, event: unknown): Promise<Invocation> => {
      const name = arn.split(':')[6] ?? '';
      this.events.push({ name, event: JSON.parse(JSON.stringify(event)) });
      return functions[name]?.(event) ?? returned(name === 'echo' ? { statusCode: 200, body: 'echo' } : null);
    };
    server.serve(new HttpGateway(definition, { invoke, permits: () => permits }, now));
    return server.url;
  }

  /** The last event of a function. */
  last(name: string): Event {
    return this.events.findLast((each) => each.name === name)?.event;
  }

  count(name: string): number {
    return this.events.filter((each) => each.name === name).length;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

let served: Served;
beforeAll(() => {
  served = new Served();
});
afterAll(() => served.stop());

describe('the route of an HTTP API', () => {
  const keys = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
  const route = (key: string, all: readonly string[] = keys) => {
    const [method = '', path = ''] = key.split(' ');
    const integration = {
      type: '',
      uri: '',
      payloadVersion: '2.0',
      timeoutMilliseconds: 1,
      parameters: {},
    } as const;
    return findHttpRoute(
      all.map((each) => ({ key: each, integration })),
      method,
      path,
    );
  };

  // The example of the developer guide, http-api-develop-routes.
  test.each([
    ['GET /pets/dog/1', 'GET /pets/dog/1'],
    ['GET /pets/dog/2', 'GET /pets/dog/{id}'],
    ['GET /pets/cat/1', 'GET /pets/{proxy+}'],
    ['POST /test/5', 'ANY /{proxy+}'],
    ['GET /', '$default'],
  ])('%s is %s', (request, key) => {
    expect(route(request)?.route.key).toBe(key);
  });

  test.each<[string, readonly string[], string | undefined]>([
    ['GET /a', ['ANY /a', 'GET /a'], 'GET /a'],
    ['PUT /a', ['ANY /a', 'GET /a'], 'ANY /a'],
    ['HEAD /a', ['GET /a'], undefined],
    ['GET /a/b', ['GET /{proxy+}', 'ANY /a/{id}'], 'ANY /a/{id}'],
    ['GET /a/', ['GET /a'], undefined],
    ['GET /A', ['GET /a'], undefined],
    ['GET /a/b', ['GET /a'], undefined],
    ['GET /', ['GET /'], 'GET /'],
  ])('of %s among %j is %s', (request, all, key) => {
    expect(route(request, all)?.route.key).toBe(key);
  });

  test('decodes the values of path variables', () => {
    expect(route('GET /a%20b/c%2Fd', ['GET /{one}/{proxy+}'])?.pathParameters).toEqual({
      one: 'a b',
      proxy: 'c/d',
    });
  });
});

describe('an HTTP API', () => {
  test('tells a function of a request in payload 2.0', async () => {
    const url = await served.at({
      routes: { 'POST /pets/{id}': {} },
      stages: { $default: { StageVariables: { a: 'b' } } },
    });
    const response = await fetch(`${url}/pets/a%20b?x=1&x=2&y=3`, {
      method: 'POST',
      headers: { cookie: 'a=1; b=2', 'x-two': 'one', 'content-type': 'application/json', 'user-agent': 'it' },
      body: '{"a":1}',
    });
    expect(await response.text()).toBe('echo');
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
    const event = served.last('echo');
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /pets/{id}',
      rawPath: '/pets/a b',
      rawQueryString: 'x=1&x=2&y=3',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: '3' },
      pathParameters: { id: 'a b' },
      stageVariables: { a: 'b' },
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: 'POST /pets/{id}',
        stage: '$default',
        http: {
          method: 'POST',
          path: '/pets/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'it',
        },
      },
    });
    expect(event.headers).toMatchObject({ 'x-two': 'one', 'content-length': '7' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  test('tells a function of a request in payload 1.0', async () => {
    const url = await served.at({
      routes: { 'GET /pets/{id}': {} },
      integration: { PayloadFormatVersion: '1.0' },
    });
    await fetch(`${url}/pets/1?x=1&x=2`);
    expect(served.last('echo')).toMatchObject({
      version: '1.0',
      resource: '/pets/{id}',
      path: '/pets/1',
      httpMethod: 'GET',
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      pathParameters: { id: '1' },
      body: null,
      requestContext: { resourcePath: '/pets/{id}', identity: { sourceIp: '127.0.0.1' } },
    });
  });

  test('sends what is no text as Base64, forms too', async () => {
    const url = await served.at({ routes: { 'POST /': {} } });
    await fetch(url, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    expect(served.last('echo')).toMatchObject({
      body: Buffer.from('a=1').toString('base64'),
      isBase64Encoded: true,
    });
  });

  test.each<[string, unknown, number, string, string]>([
    ['a text', 'Hello', 200, 'application/json', 'Hello'],
    ['an object', { message: 'Hello' }, 200, 'application/json', '{"message":"Hello"}'],
    ['a list', [1], 200, 'application/json', '[1]'],
    ['nothing', undefined, 200, 'application/json', 'null'],
    ['a status', { statusCode: 201, body: 'x' }, 201, 'text/plain;charset=UTF-8', 'x'],
    [
      'bytes',
      { statusCode: 200, headers: { 'Content-Type': 'a/b' }, body: 'aGk=', isBase64Encoded: true },
      200,
      'a/b',
      'hi',
    ],
    [
      'a body that is no text',
      { statusCode: 200, body: {} },
      500,
      'application/json',
      '{"message":"Internal Server Error"}',
    ],
  ])('makes of %s that a function returns what AWS documents', async (_, value, status, type, body) => {
    const url = await served.at({ routes: { $default: {} } }, { functions: { echo: () => returned(value) } });
    const response = await fetch(`${url}/any`);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      status,
      type,
      body,
    ]);
  });

  test('sends a cookie header for each cookie', async () => {
    const echo = () => returned({ statusCode: 200, cookies: ['a=1; Path=/', 'b=2'], body: '' });
    const url = await served.at({ routes: { $default: {} } }, { functions: { echo } });
    expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  });

  test('takes nothing for granted in payload 1.0', async () => {
    const api = { routes: { $default: {} }, integration: { PayloadFormatVersion: '1.0' } };
    const url = await served.at(api, { functions: { echo: () => returned({ message: 'Hello' }) } });
    expect((await fetch(url)).status).toBe(500);
  });

  test.each<[string, ApiCase, Parameters<Served['at']>[1], number, string]>([
    ['without a route', { routes: { 'GET /a': {} } }, {}, 404, 'Not Found'],
    ['without a stage that fits', { routes: { 'GET /': {} }, stages: { live: {} } }, {}, 404, 'Not Found'],
    [
      'whose function fails',
      { routes: { $default: {} } },
      { functions: { echo: () => ({ kind: 'failed', error: { errorType: 'E', errorMessage: 'secret' } }) } },
      500,
      'Internal Server Error',
    ],
    [
      'that may not call its function',
      { routes: { $default: {} } },
      { permits: false },
      500,
      'Internal Server Error',
    ],
    [
      'whose function takes too long',
      { routes: { $default: {} }, integration: { TimeoutInMillis: 20 } },
      {
        functions: {
          echo: () => new Promise<Invocation>((resolve) => setTimeout(resolve, 200, returned(1))),
        },
      },
      503,
      'Service Unavailable',
    ],
    [
      'whose function is not run here',
      { routes: { $default: {} } },
      { functions: { echo: () => ({ kind: 'not run', reason: 'Jobs runs on java21' }) } },
      502,
      'Jobs runs on java21',
    ],
    [
      'over the stage’s limit',
      {
        routes: { $default: {} },
        stages: { $default: { DefaultRouteSettings: { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0 } } },
      },
      {},
      429,
      'Too Many Requests',
    ],
  ])('answers a request %s', async (_, api, options, status, message) => {
    const url = await served.at(api, options);
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  test('serves a named stage under its segment, which stays in the path', async () => {
    const url = await served.at({
      routes: { 'GET /a': {}, 'GET /': {} },
      stages: { $default: {}, live: {} },
    });
    await fetch(`${url}/live/a`);
    expect(served.last('echo')).toMatchObject({
      rawPath: '/live/a',
      requestContext: { stage: 'live' },
      routeKey: 'GET /a',
    });
    await fetch(`${url}/live`);
    expect(served.last('echo')).toMatchObject({ requestContext: { stage: 'live' }, routeKey: 'GET /' });
    await fetch(`${url}/a`);
    expect(served.last('echo').requestContext.stage).toBe('$default');
  });

  test('ends the path of a function at a question mark that was encoded', async () => {
    const url = await served.at({ routes: { 'GET /{proxy+}': {} } });
    await fetch(`${url}/a%2Fb%3Fc`);
    expect(served.last('echo').rawPath).toBe('/a/b');
  });
});

describe('a Lambda authorizer of an HTTP API', () => {
  const letIn = (context = {}) => ({ authorizer: () => returned({ isAuthorized: true, context }) });

  test('is told of the request in payload 2.0, and its context goes on', async () => {
    const url = await served.at(
      { routes: { 'ANY /a': {} }, authorizer: {} },
      { functions: letIn({ tenant: 't', n: [1] }) },
    );
    await fetch(`${url}/a`, { headers: { authorization: 'Bearer x' } });
    const event = served.last('authorizer');
    expect(event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeKey: 'ANY /a',
      rawPath: '/a',
      identitySource: null,
      headers: { authorization: 'Bearer x' },
      requestContext: { http: { method: 'GET' } },
    });
    expect(event.routeArn).toMatch(/^arn:aws:execute-api:us-east-1:\d+:\w+\/\$default\/GET\/a$/);
    expect(event).not.toHaveProperty('body');
    expect(served.last('echo').requestContext.authorizer).toEqual({ lambda: { tenant: 't', n: [1] } });
  });

  test('is told of the request in payload 1.0, and answers by a policy', async () => {
    const policy = (Effect: string) => (event: Event) =>
      returned({
        principalId: 'p',
        context: { tenant: 't' },
        policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: event.methodArn }] },
      });
    const api = {
      routes: { 'GET /a': {} },
      authorizer: { AuthorizerPayloadFormatVersion: '1.0', EnableSimpleResponses: false },
      integration: { PayloadFormatVersion: '1.0' },
    };
    const url = await served.at(api, { functions: { authorizer: policy('Allow') } });
    expect((await fetch(`${url}/a`)).status).toBe(200);
    expect(served.last('authorizer')).toMatchObject({
      version: '1.0',
      resource: '/a',
      httpMethod: 'GET',
      path: '/a',
    });
    expect(served.last('echo').requestContext.authorizer).toEqual({ tenant: 't' });
    const denied = await served.at(api, { functions: { authorizer: policy('Deny') } });
    expect((await fetch(`${denied}/a`)).status).toBe(403);
  });

  test.each<[string, Invocation, number, string]>([
    ['not authorized', returned({ isAuthorized: false, context: { a: 'b' } }), 403, 'Forbidden'],
    ['no boolean', returned({ isAuthorized: 'yes' }), 500, 'Internal Server Error'],
    ['nothing', returned(null), 500, 'Internal Server Error'],
    [
      'that fails, whatever it throws',
      { kind: 'failed', error: { errorType: 'Error', errorMessage: 'Unauthorized' } },
      500,
      'Internal Server Error',
    ],
    ['that is throttled', { kind: 'throttled' }, 500, 'Internal Server Error'],
  ])('makes of a verdict %s what AWS documents', async (_, verdict, status, message) => {
    const url = await served.at(
      { routes: { $default: {} }, authorizer: {} },
      { functions: { authorizer: () => verdict } },
    );
    const before = served.count('echo');
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([status, { message }]);
    expect(served.count('echo')).toBe(before);
  });

  test('is not asked without its identity sources: 401', async () => {
    const authorizer = { IdentitySource: ['$request.header.Authorization', '$request.querystring.q'] };
    const url = await served.at({ routes: { $default: {} }, authorizer }, { functions: letIn() });
    const before = served.count('authorizer');
    const response = await fetch(`${url}/?q=1`);
    expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(served.count('authorizer')).toBe(before);
    expect((await fetch(`${url}/?q=1`, { headers: { authorization: 'x' } })).status).toBe(200);
    expect(served.last('authorizer').identitySource).toEqual(['x', '1']);
  });

  const calls = async (authorizer: Properties) => {
    let time = 0;
    const api = { routes: { 'GET /a': {}, 'GET /b': {} }, authorizer };
    const url = await served.at(api, { functions: letIn(), now: () => time });
    const before = served.count('authorizer');
    const call = async (path: string, key: string) => {
      await fetch(`${url}${path}`, { headers: { authorization: key } });
    };
    await call('/a', 'k');
    await call('/a', 'k');
    await call('/b', 'k');
    await call('/a', 'other');
    time += 61_000;
    await call('/a', 'k');
    return served.count('authorizer') - before;
  };
  const IdentitySource = ['$request.header.Authorization'];

  test.each<[string, Properties, number]>([
    ['without a cache each call', { IdentitySource, AuthorizerResultTtlInSeconds: 0 }, 5],
    ['without identity sources each call', { AuthorizerResultTtlInSeconds: 60 }, 5],
    ['with a cache once, for all routes', { IdentitySource, AuthorizerResultTtlInSeconds: 60 }, 3],
    [
      'with the route among its sources once a route',
      { IdentitySource: [...IdentitySource, '$context.routeKey'], AuthorizerResultTtlInSeconds: 60 },
      4,
    ],
    [
      'for five minutes where the template says nothing',
      { IdentitySource, AuthorizerResultTtlInSeconds: undefined },
      2,
    ],
  ])('is asked %s', async (_, authorizer, expected) => {
    expect(await calls(authorizer)).toBe(expected);
  });
});

describe('CORS of an HTTP API', () => {
  const cors = {
    AllowOrigins: ['https://app.example'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['authorization'],
    ExposeHeaders: ['x-id'],
    MaxAge: 300,
  };
  const preflight = (url: string, origin = 'https://app.example') =>
    fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
  const names = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

  test('answers a preflight request itself', async () => {
    const url = await served.at({ cors, routes: { 'GET /a': {} }, authorizer: {} });
    const response = await preflight(`${url}/a`);
    expect(response.status).toBe(204);
    expect(names(response)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '300',
    });
    expect(names(await preflight(`${url}/a`, 'https://evil.example'))).toEqual({});
  });

  test.each(['$default', 'ANY /a'])('goes to the route %s, which takes OPTIONS too', async (key) => {
    const authorizer = () => returned({ isAuthorized: false });
    const url = await served.at(
      { cors, routes: { [key]: {} }, authorizer: {} },
      { functions: { authorizer } },
    );
    expect((await preflight(`${url}/a`)).status).toBe(403);
  });

  test('replaces the headers of the integration', async () => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'x-id': '1' };
    const echo = () => returned({ statusCode: 200, headers, body: '' });
    const url = await served.at({ cors, routes: { 'GET /a': {} } }, { functions: { echo } });
    const response = await fetch(`${url}/a`, { headers: { origin: 'https://app.example' } });
    expect(names(response)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': 'x-id',
    });
    expect(names(await fetch(`${url}/a`))).toEqual({});
  });

  test('of any origin says so', async () => {
    const url = await served.at({ cors: { AllowOrigins: ['*'] }, routes: { 'GET /a': {} } });
    expect(names(await preflight(`${url}/a`))).toEqual({ 'access-control-allow-origin': '*' });
  });
});

describe('an HTTP integration of an HTTP API', () => {
  /** An API that answers with the request that it got. */
  const upstream = async (): Promise<string> =>
    served.at(
      { routes: { $default: {} } },
      {
        functions: {
          echo: ({ rawPath, rawQueryString, headers, body }) =>
            returned({ rawPath, rawQueryString, headers, body }),
        },
      },
    );

  test('of $default gets the whole path, the query and the body', async () => {
    const IntegrationUri = `${await upstream()}/base`;
    const url = await served.at({
      routes: { $default: {} },
      integration: { IntegrationType: 'HTTP_PROXY', IntegrationUri },
    });
    const response = await fetch(`${url}/a/b?c=1`, { method: 'POST', body: 'text', headers: { 'x-a': '1' } });
    expect(await response.json()).toMatchObject({
      rawPath: '/base/a/b',
      rawQueryString: 'c=1',
      body: 'text',
      headers: { 'x-a': '1' },
    });
  });

  test('of another gets its URL with the path variables, and its mapped parameters', async () => {
    const integration = {
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: `${await upstream()}/{id}`,
      RequestParameters: {
        'overwrite:header.x-tenant': '$context.authorizer.tenant',
        'overwrite:header.x-absent': '$context.authorizer.absent',
        'append:header.x-list': 'b',
        'remove:header.authorization': "''",
        'append:querystring.key': '$context.routeKey',
      },
    };
    const functions = { authorizer: () => returned({ isAuthorized: true, context: { tenant: 't' } }) };
    const url = await served.at(
      { routes: { 'GET /x/{id}': {} }, integration, authorizer: {} },
      { functions },
    );
    const headers = { authorization: 'secret', 'x-tenant': 'forged', 'x-absent': 'forged', 'x-list': 'a' };
    const seen = (await (await fetch(`${url}/x/7`, { headers })).json()) as Event;
    expect(seen).toMatchObject({ rawPath: '/7', rawQueryString: 'key=GET+%2Fx%2F%7Bid%7D' });
    expect(seen.headers).toMatchObject({ 'x-tenant': 't', 'x-list': 'a,b' });
    expect(seen.headers).not.toHaveProperty('x-absent');
    expect(seen.headers).not.toHaveProperty('authorization');
  });

  test('that cannot be reached is a 503', async () => {
    const IntegrationUri = 'http://127.0.0.1:1';
    const url = await served.at({
      routes: { $default: {} },
      integration: { IntegrationType: 'HTTP_PROXY', IntegrationUri },
    });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

describe('what of an HTTP API is not emulated', () => {
  const read = (api: ApiCase, unserved?: (what: string) => void) =>
    readHttpApis(new StackGroup([assemblyOf(templateOf(api))], unserved && { unserved }));

  test.each<[string, ApiCase, RegExp]>([
    [
      'another authorization',
      { routes: { 'GET /a': { AuthorizationType: 'AWS_IAM' } } },
      /AWS_IAM is not emulated/,
    ],
    [
      'a JWT authorizer',
      { routes: { 'GET /a': {} }, authorizer: { AuthorizerType: 'JWT' } },
      /JWT are not emulated/,
    ],
    ['a VPC link', { routes: { 'GET /a': {} }, integration: { ConnectionType: 'VPC_LINK' } }, /VPC link/],
    [
      'a service',
      { routes: { 'GET /a': {} }, integration: { IntegrationSubtype: 'SQS-SendMessage' } },
      /SQS-SendMessage/,
    ],
    ['a missing stage', { routes: { 'GET /a': {} }, stages: {} }, /has no stage/],
  ])('%s is an error, or said by name', (_, api, message) => {
    expect(() => read(api)).toThrow(message);
    const said: string[] = [];
    read(api, (what) => said.push(what));
    expect(said.join('\n')).toMatch(message);
  });

  test('lets nobody through where it is said by name', () => {
    const routes = { 'GET /a': { AuthorizationType: 'AWS_IAM' } };
    const [api] = read({ routes }, () => undefined);
    expect(api?.routes[0]).toMatchObject({ unserved: 'GET /a: authorization by AWS_IAM is not emulated' });
  });
});
