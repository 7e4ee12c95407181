import * as z from 'zod';
import { defaultScopes, storedScopes, workspaceId } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { createEmbedToken, EMBED_TOKEN_SECONDS, type EmbedTokenContext } from './embed-tokens.ts';

/** The services of this row in the function `tokens`. */
export interface EmbedTokenServices {
  readonly embedTokens: EmbedTokenContext;
}

/** Stands in headers of the authorizer's answer and in the trail: no blanks, quotes or control characters. */
const subject = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,63}$/,
    'must be 1 to 64 letters, digits and . _ : @ / + -, beginning with a letter or digit',
  );

const group = routeGroup<EmbedTokenServices>()({ service: 'tokens', tag: 'Tokens' });

export const embedTokenRoutes = group.rows({
  createEmbedToken: group.caller({
    method: 'POST',
    path: '/v1/embed-tokens',
    access: { kind: 'credential', scope: 'keys' },
    summary: 'Get a token for a page of yours that manages the keys of one workspace',
    description:
      'For `<latchkey-keys>` (docs/embed.md). Only the rows that list, create, show, change, rotate and revoke keys take ' +
      'it, from pages of the tenant’s `embed_origins`. It shares the allowance of the key or session that it is made with, ' +
      'and ends with that, at the latest after ten minutes. Nothing renews it.',
    takesCredential: true,
    body: z.strictObject({
      workspace_id: workspaceId.optional().describe('The caller’s own by default.'),
      scopes: defaultScopes.describe(
        'Those that keys may have at most: some of yours, and none that manages.',
      ),
      subject: subject
        .optional()
        .describe('Whom the page acts for, as you know them: the audit trail tells it.'),
    }),
    success: {
      status: 201,
      description: 'The token. It is shown only now.',
      schema: z.object({
        token: z.string(),
        expires_in: z.int().describe('Seconds. It ends earlier when its maker does.'),
        workspace_id: z.string(),
        scopes: storedScopes,
      }),
    },
    errors: ['not_found', 'exceeds_own_rights', 'scopes_too_long', 'key_required', 'conflicting_state'],
    handle: async ({ body, credential, workspaceId: named }, { embedTokens }, caller) => {
      const request = {
        workspaceId: body.workspace_id ?? named ?? caller.workspaceId,
        scopes: body.scopes,
        subject: body.subject ?? null,
      };
      return {
        token: await createEmbedToken(request, credential, caller, embedTokens),
        expires_in: EMBED_TOKEN_SECONDS,
        workspace_id: request.workspaceId,
        scopes: [...body.scopes],
      };
    },
  }),
});
