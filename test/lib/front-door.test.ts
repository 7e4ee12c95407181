import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import { type ApiMethod, apiMethods } from '../../lib/rules/template.ts';
import { propertiesOf, templateOf } from './synth.ts';

let template: Template;
let methods: readonly ApiMethod[];

beforeAll(async () => {
  template = await templateOf({ profile: 'default' });
  methods = apiMethods(template.toJSON() as Parameters<typeof apiMethods>[0]);
});

const method = (verb: string, path: string) =>
  methods.find((candidate) => candidate.verb === verb && candidate.path === path);

describe('the API', () => {
  it('takes the usage key from the authorizer, so that no caller chooses one', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::RestApi')).toMatchObject([
      { ApiKeySourceType: 'AUTHORIZER' },
    ]);
  });

  it('passes binary bodies as they are, and is reached by IPv4 and IPv6', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::RestApi')).toMatchObject([
      {
        BinaryMediaTypes: ['*/*'],
        EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
      },
    ]);
  });

  it('lets each function be called by itself only, with one permission each', () => {
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission').filter(
      ({ Principal }) => Principal === 'apigateway.amazonaws.com',
    );
    expect(permissions).toHaveLength(8);
    for (const { SourceArn } of permissions)
      expect(JSON.stringify(SourceArn)).toContain('"Ref":"FrontDoorApi');
  });

  it('logs what a request met, and neither usage keys nor credentials', () => {
    const [{ AccessLogSetting, TracingEnabled }] = propertiesOf(template, 'AWS::ApiGateway::Stage');
    const format = JSON.parse(AccessLogSetting.Format);
    expect(format).toMatchObject({
      extendedRequestId: '$context.extendedRequestId',
      authorizerStatus: '$context.authorizer.status',
      integrationLatency: '$context.integration.latency',
      errorType: '$context.error.responseType',
    });
    expect(AccessLogSetting.Format).not.toMatch(/apiKey\b|identity\.userAgent|\$context\.path\b/);
    expect(TracingEnabled).toBe(true);
  });
});

describe('the authorizer', () => {
  it('is asked for every request: no cache, no identity source that must be present', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::Authorizer')).toMatchObject([
      { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0, IdentitySource: '' },
    ]);
  });

  it('stands before every protected route and the upstream, each with a usage key', () => {
    const locked = methods.filter(({ hasAuthorizer }) => hasAuthorizer);
    expect(locked.every(({ takesApiKey }) => takesApiKey)).toBe(true);
    expect(method('GET', '/v1/auth/me')?.hasAuthorizer).toBe(true);
    expect(method('DELETE', '/v1/api-keys/{id}')?.hasAuthorizer).toBe(true);
    expect(method('ANY', '/v1/{proxy+}')?.hasAuthorizer).toBe(true);
  });

  it('does not stand before public routes', () => {
    expect(method('POST', '/v1/auth/login')).toMatchObject({ hasAuthorizer: false, takesApiKey: false });
  });
});

describe('what needs no resource of its own', () => {
  it('has none, and the catch-all leads to its function', () => {
    for (const path of ['/health', '/openapi.json', '/pages.css', '/.well-known/jwks.json'])
      expect(methods.filter((each) => each.path === path)).toEqual([]);
    expect(method('ANY', '/{proxy+}')).toMatchObject({
      hasAuthorizer: false,
      functionId: expect.stringMatching(/^Functionspublic/),
    });
  });
});

describe('what Latchkey does not serve', () => {
  it.each(['/v1/auth', '/v1/auth/{proxy+}', '/v1/api-keys', '/v1/api-keys/{proxy+}'])(
    'is a 404 of its own below %s, never a call of the upstream',
    (path) => {
      expect(method('ANY', path)?.functionId).toMatch(/^Functionspublic/);
      expect(method('ANY', path)?.hasAuthorizer).toBe(false);
    },
  );

  it('goes to the upstream elsewhere below the prefix', () => {
    expect(method('ANY', '/v1')?.functionId).toMatch(/^Functionsforwarder/);
    expect(method('ANY', '/v1/{proxy+}')?.functionId).toMatch(/^Functionsforwarder/);
  });
});

