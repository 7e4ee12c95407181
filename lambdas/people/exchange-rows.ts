import type { RequestOrigin } from '../audit/entries.ts';
import type { Credential } from '../kernel/credential.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { type ExchangeContext, requireProviders, TOKEN_EXCHANGE } from './exchange.ts';
import { exchangeBody, exchanged, exchangedView, exchangeSubjectToken } from './exchange-request.ts';

/** The services of this row in the function `tokens`. */
export interface ExchangeServices {
  readonly exchange: ExchangeContext;
}

/** Exchanges the token of `Authorization`: one that is not accepted is said so in the words of RFC 6750, 3.1. */
async function exchangeBearer(credential: Credential, from: RequestOrigin, context: ExchangeContext) {
  if (credential.kind === 'none') throw new Problem('missing_credential');
  if (credential.kind !== 'token')
    throw new Problem('invalid_credential', {
      message: 'Send the token of an identity provider as Authorization: Bearer TOKEN, or as subject_token.',
    });
  return exchanged(credential.token, from, context).catch((error) => {
    if (error instanceof Problem && error.code === 'invalid_subject_token')
      throw new Problem('invalid_credential', { message: error.message, cause: error.cause });
    throw error;
  });
}

const group = routeGroup<ExchangeServices>()({ service: 'tokens', tag: 'Tokens' });

export const exchangeRoutes = group.rows({
  exchangeToken: group.public({
    method: 'POST',
    path: '/v1/auth/exchange',
    summary: 'Exchange the token of an identity provider for ours',
    description:
      'The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be exchanged ' +
      'once. `unsupported_grant_type` where no identity provider is configured.',
    oauth: true,
    takesForm: true,
    takesCredential: true,
    body: exchangeBody,
    success: {
      status: 200,
      description: 'Tokens of a new session, and one for each workspace.',
      schema: exchangedView,
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: [
      'invalid_subject_token',
      'invalid_credential',
      'unsupported_grant_type',
      'not_configured',
      'rate_limited',
    ],
    handle: async ({ body, credential, origin }, { exchange }) => {
      // Said before what else is wrong: nothing is exchanged here.
      requireProviders(exchange);
      if (body.subject_token === undefined) return exchangeBearer(credential, origin, exchange);
      if (body.grant_type !== TOKEN_EXCHANGE) throw new Problem('unsupported_grant_type');
      return exchangeSubjectToken(body.subject_token, credential, origin, exchange);
    },
  }),
});
