import * as z from 'zod';
import { countingFailures, refreshLimit, type SourceStore } from '../attempts/source.ts';
import type { RequestOrigin } from '../audit/entries.ts';
import type { Client, Clients } from '../clients/client.ts';
import { clientFields, presentedClient } from '../clients/client-fields.ts';
import { type ServiceClientContext, serviceToken } from '../clients/service-token.ts';
import { scopesText } from '../contract/scopes.ts';
import type { BasicCredentials } from '../kernel/basic-credentials.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { type ExchangeContext, TOKEN_EXCHANGE } from '../people/exchange.ts';
import {
  exchangeBody,
  exchangedView,
  exchangeSubjectToken,
  MAX_PROVIDER_TOKEN_LENGTH,
  REQUESTED_TYPES,
  SUBJECT_TYPES,
} from '../people/exchange-request.ts';
import { grantView, viewGrant } from '../sessions/grant-view.ts';
import type { Grant } from '../sessions/grants.ts';
import { parameter } from './authorize-rows.ts';
import { DEVICE_GRANT, type DeviceContext, redeemDevice } from './device.ts';
import { resourcePath } from './resources.ts';
import { askedScopes } from './scopes.ts';
import { redeemCode, refreshForClient, type TokenContext } from './token.ts';

/** The services of this row in the function `tokens`. */
export interface TokenServices {
  readonly oauth: TokenContext & DeviceContext;
  readonly clients: Clients;
  readonly serviceClients: ServiceClientContext;
  readonly exchange: ExchangeContext;
  readonly sources: SourceStore;
}

/** A parameter of an exchange alone, to which the rules of its own row apply. */
const ofExchange = z.string().optional();

/** Parameters of any grant; those that a grant does not know are ignored (RFC 6749, 3.2). */
const tokenBody = z
  .object({
    ...clientFields,
    grant_type: z.string().min(1).max(128),
    code: parameter,
    redirect_uri: parameter,
    code_verifier: parameter,
    refresh_token: parameter,
    device_code: parameter,
    scope: parameter.describe('Of a refresh: at most what was given.'),
    resource: parameter.describe('The URL that the token is for (RFC 8707): at most what was given.'),
    subject_token: ofExchange.meta({
      description: 'The token of an identity provider to exchange (RFC 8693, 2.1); with subject_token_type.',
      maxLength: MAX_PROVIDER_TOKEN_LENGTH,
    }),
    subject_token_type: ofExchange.describe(`One of ${SUBJECT_TYPES.join(', ')}.`),
    requested_token_type: ofExchange.describe(`One of ${REQUESTED_TYPES.join(', ')}.`),
    actor_token: ofExchange.describe('Not taken by an exchange.'),
    audience: ofExchange.describe('Not taken by an exchange.'),
  })
  .superRefine((body, context) => {
    if (body.grant_type !== TOKEN_EXCHANGE) return;
    for (const issue of exchangeBody.safeParse(body).error?.issues ?? []) context.addIssue({ ...issue });
  });

type TokenBody = z.output<typeof tokenBody>;

type GrantType = (
  body: TokenBody,
  client: Client,
  from: RequestOrigin,
  context: TokenServices,
) => Promise<Grant>;

/** The grants of a client, by their `grant_type`. */
const GRANTS: Readonly<Record<string, GrantType>> = {
  authorization_code: (body, client, from, { oauth }) =>
    redeemCode(
      {
        code: required(body.code, 'code'),
        redirectUri: body.redirect_uri,
        verifier: body.code_verifier,
        resource: body.resource,
      },
      client,
      from,
      oauth,
    ),
  refresh_token: (body, client, from, { oauth }) =>
    refreshForClient(
      {
        refreshToken: required(body.refresh_token, 'refresh_token'),
        scope: body.scope,
        resource: body.resource,
      },
      client,
      from,
      oauth,
    ),
  [DEVICE_GRANT]: (body, client, from, { oauth }) =>
    redeemDevice(required(body.device_code, 'device_code'), client, from, oauth),
};

/** The grant of a client that acts for nobody else. */
const CLIENT_CREDENTIALS = 'client_credentials';

const group = routeGroup<TokenServices>()({ service: 'tokens', tag: 'OAuth' });

export const tokenGrantRoutes = group.rows({
  requestToken: group.public({
    method: 'POST',
    path: '/token',
    summary:
      'Get tokens for a code, a refresh token, a device code or a token of an identity provider (RFC 6749, 3.2)',
    description:
      'A client proves who it is as it is registered; a public one names itself by `client_id`. A code is good once: its ' +
      'second use ends what the first gave. A token exchange (RFC 8693) is that of `POST /v1/auth/exchange`: it takes no ' +
      'client, and is `unsupported_grant_type` where no identity provider is configured. An `invalid_client` is told by ' +
      'the body: API Gateway renames the `WWW-Authenticate` of a function.',
    oauth: true,
    advertised: {
      endpoint: 'token_endpoint',
      grants: [...Object.keys(GRANTS), CLIENT_CREDENTIALS, TOKEN_EXCHANGE],
    },
    takesForm: true,
    takesClient: true,
    takesCredential: true,
    body: tokenBody,
    success: {
      status: 200,
      description:
        'An access token, and the refresh token to use next; of an exchange as `POST /v1/auth/exchange` answers.',
      schema: z.union([
        grantView.extend({ scope: z.string().describe('What was given (RFC 6749, 3.3).') }),
        exchangedView,
      ]),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: [
      'invalid_client',
      'invalid_grant',
      'invalid_scope',
      'invalid_target',
      'invalid_subject_token',
      'unsupported_grant_type',
      'not_configured',
      'authorization_pending',
      'slow_down',
      'expired_token',
      'access_denied',
      'rate_limited',
    ],
    handle: async ({ body, basic, credential, origin }, services) => {
      const grantType = body.grant_type;
      if (grantType === TOKEN_EXCHANGE)
        return exchangeSubjectToken(
          required(body.subject_token, 'subject_token'),
          credential,
          origin,
          services.exchange,
        );
      if (grantType === CLIENT_CREDENTIALS) return tokenOfService(body, basic, origin, services);
      const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
      if (grant === undefined) throw new Problem('unsupported_grant_type');
      const client = await services.clients.authenticate(presentedClient(body, basic), origin.address);
      const { oauth, sources } = services;
      const given = await countingFailures(grant(body, client, origin, services), {
        store: sources,
        address: origin.address,
        limit: refreshLimit(oauth.deployment.addressLimits),
        now: oauth.clock(),
      });
      return { ...viewGrant(given), scope: (given.scopes ?? []).join(' ') };
    },
  }),
});

async function tokenOfService(
  body: TokenBody,
  basic: BasicCredentials | null | undefined,
  { address }: RequestOrigin & { readonly address: string },
  { serviceClients, oauth }: TokenServices,
) {
  const resource = resourcePath(body.resource, oauth.issuer, oauth.profile);
  if (resource === undefined) throw new Problem('invalid_target');
  const presented = presentedClient(body, basic);
  const scopes = askedScopes(body.scope);
  const token = await serviceToken({ presented, scopes, resource, address }, serviceClients);
  return {
    access_token: token.accessToken,
    token_type: 'bearer',
    expires_in: token.expiresInSeconds,
    scope: scopesText(token.scopes),
  } as const;
}

function required(value: string | undefined, field: string): string {
  if (value === undefined) throw invalidField(field, 'is required');
  return value;
}
