import { Duration } from 'aws-cdk-lib';
import { HttpIntegration, type Integration, type MethodOptions } from 'aws-cdk-lib/aws-apigateway';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import { ASSERTION_HEADER } from '../lambdas/upstream/header-table.ts';

/**
 * The integration of a resource (developer guide, setup-http-integrations), and what its methods take besides: the rest of the
 * path and the query go on as API Gateway reads them, and what it maps stands in place of the client's.
 */
export function directIntegration(
  { target, timeoutSeconds }: Upstream,
  resourcePath: string,
): readonly [Integration, MethodOptions] {
  if (target.kind !== 'http') throw new Error('only an upstream of the kind http is called by API Gateway');
  const isGreedy = resourcePath.endsWith('/{proxy+}');
  const integration = new HttpIntegration(target.url + resourcePath.replace('{proxy+}', '{proxy}'), {
    httpMethod: 'ANY',
    proxy: true,
    options: {
      timeout: Duration.seconds(timeoutSeconds),
      requestParameters: {
        [`integration.request.header.${ASSERTION_HEADER}`]: 'context.authorizer.assertion',
        'integration.request.header.x-request-id': 'context.authorizer.callId',
        'integration.request.header.x-forwarded-host': 'context.domainName',
        ...(isGreedy ? { 'integration.request.path.proxy': 'method.request.path.proxy' } : {}),
      },
    },
  });
  return [integration, isGreedy ? { requestParameters: { 'method.request.path.proxy': true } } : {}];
}
