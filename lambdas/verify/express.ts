/** `latchkey/verify/express`: for Express, Connect, and whatever takes `(request, response, next)`. */
import type { Identity } from './identity.ts';
import { answer, type NodeRequest, type NodeResponse, verifyNodeRequest } from './node-request.ts';
import type { Rule } from './rules.ts';
import type { Verifier } from './verifier.ts';

// Express' and Connect's requests are Node's.
declare module 'node:http' {
  interface IncomingMessage {
    /** Who calls; absent of public routes and preflights, and before `verify`. */
    latchkey?: Identity | undefined;
  }
}

/**
 * A middleware that lets proven callers on, with `request.latchkey`, and answers all others. Each use is a decision, which
 * counts: use it once for all routes, with the verifier's rules, or on each with a rule of its own.
 */
export function verify(
  verifier: Verifier,
  rule?: Rule,
): (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => void {
  const decide = verifier.route(rule);
  return (request, response, next) => {
    verifyNodeRequest(verifier, request, decide, { passesPreflights: true })
      // Throws where somebody has answered meanwhile, such as for a time that is over.
      .then((outcome) => answer(outcome, response))
      .then((goesOn) => {
        if (goesOn) next();
      }, next);
  };
}
