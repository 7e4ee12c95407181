import * as z from 'zod';
import { countingFailures, refreshLimit, type SourceStore } from '../attempts/source.ts';
import { exactlyOne } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { grantView, viewGrant } from './grant-view.ts';
import { type RefreshContext, refreshGrant } from './grants.ts';

/** The services of this row in the function `tokens`. */
export interface RefreshServices {
  readonly grants: RefreshContext;
  readonly sources: SourceStore;
}

/** No token of ours is longer; whatever is cannot be one. */
const MAX_TOKEN_LENGTH = 512;
const opaqueToken = z.string().min(1).max(MAX_TOKEN_LENGTH);

/** Parameters that we do not know are ignored, as RFC 6749, 3.2 has it. */
const refreshBody = exactlyOne(
  z.object({
    refresh_token: opaqueToken.optional(),
    refreshToken: opaqueToken.optional().describe('Another name of refresh_token.'),
    // Another one is refused in the words of RFC 6749, 5.2.
    grant_type: z.string().meta({ const: 'refresh_token' }).optional(),
    client_id: z.string().max(256).optional().describe('Ignored: refresh tokens are not bound to clients.'),
  }),
  ['refresh_token', 'refreshToken'],
);

const group = routeGroup<RefreshServices>()({ service: 'tokens', tag: 'Tokens' });

export const refreshRoutes = group.rows({
  refresh: group.public({
    method: 'POST',
    path: '/v1/auth/refresh',
    summary: 'Get new tokens for a refresh token (RFC 6749, 6)',
    description:
      'The refresh token is used up; within the grace it may be sent again and gives another pair. ' +
      'Sent again later it ends the session. `Authorization` is ignored.',
    oauth: true,
    takesForm: true,
    body: refreshBody,
    success: {
      status: 200,
      description: 'A new access token and the refresh token to use next.',
      schema: grantView.extend({ token: z.string().describe('The same as access_token.') }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['invalid_grant', 'unsupported_grant_type', 'rate_limited'],
    handle: async ({ body, origin }, { grants, sources }) => {
      if ((body.grant_type ?? 'refresh_token') !== 'refresh_token')
        throw new Problem('unsupported_grant_type');
      const token = body.refresh_token ?? body.refreshToken ?? '';
      const grant = await countingFailures(refreshGrant(token, origin, grants), {
        store: sources,
        address: origin.address,
        limit: refreshLimit(grants.deployment.addressLimits),
        now: grants.clock(),
      });
      const view = viewGrant(grant);
      return { ...view, token: view.access_token };
    },
  }),
});
