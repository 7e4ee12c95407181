import * as z from 'zod';
import type { RequestOrigin } from '../audit/entries.ts';
import type { Credential } from '../kernel/credential.ts';
import { Problem } from '../kernel/problem.ts';
import { grantView, viewGrant } from '../sessions/grant-view.ts';
import { type ExchangeContext, exchangeToken, requireProviders, TOKEN_EXCHANGE } from './exchange.ts';

/** The parameters and the answer of an exchange as RFC 8693, 2.1 and 2.2 have them, wherever it is asked for. */

const tokenType = <const Name extends string>(name: Name) =>
  `urn:ietf:params:oauth:token-type:${name}` as const;

const ACCESS_TOKEN = tokenType('access_token');

/** What a provider's token may be said to be (RFC 8693, 3). */
export const SUBJECT_TYPES = [ACCESS_TOKEN, tokenType('id_token'), tokenType('jwt')] as const;

/** What ours may be asked for as (RFC 8693, 3). */
export const REQUESTED_TYPES = [ACCESS_TOKEN, tokenType('jwt')] as const;

/** Tokens of directories with many groups are long; a header has room for no more. */
export const MAX_PROVIDER_TOKEN_LENGTH = 16_384;

const unsupported = z.never({ error: 'is not supported here' }).optional();

export const exchangeBody = z
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

export const exchangedView = grantView
  .extend({
    issued_token_type: z.literal(ACCESS_TOKEN),
    workspaces: z.array(
      z.object({
        workspace_id: z.string(),
        token: z.string().describe('An access token of the same session, for calls in this workspace.'),
      }),
    ),
  })
  .meta({ id: 'ExchangedTokens' });

/**
 * Exchanges the token of the parameter `subject_token`. `credential` is what the request presents besides: a token there
 * is a second one. Throws `not_configured`, `malformed_request`, and what {@link exchangeToken} throws.
 */
export async function exchangeSubjectToken(
  subjectToken: string,
  credential: Credential,
  from: RequestOrigin,
  context: ExchangeContext,
): Promise<z.output<typeof exchangedView>> {
  requireProviders(context);
  if (credential.kind === 'token')
    throw new Problem('malformed_request', {
      message: 'Send the token once: in Authorization or as subject_token.',
    });
  return exchanged(subjectToken, from, context);
}

/** What a provider's token is exchanged for. Throws what {@link exchangeToken} throws. */
export async function exchanged(
  token: string,
  from: RequestOrigin,
  context: ExchangeContext,
): Promise<z.output<typeof exchangedView>> {
  const { grant, workspaces } = await exchangeToken(token, from, context);
  return {
    ...viewGrant(grant),
    issued_token_type: ACCESS_TOKEN,
    workspaces: workspaces.map((one) => ({ workspace_id: one.workspaceId, token: one.token })),
  };
}
