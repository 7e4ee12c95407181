import { pathToFileURL } from 'node:url';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../test/support/dynamodb-engine.ts';
import { ISSUER } from './identities.ts';

/** The part of the authorizer's answer that shows that it let a request in. */
interface Answer {
  readonly context?: { readonly outcome?: string };
}

export type Handler = (event: object) => Promise<Answer>;

/** Of a role's credentials, which Lambda's are, about as long as there. */
const SESSION_TOKEN = 'IQoJb3JpZ2luX2Vj'.repeat(56);

/** The variables that the template and the Lambda runtime give the authorizer. */
export function authorizerEnvironment(tableName: string, endpoint: string): Record<string, string> {
  return {
    TABLE_NAME: tableName,
    KEYSET_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keyset',
    ACCEPTED_ISSUERS: ISSUER,
    USAGE_KEYS: JSON.stringify({ initial: 'i'.repeat(40), exhausted: 'e'.repeat(40) }),
    AWS_REGION: ENGINE_REGION,
    AWS_ACCESS_KEY_ID: ENGINE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ENGINE_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  };
}

let instances = 0;

/** Loads the bundle into this process, as a Lambda instance of its own: with its own connections and copies. */
export async function loadAuthorizer(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Handler> {
  Object.assign(process.env, environment);
  const { handler } = await import(`${pathToFileURL(file)}?instance=${(instances += 1)}`);
  return handler;
}

/** Asks for one decision. Throws when it is anything but "allowed". */
export async function decideOnce(handler: Handler, event: object): Promise<void> {
  const { context } = await handler(event);
  if (context?.outcome !== 'allowed') throw new Error(`Not allowed: ${JSON.stringify(context)}`);
}

export const keyEvent = (key: string): object => authorizerEvent({ 'X-API-Key': [key] });
export const tokenEvent = (token: string): object => authorizerEvent({ Authorization: [`Bearer ${token}`] });

/** A REQUEST authorizer's event with the headers that API Gateway adds to those of a program. */
function authorizerEvent(credential: Readonly<Record<string, readonly string[]>>): object {
  const multiValueHeaders = {
    Accept: ['application/json'],
    'Accept-Encoding': ['gzip, deflate'],
    'Content-Type': ['application/json'],
    Host: ['a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com'],
    'User-Agent': ['python-requests/2.32.3'],
    'X-Amzn-Trace-Id': ['Root=1-67891233-abcdef012345678912345678'],
    'X-Forwarded-For': ['203.0.113.7'],
    'X-Forwarded-Port': ['443'],
    'X-Forwarded-Proto': ['https'],
    ...credential,
  };
  return {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/v1/GET/v1/stats',
    resource: '/v1/{proxy+}',
    path: '/v1/stats',
    httpMethod: 'GET',
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, [value]]) => [name, value])),
    multiValueHeaders,
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    pathParameters: { proxy: 'stats' },
    stageVariables: {},
    requestContext: {
      path: '/v1/stats',
      accountId: '123456789012',
      resourceId: 'abc123',
      stage: 'v1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      extendedRequestId: 'JKJaXmPLvHcESHA=',
      identity: { sourceIp: '203.0.113.7', userAgent: 'python-requests/2.32.3' },
      resourcePath: '/v1/{proxy+}',
      httpMethod: 'GET',
      apiId: 'a1b2c3d4e5',
    },
  };
}
