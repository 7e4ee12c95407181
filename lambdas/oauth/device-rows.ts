import * as z from 'zod';
import { deviceLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import type { PlacedOrigin } from '../audit/entries.ts';
import type { Client, Clients } from '../clients/client.ts';
import { clientFields, presentedClient } from '../clients/client-fields.ts';
import { Problem } from '../kernel/problem.ts';
import { type Html, Redirect } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { consentPage } from '../pages/consent-page.ts';
import { deviceDonePage, devicePage } from '../pages/device-page.ts';
import type { PageContext } from '../pages/page.ts';
import { withQuery } from '../pages/paths.ts';
import { type Carried, pageVisit } from '../pages/visit.ts';
import { requireCsrf } from '../signin/csrf.ts';
import { signInPath } from '../signin/paths.ts';
import { SIGN_IN_COOKIES, type SignedIn } from '../signin/sign-in.ts';
import { appIdOf } from './app.ts';
import { agree, chosenFirst, openWorkspaces, requireGrantable } from './authorize.ts';
import { type AuthorizeServices, decisionFields, parameter, shownQuestion } from './authorize-rows.ts';
import {
  beginDevice,
  DEVICE_SECONDS,
  type Device,
  type DeviceContext,
  deviceApproval,
  POLL_SECONDS,
  readUserCode,
  shownUserCode,
} from './device.ts';
import { AuthorizationError } from './oauth-error.ts';
import { resourcePath } from './resources.ts';
import { askedScopes, undeclaredScope } from './scopes.ts';

/** The services of these rows in the function `tokens`. */
export interface DeviceServices extends AuthorizeServices {
  readonly oauth: DeviceContext;
  readonly clients: Clients;
  readonly sources: SourceStore;
}

const group = routeGroup<DeviceServices>()({ service: 'tokens', tag: 'OAuth' });

export const deviceRoutes = group.rows({
  authorizeDevice: group.public({
    method: 'POST',
    path: '/device_authorization',
    summary: 'Begin for a device that shows no browser (RFC 8628, 3.1)',
    description: 'The device shows `user_code`, and asks `/token` until its person has decided.',
    oauth: true,
    advertised: { endpoint: 'device_authorization_endpoint' },
    takesForm: true,
    takesClient: true,
    body: z.object({ ...clientFields, scope: parameter, resource: parameter }),
    success: {
      status: 200,
      description: 'The two codes, and where the person enters the one that is shown.',
      schema: z.object({
        device_code: z.string(),
        user_code: z.string(),
        verification_uri: z.string(),
        verification_uri_complete: z.string(),
        expires_in: z.int().describe('Seconds.'),
        interval: z.int().describe('Seconds between two requests.'),
      }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['invalid_client', 'invalid_scope', 'invalid_target', 'rate_limited'],
    handle: async ({ body, basic, origin }, { oauth, clients, sources, authorize }) => {
      const { issuer, profile, deployment, clock } = authorize;
      const client = await clients.authenticate(presentedClient(body, basic), origin.address);
      const scopes = askedScopes(body.scope) ?? null;
      if (undeclaredScope(scopes ?? [], deployment.rights) !== undefined) throw new Problem('invalid_scope');
      const resource = resourcePath(body.resource, issuer, profile);
      if (resource === undefined) throw new Problem('invalid_target');
      await takeFromSource(sources, origin.address, deviceLimit, clock());
      const { clientId } = client;
      const { deviceCode, userCode } = await beginDevice(
        { clientId, scopes, resource },
        oauth.devices,
        clock(),
      );
      const shown = shownUserCode(userCode);
      return {
        device_code: deviceCode,
        user_code: shown,
        verification_uri: `${issuer}/device`,
        verification_uri_complete: `${issuer}/device?user_code=${shown}`,
        expires_in: DEVICE_SECONDS,
        interval: POLL_SECONDS,
      };
    },
  }),
  showDevice: group.public({
    method: 'GET',
    path: '/device',
    summary: 'Ask a person for the code that a device shows (RFC 8628, 3.3)',
    page: true,
    query: z.object({ user_code: parameter, ui_locales: parameter }),
    takesCookies: SIGN_IN_COOKIES,
    success: { kind: 'html', status: 200, description: 'The form.' },
    alternatives: [{ kind: 'redirect', status: 302, description: 'To the sign-in.' }],
    errors: [],
    handle: async ({ query, cookies, acceptLanguage }, services) => {
      const { context, parameters: carried } = pageVisit(query, { acceptLanguage }, services.pages);
      const signedIn = await services.signIns.current(cookies);
      const { user_code: userCode } = query;
      if (signedIn === undefined) {
        const asked = { ...carried, ...(userCode === undefined ? {} : { user_code: userCode }) };
        return new Redirect(context.base + signInPath(withQuery('/device', asked)));
      }
      return devicePage(context, {
        userCode: userCode ?? null,
        isUnknown: false,
        parameters: { ...carried, csrf: signedIn.csrf },
      });
    },
  }),
  decideDevice: group.public({
    method: 'POST',
    path: '/device',
    summary: 'Look at what a device asks for, and agree or not',
    page: true,
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({ ...decisionFields, user_code: parameter, ui_locales: parameter }),
    success: { kind: 'html', status: 200, description: 'The question, or what became of the device.' },
    errors: ['stale_form', 'rate_limited'],
    handle: async ({ body, cookies, origin, acceptLanguage }, services) => {
      const { authorize, oauth, sources } = services;
      const { context, parameters: carried } = pageVisit(body, { acceptLanguage }, services.pages);
      const signedIn = await services.signIns.current(cookies);
      requireCsrf(signedIn?.csrf, body.csrf);
      if (signedIn === undefined) throw new Problem('stale_form');
      const typed = body.user_code ?? '';
      const userCode = readUserCode(typed);
      // Each code that is entered counts, so that nobody finds another's by trying (RFC 8628, 5.1).
      const taken = await takeFromSource(sources, origin.address, deviceLimit, authorize.clock());
      const device =
        userCode === undefined ? undefined : await oauth.devices.findWaiting(userCode, authorize.clock());
      const client = device && (await services.clients.find(device.clientId, origin.address));
      if (device === undefined || client === undefined)
        return devicePage(context, {
          userCode: typed,
          isUnknown: true,
          parameters: { ...carried, csrf: signedIn.csrf },
        });
      await taken.giveBack();
      return body.decision === undefined
        ? ask({ device, client, signedIn, carried }, services, context)
        : settle({ device, client, signedIn }, body, origin, { ...services, context });
    },
  }),
});

/** A device whose code a person has entered. */
interface Entered {
  readonly device: Device;
  readonly client: Client;
  readonly signedIn: SignedIn;
}

async function ask(
  { device, client, signedIn, carried }: Entered & { readonly carried: Carried },
  { authorize }: DeviceServices,
  context: PageContext,
): Promise<Html> {
  const scopes = grantable({ device, client, signedIn }, authorize);
  if (scopes === undefined) return deviceDonePage(context, 'denied');
  const workspaces = await openWorkspaces(signedIn, authorize);
  const app = await authorize.apps.find(signedIn.userId, appIdOf(client), authorize.clock());
  const workspaceId = chosenFirst(workspaces, app, signedIn);
  const userCode = shownUserCode(device.userCode);
  const parameters = { ...carried, user_code: userCode };
  return consentPage(context, {
    ...shownQuestion({ signedIn, scopes, workspaces, workspaceId }, authorize.deployment.rights.scopes),
    client: {
      name: client.name,
      isVouchedFor: client.kind === 'administered',
      host: client.host,
      redirectHost: null,
      isLoopbackOnly: false,
    },
    action: '/device',
    parameters,
    userCode,
    switchAccountPath: signInPath(withQuery('/device', parameters)),
  });
}

async function settle(
  entered: Entered,
  decision: { readonly decision?: 'allow' | 'deny' | undefined; readonly workspace_id?: string | undefined },
  from: PlacedOrigin,
  { authorize, oauth, context }: DeviceServices & { readonly context: PageContext },
): Promise<Html> {
  const { device, client, signedIn } = entered;
  const now = authorize.clock();
  const scopes = decision.decision === 'allow' ? grantable(entered, authorize) : undefined;
  if (scopes === undefined) {
    await oauth.devices.decide(device.hash, null, now);
    return deviceDonePage(context, 'denied');
  }
  const consenter = await agree({ client, signedIn, scopes }, decision.workspace_id, from, authorize);
  if (!(await oauth.devices.decide(device.hash, deviceApproval(device, consenter, scopes), now)))
    throw new Problem('stale_form');
  return deviceDonePage(context, 'allowed');
}

/** The scopes that the person can give the device; undefined for none. */
function grantable({ device, client, signedIn }: Entered, context: DeviceServices['authorize']) {
  try {
    return requireGrantable(device.scopes ?? undefined, client, signedIn, context);
  } catch (error) {
    if (error instanceof AuthorizationError) return undefined;
    throw error;
  }
}
