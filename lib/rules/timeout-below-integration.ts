import type { Rule } from './rule.ts';
import { apiMethods, functionsIn, ofType } from './template.ts';

/** Longer than an authorizer may take: a caller has long given up. */
const AUTHORIZER_SECONDS = 10;

/** A function that outlives its caller is paid for and heard by nobody. */
export const timeoutBelowIntegration: Rule = {
  name: 'timeout-below-integration',
  description: 'A function may run as long as API Gateway waits for it, or longer.',
  fix: 'Lower timeoutSeconds in lib/functions.ts: below 29 behind a method, below 10 for the authorizer.',
  broken: (template) => {
    const waits = [
      ...apiMethods(template).map((method) => [method.functionId, method.timeoutSeconds] as const),
      ...ofType(template, 'AWS::ApiGateway::Authorizer').map(
        ([, { Properties }]) =>
          [functionsIn(template, Properties.AuthorizerUri)[0], AUTHORIZER_SECONDS] as const,
      ),
    ];
    const broken = waits.flatMap(([id, limit]) =>
      // Lambda's default is 3 seconds.
      id !== undefined && (template.Resources[id]?.Properties.Timeout ?? 3) >= limit ? [id] : [],
    );
    return [...new Set(broken)];
  },
};
