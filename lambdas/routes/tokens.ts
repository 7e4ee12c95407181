import * as z from 'zod';
import type { Credential } from '../domain/credential.ts';
import { Problem } from '../domain/errors.ts';
import { type ExchangeContext, exchangeToken, requireProviders } from '../domain/exchange.ts';
import { type RefreshContext, refreshGrant } from '../domain/grants.ts';
import { issueKeyToken, type KeyTokenContext } from '../domain/key-tokens.ts';
import { SCOPES } from '../domain/scopes.ts';
import { countingFailures, refreshLimit, type SourceStore } from '../domain/source.ts';
import { callerRoute, publicRoute, type Route } from './route.ts';
import { grantView, scopes, viewGrant } from './schemas.ts';

/** What the function `tokens` has for its rows. */
export interface TokenServices {
  readonly grants: RefreshContext;
  readonly exchange: ExchangeContext;
  readonly sources: SourceStore;
  readonly keyTokens: KeyTokenContext;
}

/** No token of ours is longer; whatever is cannot be one. */
const MAX_TOKEN_LENGTH = 512;
const opaqueToken = z.string().min(1).max(MAX_TOKEN_LENGTH);

/** Parameters that we do not know are ignored, as RFC 6749, 3.2 has it. */
const refreshBody = z
  .object({
    refresh_token: opaqueToken.optional(),
    refreshToken: opaqueToken.optional().describe('Another name of refresh_token.'),
    grant_type: z.string().optional().describe('`refresh_token`, when it is given.'),
    client_id: z.string().max(256).optional().describe('Ignored: refresh tokens are not bound to clients.'),
  })
  .refine((body) => (body.refresh_token === undefined) !== (body.refreshToken === undefined), {
    path: ['refresh_token'],
    message: 'is required (or refreshToken, not both)',
  });

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
    grant_type: z.string().optional().describe(`\`${TOKEN_EXCHANGE}\`, with subject_token.`),
    subject_token: z.string().min(1).max(MAX_PROVIDER_TOKEN_LENGTH).optional(),
    subject_token_type: z.enum(SUBJECT_TYPES, `must be one of ${SUBJECT_TYPES.join(', ')}`).optional(),
    requested_token_type: z.enum(REQUESTED_TYPES, `must be one of ${REQUESTED_TYPES.join(', ')}`).optional(),
    // What would narrow or widen the token must not be passed over.
    actor_token: unsupported,
    audience: unsupported,
    resource: unsupported,
    scope: unsupported,
  })
  .refine((body) => body.subject_token === undefined || body.subject_token_type !== undefined, {
    path: ['subject_token_type'],
    message: `is required with subject_token: one of ${SUBJECT_TYPES.join(', ')}`,
  });

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
  if (credential.kind !== 'token') throw new Problem('invalid_credential');
  return { token: credential.token, refusal: 'invalid_credential' } as const;
}

export const tokenRoutes: readonly Route[] = [
  publicRoute({
    id: 'exchangeToken',
    service: 'tokens',
    method: 'POST',
    path: '/v1/auth/exchange',
    summary: 'Exchange the token of an identity provider for ours',
    description:
      'The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be exchanged ' +
      'once. 501 where no identity provider is configured.',
    tag: 'Tokens',
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
    errors: ['invalid_subject_token', 'invalid_credential', 'unsupported_grant_type', 'not_configured'],
    handle: async ({ body, credential, origin }, { exchange }: TokenServices) => {
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
  publicRoute({
    id: 'refresh',
    service: 'tokens',
    method: 'POST',
    path: '/v1/auth/refresh',
    summary: 'Get new tokens for a refresh token (RFC 6749, 6)',
    description:
      'The refresh token is used up; within the grace it may be sent again and gives another pair. ' +
      'Sent again later it ends the session. `Authorization` is ignored.',
    tag: 'Tokens',
    oauth: true,
    advertised: { endpoint: 'token_endpoint', grants: ['refresh_token'] },
    takesForm: true,
    body: refreshBody,
    success: {
      status: 200,
      description: 'A new access token and the refresh token to use next.',
      schema: grantView.extend({ token: z.string().describe('The same as access_token.') }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['invalid_grant', 'unsupported_grant_type', 'rate_limited'],
    handle: async ({ body, origin }, { grants, sources }: TokenServices) => {
      if ((body.grant_type ?? 'refresh_token') !== 'refresh_token')
        throw new Problem('unsupported_grant_type');
      const token = body.refresh_token ?? body.refreshToken ?? '';
      const grant = await countingFailures(
        refreshGrant(token, origin, grants),
        sources,
        origin.address,
        refreshLimit(grants.deployment.addressLimits),
        grants.clock(),
      );
      const view = viewGrant(grant);
      return { ...view, token: view.access_token };
    },
  }),
  callerRoute({
    id: 'issueKeyToken',
    service: 'tokens',
    method: 'POST',
    path: '/v1/auth/token',
    access: { kind: 'credential', scope: null, callers: 'key' },
    summary: 'Get a short-lived token for an API key',
    description:
      'The token has the scopes of the key, or fewer, shares its allowance, and ends with it: when the key is revoked, ' +
      'disabled, rotated away or expired, the token is refused too. It gives no further token.',
    tag: 'Tokens',
    takesCredential: true,
    body: z.strictObject({
      scopes: scopes.optional().describe('At most those of the key; all of them by default.'),
    }),
    success: {
      status: 201,
      description: 'The token. It is shown only now.',
      schema: z.object({
        access_token: z.string(),
        token_type: z.literal('bearer'),
        expires_in: z.int().describe('Seconds. The token ends earlier when the key does.'),
        scopes: z.array(z.enum(SCOPES)),
      }),
    },
    errors: ['key_required', 'exceeds_own_rights'],
    handle: async ({ body, credential }, { keyTokens }: TokenServices, caller) => {
      const token = await issueKeyToken(credential, caller, body.scopes, keyTokens);
      return {
        access_token: token.accessToken,
        token_type: 'bearer',
        expires_in: token.expiresInSeconds,
        scopes: [...token.scopes],
      };
    },
  }),
];
