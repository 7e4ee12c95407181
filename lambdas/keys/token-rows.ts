import * as z from 'zod';
import { scopes, storedScopes } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { issueKeyToken, type KeyTokenContext } from './key-tokens.ts';

/** The services of this row in the function `tokens`. */
export interface KeyTokenServices {
  readonly keyTokens: KeyTokenContext;
}

const group = routeGroup<KeyTokenServices>()({ service: 'tokens', tag: 'Tokens' });

export const keyTokenRoutes = group.rows({
  issueKeyToken: group.caller({
    method: 'POST',
    path: '/v1/auth/token',
    access: { kind: 'credential', scope: null, callers: 'key' },
    summary: 'Get a short-lived token for an API key',
    description:
      'The token has the scopes of the key, or fewer, shares its allowance, and ends with it: when the key is revoked, ' +
      'disabled, rotated away or expired, the token is refused too. It gives no further token.',
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
        scopes: storedScopes,
      }),
    },
    errors: ['key_required', 'exceeds_own_rights', 'scopes_too_long'],
    handle: async ({ body, credential }, { keyTokens }, caller) => {
      const token = await issueKeyToken(credential, caller, body.scopes, keyTokens);
      return {
        access_token: token.accessToken,
        token_type: 'bearer',
        expires_in: token.expiresInSeconds,
        scopes: [...token.scopes],
      };
    },
  }),
});
