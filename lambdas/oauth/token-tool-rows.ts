import * as z from 'zod';
import type { Clients } from '../clients/client.ts';
import { clientFields, presentedClient } from '../clients/client-fields.ts';
import { routeGroup } from '../kernel/route.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import { type IntrospectionContext, introspect } from './introspection.ts';
import { readToken } from './presented-token.ts';

/** The services of these rows in the function `tokens`. */
export interface TokenToolServices {
  readonly tokenTools: IntrospectionContext & { readonly sessions: Pick<SessionStore, 'list' | 'end'> };
  readonly clients: Clients;
}

const body = z
  .object({
    ...clientFields,
    token: z.string().min(1).max(16_384),
    token_type_hint: z.string().max(64).optional().describe('Ignored: a token says what it is.'),
  })
  .meta({ id: 'PresentedToken' });

const group = routeGroup<TokenToolServices>()({ service: 'tokens', tag: 'OAuth' });

export const tokenToolRoutes = group.rows({
  revokeToken: group.public({
    method: 'POST',
    path: '/revoke',
    summary: 'End the session of a token (RFC 7009)',
    description:
      'By the client that the token was given to; either token ends both. For any other, and for what is no token, the ' +
      'answer is the same and nothing happens.',
    oauth: true,
    advertised: { endpoint: 'revocation_endpoint' },
    takesForm: true,
    takesClient: true,
    body,
    success: { status: 200, description: 'The token is good for nothing now.', schema: z.object({}) },
    errors: ['invalid_client'],
    handle: async ({ body: { token, ...presented }, basic, origin }, { tokenTools, clients }) => {
      const { clientId } = await clients.authenticate(presentedClient(presented, basic), origin.address);
      const found = await readToken(token, tokenTools);
      const of =
        found?.kind === 'refresh'
          ? { ...found.family, clientId: found.family.grant?.clientId }
          : found?.kind === 'session'
            ? { ...found.claims, clientId: found.claims.delegation?.clientId }
            : undefined;
      if (of?.clientId === clientId)
        await tokenTools.sessions.end(of, { actor: `user:${of.userId}`, ...origin });
      return {};
    },
  }),
  introspectToken: group.public({
    method: 'POST',
    path: '/introspect',
    summary: 'Ask whether an access token is good, as a service of its tenant (RFC 7662)',
    description:
      'For clients that an administrator of the tenant has registered and that prove who they are. It looks at the ' +
      'session or the key as it is now, and counts nothing.',
    oauth: true,
    advertised: { endpoint: 'introspection_endpoint' },
    takesForm: true,
    takesClient: true,
    body,
    success: {
      status: 200,
      description: 'What the token is, or that it is good for nothing.',
      schema: z.object({
        active: z.boolean(),
        scope: z.string().optional(),
        token_type: z.literal('bearer').optional(),
        sub: z.string().optional(),
        aud: z.string().optional(),
        iss: z.string().optional(),
        iat: z.int().optional(),
        exp: z.int().optional(),
        tenant_id: z.string().optional(),
        client_id: z.string().optional(),
        jti: z.string().optional(),
      }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['invalid_client'],
    handle: async ({ body: { token, ...presented }, basic, origin }, { tokenTools, clients }) => {
      const client = await clients.authenticate(presentedClient(presented, basic), origin.address);
      return introspect(token, client, tokenTools);
    },
  }),
});