describe('a preflight', () => {
  const preflights = () =>
    propertiesOf(template, 'AWS::ApiGateway::Method').filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');

  it('is answered beside each ANY, without a credential', () => {
    const any = methods.filter(({ verb }) => verb === 'ANY');
    expect(preflights()).toHaveLength(any.length);
    for (const { path } of any) expect(method('OPTIONS', path)?.hasAuthorizer).toBe(false);
  });

  it('works although every body is binary', () => {
    for (const { Integration } of preflights()) {
      expect(Integration).toMatchObject({ Type: 'MOCK', ContentHandling: 'CONVERT_TO_TEXT' });
    }
  });

  it('allows the headers that are ours', () => {
    const [{ Integration }] = preflights();
    const headers = Integration.IntegrationResponses[0].ResponseParameters;
    expect(headers['method.response.header.Access-Control-Allow-Headers']).toBe(
      "'Authorization,X-API-Key,Content-Type,X-Request-ID,X-Workspace-Id,Idempotency-Key,If-Match,If-None-Match,traceparent,tracestate,Last-Event-ID,Mcp-Session-Id,Mcp-Protocol-Version'",
    );
  });

  it('is answered by the public function where several origins may call, and refusals name who asks', async () => {
    const allowedOrigins = ['https://a.example', 'https://b.example'];
    const several = await templateOf({ profile: 'default', config: { cors: { allowedOrigins } } });
    const options = propertiesOf(several, 'AWS::ApiGateway::Method').filter(
      ({ HttpMethod }) => HttpMethod === 'OPTIONS',
    );
    expect(options).toHaveLength(preflights().length);
    for (const { Integration, AuthorizationType } of options) {
      expect([Integration.Type, AuthorizationType]).toEqual(['AWS_PROXY', 'NONE']);
      expect(JSON.stringify(Integration.Uri)).toMatch(/Functionspublic/);
    }
    for (const { ResponseParameters } of propertiesOf(several, 'AWS::ApiGateway::GatewayResponse')) {
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Access-Control-Allow-Origin': 'method.request.header.Origin',
        'gatewayresponse.header.Vary': "'Origin'",
      });
      expect(JSON.stringify(ResponseParameters)).not.toContain('Credentials');
    }
  });
});

