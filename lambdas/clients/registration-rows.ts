import * as z from 'zod';
import { routeGroup } from '../kernel/route.ts';
import { authenticationMethod, clientName, jwks, redirectUris } from './metadata.ts';
import { type RegistrationContext, registerClient } from './registration.ts';

/** The services of this row in the function `tokens`. */
export interface RegistrationServices {
  readonly registration: RegistrationContext;
}

/** Bytes of a registration: ten redirects and a set of keys. */
const MAX_REGISTRATION_BYTES = 4096;

const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

/** What else RFC 7591 knows is ignored, as its section 2 has it: what nobody has proven is shown to nobody. */
const registrationBody = z.object({
  redirect_uris: redirectUris,
  client_name: clientName.optional(),
  token_endpoint_auth_method: z
    .string()
    .max(64)
    .default('client_secret_basic')
    .transform((wanted) => authenticationMethod.catch('none').parse(wanted))
    .meta({ description: 'One that is not supported becomes `none` (RFC 7591, 3.2.1).' }),
  jwks: jwks.optional().describe('For `private_key_jwt`.'),
});

const group = routeGroup<RegistrationServices>()({ service: 'tokens', tag: 'Clients' });

export const registrationRoutes = group.rows({
  registerClient: group.public({
    method: 'POST',
    path: '/register',
    summary: 'Register an OAuth client (RFC 7591)',
    description:
      'For clients without a metadata document. One that nobody has consented to ends after 24 hours. ' +
      'At most 20 an hour from one /24 or /64.',
    oauth: 'registration',
    advertised: { endpoint: 'registration_endpoint' },
    maxBytes: MAX_REGISTRATION_BYTES,
    body: registrationBody,
    success: {
      status: 201,
      description: 'The client. Its secret is shown only now.',
      schema: z.object({
        client_id: z.string(),
        client_id_issued_at: z.int().describe('Unix seconds.'),
        client_secret: z.string().optional(),
        client_secret_expires_at: z.int().optional().describe('0: it does not expire.'),
        client_name: z.string().optional(),
        redirect_uris: z.array(z.string()),
        token_endpoint_auth_method: authenticationMethod,
        grant_types: z.array(z.string()),
        response_types: z.array(z.string()),
        jwks: jwks.optional(),
      }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['invalid_redirect_uri', 'invalid_client_metadata', 'rate_limited', 'payload_too_large'],
    handle: async ({ body, origin }, { registration }) => {
      const { client, secret } = await registerClient(
        {
          name: body.client_name ?? null,
          redirectUris: body.redirect_uris,
          authentication: body.token_endpoint_auth_method,
          keys: body.jwks ?? null,
        },
        origin.address,
        registration,
      );
      return {
        client_id: client.clientId,
        client_id_issued_at: client.createdAt,
        ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
        ...(client.name === null ? {} : { client_name: client.name }),
        redirect_uris: [...client.redirectUris],
        token_endpoint_auth_method: client.authentication,
        grant_types: GRANTS,
        response_types: ['code'],
        ...(client.keys === null ? {} : { jwks: client.keys }),
      };
    },
  }),
});
