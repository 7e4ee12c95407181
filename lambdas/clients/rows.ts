import * as z from 'zod';
import { answering, type ClaimServices, fingerprint } from '../kernel/claim.ts';
import { scopes, storedScopes, time } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import {
  type AdministeredContext,
  createClient,
  deleteClient,
  findClient,
  rotateSecret,
} from './administered.ts';
import { CLIENT, type StoredClient } from './client-record.ts';
import { authenticationMethod, clientName, jwks, redirectUris } from './metadata.ts';

/** The services of these rows in the function `management`. */
export interface ClientServices extends ClaimServices {
  readonly clients: AdministeredContext;
}

/** The longest time for which a rotated secret goes on working: 30 days, as of API keys. */
const MAX_GRACE_SECONDS = 30 * 86_400;

const clientView = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    redirect_uris: z.array(z.string()),
    token_endpoint_auth_method: authenticationMethod,
    jwks: jwks.nullable(),
    scopes: storedScopes.nullable(),
    previous_secret_expires_at: time.nullable(),
    created_at: time,
    created_by: z.string().nullable(),
  })
  .meta({ id: 'Client' });

const viewClient = CLIENT.viewAs<z.output<typeof clientView>>();

const group = routeGroup<ClientServices>()({ service: 'management', tag: 'Clients' });

export const clientRoutes = group.rows({
  listClients: group.person({
    method: 'GET',
    path: '/v1/clients',
    scope: 'settings',
    summary: 'List the OAuth clients that were registered for your people, oldest first',
    success: { status: 200, description: 'The clients.', schema: z.object({ data: z.array(clientView) }) },
    errors: [],
    handle: async (_request, { clients: context }, { tenantId }) => {
      const now = context.clock();
      const all = await context.clients.list(tenantId);
      return { data: all.map((client) => viewClient(client, { now })) };
    },
  }),
  createClient: group.person({
    method: 'POST',
    path: '/v1/clients',
    scope: 'settings',
    summary: 'Register an OAuth client for your people',
    description: 'Nobody of another tenant can use it. Its name is shown as it is: you vouch for it.',
    body: z.strictObject({
      name: clientName,
      redirect_uris: redirectUris,
      token_endpoint_auth_method: authenticationMethod.default('none'),
      jwks: jwks.optional().describe('For `private_key_jwt`.'),
      scopes: scopes.optional().describe('What it may ask for at most. Whatever the person may, without.'),
    }),
    idempotent: fingerprint,
    success: {
      status: 201,
      description:
        'The client. Its secret is shown only now: null where it has none, absent where an Idempotency-Key repeats the call.',
      schema: clientView.extend({ client_secret: z.string().nullable().optional() }),
    },
    errors: ['limit_reached', 'invalid_client_metadata', 'exceeds_own_rights', 'scopes_too_long'],
    handle: async ({ body, origin }, { clients: context }, caller) => {
      const show = (client: StoredClient) => viewClient(client, { now: client.createdAt });
      const { client, secret } = await createClient(
        {
          name: body.name,
          redirectUris: body.redirect_uris,
          authentication: body.token_endpoint_auth_method,
          keys: body.jwks ?? null,
          scopes: body.scopes ?? null,
        },
        { caller, from: answering(origin, show) },
        context,
      );
      return { ...show(client), client_secret: secret };
    },
  }),
  getClient: group.person({
    method: 'GET',
    path: '/v1/clients/{id}',
    scope: 'settings',
    summary: 'Show an OAuth client',
    success: { status: 200, description: 'The client.', schema: clientView },
    errors: ['not_found'],
    handle: async ({ params }, { clients: context }, caller) =>
      viewClient(await findClient(params.id ?? '', caller, context), { now: context.clock() }),
  }),
  rotateClientSecret: group.person({
    method: 'POST',
    path: '/v1/clients/{id}/rotate-secret',
    scope: 'settings',
    summary: 'Give an OAuth client a new secret',
    body: z.strictObject({
      grace_seconds: z
        .int()
        .min(0)
        .max(MAX_GRACE_SECONDS)
        .default(86_400)
        .describe('Seconds for which the present secret goes on working; 0 ends it at once.'),
    }),
    success: {
      status: 200,
      description: 'The client. The new secret is shown only now.',
      schema: clientView.extend({ client_secret: z.string() }),
    },
    errors: ['not_found', 'conflicting_state'],
    handle: async ({ params, body, origin }, { clients: context }, caller) => {
      const { client, secret } = await rotateSecret(
        params.id ?? '',
        body.grace_seconds,
        { caller, from: origin },
        context,
      );
      return { ...viewClient(client, { now: context.clock() }), client_secret: secret };
    },
  }),
  deleteClient: group.person({
    method: 'DELETE',
    path: '/v1/clients/{id}',
    scope: 'settings',
    summary: 'Delete an OAuth client: it gets no token from now on',
    success: {
      status: 200,
      description: 'The client is gone.',
      schema: z.object({ id: z.string(), status: z.literal('deleted') }),
    },
    errors: ['not_found'],
    handle: async ({ params, origin }, { clients: context }, caller) => {
      const id = params.id ?? '';
      await deleteClient(id, { caller, from: origin }, context);
      return { id, status: 'deleted' };
    },
  }),
});
