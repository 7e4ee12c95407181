/** `latchkey/assertion`: for upstreams, which stand behind the front door. */
import { problemBody } from '../contract/problem-body.ts';
import { headerValues } from '../kernel/headers.ts';
import { type AssertedIdentity, AssertionError, type AssertionVerifier } from './assertion-verifier.ts';
import { type NodeRequest, type NodeResponse, pathOf } from './node-request.ts';
import { headerLines } from './request-headers.ts';

export {
  type AssertedIdentity,
  type AssertedRequest,
  AssertionError,
  type AssertionFault,
  type AssertionHeader,
  type AssertionVerifier,
  type AssertionVerifierOptions,
  createAssertionVerifier,
} from './assertion-verifier.ts';

declare module 'node:http' {
  interface IncomingMessage {
    /** Who calls, as the front door says and signs it. */
    asserted?: AssertedIdentity;
  }
}

/** Node's request, with who calls. */
export type AssertedNodeRequest = Omit<NodeRequest, 'latchkey'> & { asserted?: AssertedIdentity };

/**
 * A middleware for Express, Connect, and whatever takes `(request, response, next)`: requests that the front door has not
 * signed are answered (401, or 503 where its keys cannot be read), others go on with `request.asserted`.
 */
export function verifyAssertion(
  verifier: AssertionVerifier,
): (request: AssertedNodeRequest, response: NodeResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const header = headerValues(headerLines(request.rawHeaders), 'x-latchkey-assertion');
    verifier
      .verify(header, { method: request.method ?? '', path: pathOf(request) })
      .then((asserted) => (request.asserted = asserted))
      .catch((error: unknown) => {
        if (!(error instanceof AssertionError)) throw error;
        // Throws where somebody has answered meanwhile, such as for a time that is over.
        refuse(error, response);
      })
      .then((asserted) => {
        if (asserted !== undefined) next();
      }, next);
  };
}

function refuse({ status, code, message }: AssertionError, response: NodeResponse): void {
  const isOurs = status === 503;
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  if (isOurs) response.setHeader('Retry-After', '1');
  response.end(
    JSON.stringify(
      problemBody({
        status,
        type: isOurs ? 'server_error' : 'authentication_error',
        title: isOurs ? 'Keys cannot be read' : 'Assertion not accepted',
        code: `assertion_${code}`,
        message,
        requestId: '',
        fields: [],
      }),
    ),
  );
}
