import * as z from 'zod';
import type { BasicCredentials } from '../kernel/basic-credentials.ts';
import { Problem } from '../kernel/problem.ts';
import type { ClientCredentials } from './client.ts';
import { MAX_CLIENT_ID_LENGTH } from './document-url.ts';

/** The parameters by which a form presents its client, for the bodies of OAuth endpoints. */
export const clientFields = {
  client_id: z
    .string()
    .min(1)
    .max(MAX_CLIENT_ID_LENGTH)
    .optional()
    .describe('The id of a client that has no secret; others may repeat theirs.'),
  client_secret: z
    .string()
    .max(512)
    .optional()
    .describe('Not taken here: send it in `Authorization: Basic`.'),
  client_assertion_type: z
    .string()
    .max(128)
    .optional()
    .meta({ const: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }),
  client_assertion: z.string().max(4096).optional().describe('A JWT that the client signed (RFC 7523, 2.2).'),
};

/** The credentials of such a form. Throws `malformed_request` for a secret in the body. */
export function presentedClient(
  body: z.output<z.ZodObject<typeof clientFields>>,
  basic: BasicCredentials | null | undefined,
): ClientCredentials {
  if (body.client_secret !== undefined)
    throw new Problem('malformed_request', {
      message: 'Send the secret of the client in Authorization: Basic, not in the body.',
    });
  return {
    basic,
    clientId: body.client_id,
    assertionType: body.client_assertion_type,
    assertion: body.client_assertion,
  };
}
