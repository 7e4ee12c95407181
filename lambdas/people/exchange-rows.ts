import * as z from 'zod';
import type { Credential } from '../kernel/credential.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { grantView, viewGrant } from '../sessions/grant-view.ts';
import { type ExchangeContext, exchangeToken, requireProviders } from './exchange.ts';

/** The services of this row in the function `tokens`. */
export interface ExchangeServices {
  readonly exchange: ExchangeContext;
}

/** RFC 8693, 2.1 and 3. */
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const tokenType = <const Name extends string>(name: Name) =>
  `urn:ietf:params:oauth:token-type:${name}` as const;

const ACCESS_TOKEN = tokenType('access_token');

const SUBJECT_TYPES = [ACCESS_TOKEN, tokenType('id_token'), tokenType('jwt')] as const;

const REQUESTED_TYPES = [ACCESS_TOKEN, tokenType('jwt')] as const;

/** Tokens of directories with many groups are long; a header has room for no more. */
const MAX_PROVIDER_TOKEN_LENGTH = 16_384;

const unsupported = z.never({ error: 'is not supported here' }).optional();

const exchangeBody = z
  .object({
    // Another one is refused in the words of RFC 6749, 5.2.
    grant_type: z.string().meta({ description: 'With subject_token.', const: TOKEN_EXCHANGE }).optional(),
    subject_token: z.string().min(1).max(MAX_PROVIDER_TOKEN_LENGTH).optional(),
    subject_token_type: z.enum(SUBJECT_TYPES, `must be one of ${SUBJECT_TYPES.join(', ')}`).optional(),
    requested_token_type: z.enum(REQUESTED_TYPES, `must be one of ${REQUESTED_TYPES.join(', ')}`).optional(),
    // A parameter that would narrow or widen the token must not be passed over.
    actor_token: unsupported,
    audience: unsupported,
    resource: unsupported,
    scope: unsupported,
  })
  .refine((body) => body.subject_token === undefined || body.subject_token_type !== undefined, {
    path: ['subject_token_type'],
    message: `is required with subject_token: one of ${SUBJECT_TYPES.join(', ')}`,
  })
  .meta({ dependentRequired: { subject_token: ['subject_token_type', 'grant_type'] } });

/** The token that is to be exchanged, and what is said when it is not accepted: RFC 8693, 2.2.2 or RFC 6750, 3.1. */
function presented({ grant_type, subject_token }: z.output<typeof exchangeBody>, credential: Credential) {
  if (subject_token !== undefined) {
    if (grant_type !== TOKEN_EXCHANGE) throw new Problem('unsupported_grant_type');
    if (credential.kind === 'token')
      throw new Problem('malformed_request', {
        message: 'Send the token once: in Authorization or as subject_token.',
      });
    return { token: subject_token, refusal: 'invalid_subject_token' } as const;
  }
  if (credential.kind === 'none') throw new Problem('missing_credential');
  if (credential.kind !== 'token')
    throw new Problem('invalid_credential', {
      message: 'Send the token of an identity provider as Authorization: Bearer TOKEN, or as subject_token.',
    });
  return { token: credential.token, refusal: 'invalid_credential' } as const;
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
      schema: grantView.extend({
        issued_token_type: z.literal(ACCESS_TOKEN),
        workspaces: z.array(
          z.object({
            workspace_id: z.string(),
            token: z.string().describe('An access token of the same session, for calls in this workspace.'),
          }),
        ),
      }),
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
      requireProviders(exchange);
      const { token, refusal } = presented(body, credential);
      const { grant, workspaces } = await exchangeToken(token, origin, exchange).catch((error) => {
        if (error instanceof Problem && error.code === 'invalid_subject_token')
          throw new Problem(refusal, { message: error.message, cause: error.cause });
        throw error;
      });
      return {
        ...viewGrant(grant),
        issued_token_type: ACCESS_TOKEN,
        workspaces: workspaces.map((one) => ({ workspace_id: one.workspaceId, token: one.token })),
      };
    },
  }),
});
