import {
  AuthorizationType,
  ContentHandling,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { EXPOSED_HEADERS } from '../lambdas/contract/cors.ts';

/** The request headers that a page in a browser may send. */
const ALLOWED_HEADERS = [
  'Authorization',
  'X-API-Key',
  'Content-Type',
  'X-Request-ID',
  'X-Workspace-Id',
  'Idempotency-Key',
];

/** A day. Browsers shorten it to their own limit, two hours in some. */
const MAX_AGE_SECONDS = 86_400;

/** The headers that every response takes, as API Gateway's static values: in single quotes. */
export function originHeaders(allowedOrigin: string): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Origin': `'${allowedOrigin}'`,
    'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS}'`,
  };
}

/** The integration and options of an OPTIONS method that answers a preflight without a function and without a credential. */
export function preflight(allowedOrigin: string): [MockIntegration, MethodOptions] {
  const headers = Object.entries({
    ...originHeaders(allowedOrigin),
    'Access-Control-Allow-Methods': "'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS'",
    'Access-Control-Allow-Headers': `'${ALLOWED_HEADERS.join(',')}'`,
    'Access-Control-Max-Age': `'${MAX_AGE_SECONDS}'`,
  }).map(([name, value]) => [`method.response.header.${name}`, value] as const);
  const integration = new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode":204}' },
    passthroughBehavior: PassthroughBehavior.NEVER,
    // With */* as a binary type, a template cannot read the body and the answer would be a 500.
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    integrationResponses: [{ statusCode: '204', responseParameters: Object.fromEntries(headers) }],
  });
  const responseParameters = Object.fromEntries(headers.map(([name]) => [name, true]));
  return [
    integration,
    {
      authorizationType: AuthorizationType.NONE,
      methodResponses: [{ statusCode: '204', responseParameters }],
    },
  ];
}
