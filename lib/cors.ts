import {
  AuthorizationType,
  ContentHandling,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { type Cors, onlyOrigin, preflightHeaders } from '../lambdas/contract/cors.ts';

/** Headers of answers that API Gateway gives itself, as its parameters: static texts in single quotes, or mappings. */
export function originHeaders(cors: Cors): Readonly<Record<string, string>> {
  const exposed = { 'Access-Control-Expose-Headers': `'${cors.exposedHeaders.join(', ')}'` };
  const only = onlyOrigin(cors);
  if (only !== undefined) return { 'Access-Control-Allow-Origin': `'${only}'`, ...exposed };
  // It cannot choose: whoever asks may read a refusal, and, without Allow-Credentials, none with cookies.
  return {
    'Access-Control-Allow-Origin': 'method.request.header.Origin',
    Vary: "'Origin'",
    ...exposed,
  };
}

/** The integration and options of an OPTIONS method that answers a preflight without a function and without a credential. */
export function preflight(cors: Cors): [MockIntegration, MethodOptions] {
  const fixed = Object.entries(preflightHeaders(cors)).map(([name, value]) => [name, `'${value}'`] as const);
  const headers = [...Object.entries(originHeaders(cors)), ...fixed].map(
    ([name, value]) => [`method.response.header.${name}`, value] as const,
  );
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