describe("API Gateway's own answers", () => {
  const answer = (type: string) => {
    const found = propertiesOf(template, 'AWS::ApiGateway::GatewayResponse').find(
      ({ ResponseType }) => ResponseType === type,
    );
    return { ...found, body: JSON.parse(found.ResponseTemplates['application/json']) };
  };
  const header = (name: string) => `gatewayresponse.header.${name}`;

  it('cover every type that can be changed', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::GatewayResponse')).toHaveLength(20);
  });

  it("all have the profile's shape, the CORS header, a request id, and the status that their body names", () => {
    for (const { ResponseType } of propertiesOf(template, 'AWS::ApiGateway::GatewayResponse')) {
      const { ResponseParameters, StatusCode, body } = answer(ResponseType);
      expect(ResponseParameters[header('Access-Control-Allow-Origin')]).toBe("'*'");
      expect(ResponseParameters[header('X-Request-ID')]).toMatch(
        /^context\.(authorizer\.callId|extendedRequestId)$/,
      );
      expect(body).toMatchObject({
        status: Number(StatusCode),
        request_id: expect.stringMatching(/^\$context\.(authorizer\.callId|extendedRequestId)$/),
      });
    }
  });

  it('turn a Deny into a 401 with the reason and a challenge', () => {
    expect(answer('ACCESS_DENIED')).toMatchObject({
      StatusCode: '401',
      body: { code: '$context.authorizer.code', message: '$context.authorizer.message' },
    });
  });

  it.each(['ACCESS_DENIED', 'UNAUTHORIZED'])(
    'say with a 401 where to learn who issues tokens (%s)',
    (type) => {
      const challenge = answer(type).ResponseParameters[header('WWW-Authenticate')];
      expect(
        challenge['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : '…')),
      ).toEqual([
        `'Bearer resource_metadata="https://`,
        '…',
        '.execute-api.',
        '…',
        '.',
        '…',
        `/live/.well-known/oauth-protected-resource"'`,
      ]);
    },
  );

  it('turn an unknown usage key into a 403 with the reason and a challenge', () => {
    expect(answer('INVALID_API_KEY')).toMatchObject({
      StatusCode: '403',
      body: { code: '$context.authorizer.code', message: '$context.authorizer.message' },
    });
    const challenge = answer('INVALID_API_KEY').ResponseParameters[header('WWW-Authenticate')];
    expect(challenge['Fn::Join'][1].at(-1)).toBe(
      `/live/.well-known/oauth-protected-resource", error="insufficient_scope"'`,
    );
  });

  it.each(['THROTTLED', 'QUOTA_EXCEEDED'])(
    '%s is a 429 that says when, and reads right when it cannot',
    (type) => {
      const { StatusCode, ResponseParameters, body } = answer(type);
      const [text, field] =
        type === 'THROTTLED' ? ['Rate limit exceeded.', 'retry'] : ['Monthly quota exceeded.', 'quotaRetry'];
      expect(StatusCode).toBe('429');
      expect(ResponseParameters[header('Retry-After')]).toBe(`context.authorizer.${field}After`);
      expect(body.message).toBe(`${text}$context.authorizer.${field}Hint`);
    },
  );

  it('tell the allowance wherever a credential can have been counted, and say when to come back in a 429 and a 503 alone', () => {
    const all = propertiesOf(template, 'AWS::ApiGateway::GatewayResponse');
    const telling = all.filter(({ ResponseParameters }) => header('RateLimit') in ResponseParameters);
    expect(telling.map(({ ResponseType }) => ResponseType).sort()).toEqual([
      'API_CONFIGURATION_ERROR',
      'BAD_REQUEST_BODY',
      'BAD_REQUEST_PARAMETERS',
      'DEFAULT_4XX',
      'DEFAULT_5XX',
      'INTEGRATION_FAILURE',
      'INTEGRATION_TIMEOUT',
      'INVALID_API_KEY',
      'QUOTA_EXCEEDED',
      'THROTTLED',
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
    for (const { ResponseParameters } of telling) {
      for (const [name, field] of Object.entries(RATE_LIMIT_HEADERS)) {
        expect(ResponseParameters[header(name)]).toBe(`context.authorizer.${field}`);
      }
    }
    for (const { StatusCode, ResponseParameters } of all) {
      expect(header('Retry-After') in ResponseParameters).toBe(['429', '503'].includes(StatusCode));
    }
  });

  it('never put a structured field into JSON, where its quotation marks would end a string', () => {
    for (const { ResponseTemplates } of propertiesOf(template, 'AWS::ApiGateway::GatewayResponse')) {
      expect(JSON.stringify(ResponseTemplates)).not.toMatch(/authorizer\.rateLimit/);
    }
  });

  it('turn an unknown path into a 404', () => {
    expect(answer('MISSING_AUTHENTICATION_TOKEN')).toMatchObject({
      StatusCode: '404',
      body: { code: 'not_found' },
    });
  });

  it('do not tell one failure of the authorizer from another', () => {
    const { ResponseType: _, ...failure } = answer('AUTHORIZER_FAILURE');
    const { ResponseType: __, ...misconfigured } = answer('AUTHORIZER_CONFIGURATION_ERROR');
    expect(misconfigured).toEqual(failure);
    expect(failure.StatusCode).toBe('500');
  });
});

it('with challenges from the context, what the authorizer refuses is told there, and the rest as ever', async () => {
  const mapped = await templateOf({ profile: 'default', config: { challenges: 'context' } });
  const challengeOf = (type: string) =>
    propertiesOf(mapped, 'AWS::ApiGateway::GatewayResponse').find(({ ResponseType }) => ResponseType === type)
      ?.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
  for (const type of ['ACCESS_DENIED', 'INVALID_API_KEY'])
    expect(challengeOf(type)).toBe('context.authorizer.challenge');
  expect(challengeOf('UNAUTHORIZED')).toEqual(
    propertiesOf(template, 'AWS::ApiGateway::GatewayResponse').find(
      ({ ResponseType }) => ResponseType === 'UNAUTHORIZED',
    )?.ResponseParameters['gatewayresponse.header.WWW-Authenticate'],
  );
});

describe('without headers from the context (gatewayContextHeaders: false)', () => {
  let without: Template;
  beforeAll(async () => {
    without = await templateOf({ profile: 'default', config: { gatewayContextHeaders: false } });
  });
  interface GatewayResponse {
    readonly ResponseType: string;
    readonly StatusCode: string;
    readonly ResponseTemplates: unknown;
    readonly ResponseParameters: Readonly<Record<string, unknown>>;
  }
  const responses = (of: Template): Record<string, GatewayResponse> =>
    Object.fromEntries(
      propertiesOf(of, 'AWS::ApiGateway::GatewayResponse').map((properties) => [
        properties.ResponseType,
        properties,
      ]),
    );

  it('no header of API Gateway’s own answers is mapped from anything', () => {
    for (const { ResponseType, ResponseParameters } of Object.values(responses(without))) {
      for (const [name, value] of Object.entries(ResponseParameters))
        expect(typeof value === 'string' ? value : "'", `${ResponseType} ${name}`).toMatch(/^'/);
    }
  });

  it('status, body, challenge and CORS are what they were, and a 429 says when to come back', () => {
    const [before, after] = [responses(template), responses(without)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [type, { StatusCode, ResponseTemplates, ResponseParameters }] of Object.entries(after)) {
      expect({ StatusCode, ResponseTemplates }).toEqual({
        StatusCode: before[type]?.StatusCode,
        ResponseTemplates: before[type]?.ResponseTemplates,
      });
      const fixed = Object.entries(before[type]?.ResponseParameters ?? {}).filter(
        ([, value]) => typeof value !== 'string' || value.startsWith("'"),
      );
      expect(ResponseParameters).toMatchObject(Object.fromEntries(fixed));
    }
    const retryAfter = (type: string) =>
      after[type]?.ResponseParameters['gatewayresponse.header.Retry-After'];
    expect(retryAfter('THROTTLED')).toBe("'60'");
    expect(retryAfter('QUOTA_EXCEEDED')).toBe("'3600'");
  });
});
