import type { Sampling } from '../../contract/deployment.ts';
import type { AuthorizerEvent } from '../../http/authorize.ts';
import type { AuthorizerAnswer } from '../../http/authorizer-answer.ts';
import { exportSpan } from '../../kernel/otlp.ts';
import { startSpan } from '../../kernel/trace-context.ts';

type Handler = (event: AuthorizerEvent) => Promise<AuthorizerAnswer>;

/** The authorizer with a span of each decision: a module beside its own, which only deployments with traces have. */
export function traced(handler: Handler, sampling: Sampling): Handler {
  return async (event) => {
    const started = performance.now();
    const { extendedRequestId = event.requestContext.requestId } = event.requestContext;
    const span = startSpan(event.multiValueHeaders ?? {}, extendedRequestId, sampling);
    const end = (outcome: string) =>
      exportSpan({
        span,
        name: 'authorizer',
        started,
        isFailure: outcome === 'failed',
        attributes: {
          'http.request.method': event.httpMethod,
          'http.route': event.resource,
          'latchkey.outcome': outcome,
        },
      });
    try {
      const answer = await handler(event);
      await end(answer.context.outcome ?? '');
      return answer;
    } catch (error) {
      await end('failed');
      throw error;
    }
  };
}
