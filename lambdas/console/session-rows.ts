import * as z from 'zod';
import { countingFailures, refreshLimit, type SourceStore } from '../attempts/source.ts';
import type { PlacedOrigin } from '../audit/entries.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import { Empty, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import type { Grant } from '../sessions/grants.ts';
import { SIGN_IN_COOKIE } from '../signin/sign-in.ts';
import {
  beginSignIn,
  type ConsoleContext,
  endSession,
  FLOW_COOKIE,
  openSession,
  renewSession,
  SESSION_COOKIE,
  sessionCookie,
} from './session.ts';

/** The services of these rows in the function `tokens`. */
export interface ConsoleServices {
  readonly console: ConsoleContext;
  readonly sources: SourceStore;
}

const PATH = '/console/session';

/** An answer that no cache keeps, as any with a token. */
const UNCACHED = { 'Cache-Control': 'no-store' };

const sessionView = z.object({
  access_token: z.string(),
  expires_in: z.int().describe('Seconds.'),
});

const group = routeGroup<ConsoleServices>()({ service: 'tokens', tag: 'Console' });

/** The console's backend: its page is given access tokens, and never sees the refresh token. */
export const consoleSessionRoutes = group.rows({
  beginConsoleSession: group.public({
    method: 'POST',
    path: '/console/sign-in',
    sameOrigin: true,
    summary: "Begin a sign-in to the console: where its page goes, with PKCE's verifier in a cookie",
    body: z.strictObject({
      ui_locales: z.string().max(256).optional().describe('Languages of the sign-in, best first.'),
      max_age: z
        .int()
        .min(0)
        .max(86_400)
        .optional()
        .describe('Seconds: who signed in longer ago is asked again (OpenID Connect Core, 3.1.2.1).'),
    }),
    success: {
      status: 200,
      kind: 'raw',
      description: 'Where the page goes.',
      schema: z.object({ location: z.string() }),
      headers: UNCACHED,
      setsCookies: [FLOW_COOKIE],
    },
    errors: ['other_origin', 'rate_limited'],
    handle: async ({ body }, { console: { issuer } }) => {
      const { location, cookie } = beginSignIn(issuer, {
        languages: body.ui_locales,
        maxAgeSeconds: body.max_age,
      });
      return new WithCookies({ location }, cookie);
    },
  }),
  openConsoleSession: group.public({
    method: 'POST',
    path: PATH,
    sameOrigin: true,
    summary: "Open the console's session with the answer of a sign-in",
    takesCookies: [FLOW_COOKIE],
    body: z.strictObject({ code: z.string().min(1).max(512), state: z.string().min(1).max(128) }),
    success: {
      status: 200,
      kind: 'raw',
      description: 'An access token.',
      schema: sessionView,
      headers: UNCACHED,
      setsCookies: [SESSION_COOKIE, FLOW_COOKIE],
    },
    errors: ['other_origin', 'invalid_grant', 'rate_limited'],
    handle: async ({ body, cookies, origin }, services) => {
      const opened = openSession(body, cookies, origin, services.console);
      const grant = await counted(opened, origin, services);
      return new WithCookies(
        viewSession(grant),
        cookieOf(grant, services.console),
        HostCookie.forgotten(FLOW_COOKIE),
      );
    },
  }),
  renewConsoleSession: group.public({
    method: 'PUT',
    path: PATH,
    sameOrigin: true,
    summary: "Renew the console's access token",
    description:
      'It answers with a null where nobody is signed in: that is where a page begins, and no error.',
    takesCookies: [SESSION_COOKIE],
    success: {
      status: 200,
      kind: 'raw',
      description: 'An access token, or null where there is no session.',
      schema: z.object({ session: sessionView.nullable() }),
      headers: UNCACHED,
      setsCookies: [SESSION_COOKIE],
    },
    errors: ['other_origin', 'rate_limited'],
    handle: async ({ cookies, origin }, services) => {
      const renewing = renewSession(cookies, origin, services.console);
      const grant = await counted(renewing, origin, services).catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'invalid_grant') return undefined;
        throw error;
      });
      if (grant !== undefined)
        return new WithCookies({ session: viewSession(grant) }, cookieOf(grant, services.console));
      return cookies[SESSION_COOKIE] === undefined
        ? { session: null }
        : new WithCookies({ session: null }, HostCookie.forgotten(SESSION_COOKIE));
    },
  }),
  endConsoleSession: group.public({
    method: 'DELETE',
    path: PATH,
    sameOrigin: true,
    summary: 'Sign out of the console: its session ends, and the sign-in of the browser',
    takesCookies: [SESSION_COOKIE, SIGN_IN_COOKIE],
    success: {
      status: 204,
      kind: 'empty',
      description: 'Nobody is signed in.',
      setsCookies: [SESSION_COOKIE, SIGN_IN_COOKIE],
    },
    errors: ['other_origin', 'rate_limited'],
    handle: async ({ cookies, origin }, services) => {
      await endSession(cookies, origin, services.console);
      return new WithCookies(
        new Empty(),
        HostCookie.forgotten(SESSION_COOKIE),
        HostCookie.forgotten(SIGN_IN_COOKIE),
      );
    },
  }),
});

/** Counts what fails as refreshes that fail are counted: guesses of a code or a token. */
function counted<Given>(
  giving: Promise<Given>,
  { address }: PlacedOrigin,
  { console: { deployment, clock }, sources }: ConsoleServices,
): Promise<Given> {
  const limit = refreshLimit(deployment.addressLimits);
  return countingFailures(giving, { store: sources, address, limit, now: clock() });
}

function viewSession({ accessToken, expiresInSeconds }: Grant): z.output<typeof sessionView> {
  return { access_token: accessToken, expires_in: expiresInSeconds };
}

function cookieOf({ refreshToken }: Grant, { deployment }: ConsoleContext): HostCookie {
  return sessionCookie(refreshToken, deployment.tokens.refresh?.idleSeconds ?? 0);
}
