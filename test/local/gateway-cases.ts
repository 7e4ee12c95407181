import { expect } from 'vitest';
import { doing, type RawRequest } from './raw-request.ts';

export interface Case {
  readonly guarantee: string;
  /** Where the behaviour of AWS stands: a page of the developer guide, or who recorded it. */
  readonly source: string;
  readonly path: string;
  readonly request?: RawRequest;
  /** What the function got, for a request that reaches one. */
  readonly event?: object;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

const LS = 'LocalStack, recorded from AWS:';
const GUIDE = 'API Gateway developer guide:';
const payloadFormat = `${LS} test_aws_proxy_response_payload_format_validation`;
const proxyInput = `${LS} test_lambda_aws_proxy_integration`;
const routing = `${LS} test_proxy_routing_with_hardcoded_resource_sibling`;
const remapping = `${LS} TestApiGatewayHeaderRemapping`;
const INTERNAL = '{"message":"Internal server error"}';

/** How the local gateway answers, case by case, each with the source of AWS's behaviour. */
export const cases: readonly Case[] = [
  // Routing
  {
    guarantee: 'a literal path goes before a parameter',
    source: `${GUIDE} api-gateway-method-settings-method-request`,
    path: '/items/new',
    event: { resource: '/items/new', pathParameters: null },
  },
  {
    guarantee: 'a parameter goes before a greedy one',
    source: `${GUIDE} api-gateway-method-settings-method-request`,
    path: '/items/7',
    event: { resource: '/items/{id}', pathParameters: { id: '7' } },
  },
  {
    guarantee: 'a greedy parameter takes the rest of the path',
    source: proxyInput,
    path: '/a/b/c',
    event: { resource: '/{proxy+}', pathParameters: { proxy: 'a/b/c' } },
  },
  {
    guarantee: 'a greedy resource above serves what the methods of a sibling do not',
    source: routing,
    path: '/test',
    request: { method: 'OPTIONS' },
    event: { resource: '/{proxy+}' },
  },
  {
    guarantee: 'the sibling serves its own method',
    source: routing,
    path: '/test',
    request: { method: 'POST' },
    event: { resource: '/test' },
  },
  {
    guarantee: 'a slash at the end is ignored in routing and kept in the path',
    source: proxyInput,
    path: '/hello/',
    event: { resource: '/hello', path: '/hello/' },
  },
  {
    guarantee: 'slashes in the middle are kept and only a greedy parameter takes them',
    source: proxyInput,
    path: '/proxy-value//double-slash',
    event: { path: '/proxy-value//double-slash', pathParameters: { proxy: 'proxy-value//double-slash' } },
  },
  {
    guarantee: 'slashes at the front count once in the path',
    source: proxyInput,
    path: '//hello',
    event: { resource: '/hello', path: '/hello', requestContext: { path: '//hello' } },
  },
  {
    guarantee: 'dot segments are not resolved',
    source: `${proxyInput} (paths are passed as they come)`,
    path: '/items/../hello',
    event: { resource: '/{proxy+}', path: '/items/../hello' },
  },
  {
    guarantee: 'a path stays percent-encoded',
    source: `${proxyInput}, path-encoded-email`,
    path: '/user/test%2Balias@gmail.com',
    event: { path: '/user/test%2Balias@gmail.com', pathParameters: { proxy: 'user/test%2Balias@gmail.com' } },
  },
  {
    guarantee: 'the stage may stand before the path',
    source: proxyInput,
    path: '/live/hello',
    event: { path: '/hello', requestContext: { path: '/live/hello', stage: 'live' } },
  },
  {
    guarantee: 'what only starts like the stage is a path',
    source: 'inferred',
    path: '/lively',
    event: { path: '/lively' },
  },
  {
    guarantee: 'no match is a 403 "Missing Authentication Token"',
    source: `${LS} test_routing_not_found`,
    path: '/',
    status: 403,
    headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException', 'x-family': '4XX' },
    text: '{"message":"Missing Authentication Token"}',
  },
  {
    guarantee: 'a method that is none of the seven is no match for ANY',
    source: `${GUIDE} api-gateway-method-settings-method-request`,
    path: '/a',
    request: { method: 'PROPFIND' },
    status: 403,
  },
  // Input
  {
    guarantee: 'query parameters are decoded and the last of several is the one',
    source: `${proxyInput}, params-encoding`,
    path: '/hello?a=1&a=2%2B&b=x+y',
    event: {
      queryStringParameters: { a: '2+', b: 'x y' },
      multiValueQueryStringParameters: { a: ['1', '2+'], b: ['x y'] },
    },
  },
  {
    guarantee: 'what is empty is null',
    source: proxyInput,
    path: '/hello',
    event: {
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
      isBase64Encoded: false,
    },
  },
  {
    guarantee: 'header names keep their case, the last value is the one',
    source: proxyInput,
    path: '/hello',
    request: { headers: { 'tEsT-HEADeR': ['one', 'two'] } },
    event: { headers: { 'tEsT-HEADeR': 'two' }, multiValueHeaders: { 'tEsT-HEADeR': ['one', 'two'] } },
  },
  {
    guarantee: 'Authorization and User-Agent arrive in this spelling',
    source: 'LocalStack integrations/aws.py',
    path: '/hello',
    request: { headers: { authorization: 'a', 'user-agent': 'b' } },
    event: { headers: { Authorization: 'a', 'User-Agent': 'b' } },
  },
  {
    guarantee: 'hop-by-hop headers do not arrive',
    source: `${remapping}, no-param-integration`,
    path: '/hello',
    request: { headers: { te: 'trailers', 'www-authenticate': 'x', 'max-forwards': '3' } },
    event: {
      multiValueHeaders: expect.not.objectContaining({
        te: expect.anything(),
        connection: expect.anything(),
        'www-authenticate': expect.anything(),
        'max-forwards': expect.anything(),
      }),
    },
  },
  {
    guarantee: 'the address is appended to X-Forwarded-For',
    source: `${GUIDE} rest-api-development`,
    path: '/hello',
    request: { headers: { 'x-forwarded-for': '203.0.113.9' } },
    event: { headers: { 'X-Forwarded-For': '203.0.113.9, 127.0.0.1' } },
  },
  {
    guarantee: 'a client can set the request id',
    source: `${GUIDE} api-gateway-mapping-template-reference, "Clients can override this request ID"`,
    path: '/hello',
    request: { headers: { 'x-amzn-requestid': 'mine' } },
    event: { requestContext: { requestId: 'mine' } },
    headers: { 'x-amzn-requestid': 'mine' },
  },
  {
    guarantee: 'a text body arrives as text',
    source: proxyInput,
    path: '/test',
    request: { method: 'POST', body: 'é' },
    event: { body: 'é', isBase64Encoded: false },
  },
  {
    guarantee: 'a body of a binary type arrives in base64',
    source: `${GUIDE} lambda-proxy-binary-media`,
    path: '/test',
    request: { method: 'POST', body: Buffer.from([0, 255]), headers: { 'content-type': 'image/png' } },
    event: { body: 'AP8=', isBase64Encoded: true },
  },
  {
    guarantee: 'stage variables arrive',
    source: `${GUIDE} stage-variables`,
    path: '/hello',
    event: { stageVariables: { colour: 'green' } },
  },
  // Limits
  {
    guarantee: 'more than 10 MB is a 413 that no gateway response changes',
    source: `${GUIDE} limits, api-gateway-known-issues`,
    path: '/test',
    request: { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1, 'a') },
    status: 413,
    headers: { 'x-family': undefined },
  },
  {
    guarantee: 'more than a function takes is a 413',
    source: 'Lambda developer guide: gettingstarted-limits; measured, koki-develop/lgtm-generator#10',
    path: '/test',
    request: { method: 'POST', body: Buffer.alloc(7 * 1024 * 1024, 'a') },
    status: 413,
    text: '{"message":"Request Too Long"}',
  },
  {
    guarantee: 'more than 10,240 bytes of headers are a 431',
    source: `${GUIDE} limits (status reported by users)`,
    path: '/hello',
    request: { headers: { 'x-large': 'a'.repeat(10_240) } },
    status: 431,
  },
  {
    guarantee: '8 KB of headers pass',
    source: `${GUIDE} limits`,
    path: '/hello',
    request: { headers: { 'x-large': 'a'.repeat(8192) } },
    status: 200,
  },
  // Output
  {
    guarantee: 'a result without a status is a 200',
    source: payloadFormat,
    path: `/hello${doing({ result: { headers: { 'test-header': 'value' } } })}`,
    status: 200,
    headers: { 'test-header': 'value', 'content-type': 'application/json' },
    text: '',
  },
  {
    guarantee: 'headers may be null',
    source: payloadFormat,
    path: `/hello${doing({ result: { statusCode: 200, headers: null } })}`,
    status: 200,
  },
  {
    guarantee: 'a status may be a numeric text',
    source: payloadFormat,
    path: `/hello${doing({ result: { statusCode: '201' } })}`,
    status: 201,
  },
  {
    guarantee: 'a boolean header becomes text',
    source: payloadFormat,
    path: `/hello${doing({ result: { headers: { 'header-bool': true } } })}`,
    headers: { 'header-bool': 'true' },
  },
  {
    guarantee: 'values of both kinds of headers are sent, several first',
    source: payloadFormat,
    path: `/hello${doing({ result: { multiValueHeaders: { 'tesT-Multi': ['value-multi'] }, headers: { 'test-multi': 'value-solo' } } })}`,
    headers: { 'test-multi': 'value-multi, value-solo' },
  },
  {
    guarantee: 'an unknown field is a 502',
    source: payloadFormat,
    path: `/hello${doing({ result: { statusCode: 200, wrongValue: 'value' } })}`,
    status: 502,
    headers: { 'x-amzn-errortype': 'InternalServerErrorException' },
    text: INTERNAL,
  },
  {
    guarantee: 'null is a 502',
    source: payloadFormat,
    path: `/hello${doing({ result: null })}`,
    status: 502,
  },
  {
    guarantee: 'a text is a 502',
    source: payloadFormat,
    path: `/hello${doing({ result: 'justAString' })}`,
    status: 502,
  },
  {
    guarantee: 'a status that is no number is a 502',
    source: payloadFormat,
    path: `/hello${doing({ result: { statusCode: 'test' } })}`,
    status: 502,
  },
  {
    guarantee: 'a multi-value header that is no list is a 502',
    source: payloadFormat,
    path: `/hello${doing({ result: { multiValueHeaders: { a: 'value1' } } })}`,
    status: 502,
  },
  {
    guarantee: 'a body that is no text is a 502',
    source: `${GUIDE} set-up-lambda-proxy-integrations`,
    path: `/hello${doing({ result: { body: { a: 1 } } })}`,
    status: 502,
  },
  {
    guarantee: 'base64 stays as it is for a client that asks for no binary type',
    source: payloadFormat,
    path: `/hello${doing({ result: { body: 'dGVzdC1kYXRh', isBase64Encoded: true } })}`,
    text: 'dGVzdC1kYXRh',
  },
  {
    guarantee: 'base64 is decoded for a client that asks for a binary type',
    source: `${GUIDE} lambda-proxy-binary-media`,
    path: `/hello${doing({ result: { body: 'dGVzdC1kYXRh', isBase64Encoded: true } })}`,
    request: { headers: { accept: 'image/png' } },
    text: 'test-data',
  },
  {
    guarantee: 'a function cannot set WWW-Authenticate',
    source: `${remapping}; serverless-offline#236`,
    path: `/hello${doing({ result: { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } } })}`,
    headers: { 'www-authenticate': undefined, 'x-amzn-remapped-www-authenticate': 'Bearer' },
  },
  {
    guarantee: 'a function cannot set the length, the date or the connection',
    source: remapping,
    path: `/hello${doing({ result: { body: 'abc', headers: { 'Content-Length': '99', Date: 'x', Connection: 'y' } } })}`,
    headers: {
      'content-length': '3',
      'x-amzn-remapped-content-length': '99',
      'x-amzn-remapped-date': 'x',
      'x-amzn-remapped-connection': 'y',
    },
  },
  {
    guarantee: 'a function may set Retry-After and X-Request-ID',
    source: remapping,
    path: `/hello${doing({ result: { headers: { 'Retry-After': '3', 'X-Request-ID': 'r' } } })}`,
    headers: { 'retry-after': '3', 'x-request-id': 'r' },
  },
  {
    guarantee: 'a function’s answer carries ids and a trace',
    source: `${LS} test_invocation_trace_id`,
    path: '/hello',
    headers: {
      'x-amzn-requestid': expect.any(String),
      'x-amz-apigw-id': expect.any(String),
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
    },
  },
  // Failures of a function
  {
    guarantee: 'a function that throws is a 502',
    source: `${GUIDE} handle-errors-in-lambda-integration`,
    path: `/hello${doing({ throw: 'secret detail' })}`,
    status: 502,
    headers: {
      'x-amzn-errortype': 'InternalServerErrorException',
      'x-amzn-trace-id': undefined,
      'x-family': '5XX',
    },
    text: INTERNAL,
  },
  {
    guarantee: 'a function that ends its process is a 502, and the next call works',
    source: 'Lambda developer guide: nodejs-exceptions',
    path: `/hello${doing({ exit: true })}`,
    status: 502,
  },
  {
    guarantee: 'a function that ended is there again',
    source: 'Lambda developer guide: lambda-runtime-environment',
    path: '/hello',
    status: 200,
  },
  {
    guarantee: 'a function that cannot be loaded is a 502',
    source: 'Lambda developer guide: lambda-runtime-environment',
    path: '/broken',
    status: 502,
    text: INTERNAL,
  },
  {
    guarantee: 'a function over its timeout is a 502',
    source: 'Lambda developer guide: configuration-timeout',
    path: `/brief${doing({ sleep: 60_000 })}`,
    status: 502,
  },
  {
    guarantee: 'a function over the integration’s timeout is a 504',
    source: `${GUIDE} supported-gateway-response-types`,
    path: `/impatient${doing({ sleep: 1_000 })}`,
    status: 504,
    text: '{"message":"Endpoint request timed out"}',
  },
  {
    guarantee: 'a function at its reserved concurrency is a 500',
    source: 're:Post QUL-z6rJbmR4meafB7MzYXxw (measured)',
    path: '/full',
    status: 500,
    headers: { 'x-amzn-errortype': 'InternalServerErrorException', 'x-family': '5XX' },
    text: INTERNAL,
  },
  {
    guarantee: 'a function that does not let API Gateway call it is a 500',
    source: 'LocalStack integrations/aws.py',
    path: '/unpermitted',
    status: 500,
    text: INTERNAL,
  },
  {
    guarantee: 'code in the template runs',
    source: 'AWS::Lambda::Function Code',
    path: '/inline',
    status: 200,
    text: 'inline',
  },
  // MOCK
  {
    guarantee: 'a MOCK answers with the response that its status selects, and maps headers',
    source: 'ministack#1756 (measured)',
    path: '/mock',
    status: 404,
    headers: { 'x-static': 'yes', 'x-id': expect.stringMatching(/-/), 'x-amzn-trace-id': undefined },
    text: '{"path":"/mock"}',
  },
  {
    guarantee: 'a MOCK without a template for the type is a 500',
    source: `${LS} test_mock_integration_response`,
    path: '/mock',
    request: { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
    status: 500,
  },
  {
    guarantee: 'or a 415, where nothing may pass through',
    source: 'ministack#1746 (measured)',
    path: '/strict',
    request: { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
    status: 415,
    text: '{"message":"Unsupported Media Type"}',
  },
  {
    guarantee: 'a MOCK cannot read a binary body as text',
    source: 'aws/chalice#1310',
    path: '/strict',
    request: { method: 'POST', headers: { 'content-type': 'image/png' } },
    status: 500,
  },
];
