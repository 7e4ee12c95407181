import { createHash, randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import type { Client, Clients } from '../../lambdas/clients/client.ts';
import { consoleClient } from '../../lambdas/clients/first-party.ts';
import { consoleSessionRoutes } from '../../lambdas/console/session-rows.ts';
import type { Deployment } from '../../lambdas/contract/deployment.ts';
import { advertisedPaths, discovery } from '../../lambdas/http/discovery.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { type ServicesOf, servedBy } from '../../lambdas/kernel/route.ts';
import { authorizeRoutes } from '../../lambdas/oauth/authorize-rows.ts';
import { deviceRoutes } from '../../lambdas/oauth/device-rows.ts';
import { tokenGrantRoutes } from '../../lambdas/oauth/token-rows.ts';
import { tokenToolRoutes } from '../../lambdas/oauth/token-tool-rows.ts';
import type { ExchangeContext } from '../../lambdas/people/exchange.ts';
import { exchangeRoutes } from '../../lambdas/people/exchange-rows.ts';
import { refreshRoutes } from '../../lambdas/sessions/refresh-rows.ts';
import { csrfToken } from '../../lambdas/signin/csrf.ts';
import { SIGN_IN_COOKIE, type SignedIn } from '../../lambdas/signin/sign-in.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import { profile } from '../../profiles/default.ts';
import { event } from '../http/requests.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

/** The authorization server in memory: its rows behind the function's own handler, called as a browser and a client do. */
export const ISSUER = 'https://api.example.com';

const served = servedBy('tokens', [
  authorizeRoutes,
  tokenGrantRoutes,
  consoleSessionRoutes,
  deviceRoutes,
  tokenToolRoutes,
  refreshRoutes,
  exchangeRoutes,
]);

/** Clients as tests have them: public, but for one whose secret is `secret`. */
export const CLIENT: Client = {
  clientId: 'https://client.example/metadata.json',
  kind: 'metadata',
  tenantId: null,
  name: 'Some client',
  host: 'client.example',
  redirectUris: [
    'https://client.example/callback',
    'http://127.0.0.1/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ],
  authentication: 'none',
  scopes: null,
};

export const REDIRECT = 'https://client.example/callback';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
  readonly json: any;
  readonly location: URL | undefined;
  /** `Set-Cookie`, as they came. */
  readonly cookies: readonly string[];
}

export interface CallInput {
  readonly query?: Readonly<Record<string, string>> | URLSearchParams;
  readonly form?: Readonly<Record<string, string | undefined>> | URLSearchParams;
  /** Whose browser it is. */
  readonly as?: Person | undefined;
  /** A body of JSON, instead of a form. */
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

/** A person with a browser that is signed in. */
export interface Person {
  readonly cookie: string;
  readonly csrf: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly workspaceId: string;
}

export function pkce(verifier = randomBytes(32).toString('base64url')) {
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge };
}

export async function startServer(
  given: {
    readonly graceSeconds?: number;
    readonly identityProviders?: Deployment['identityProviders'];
    /** How the token of a provider is verified. @default - none is accepted */
    readonly verify?: ExchangeContext['verify'];
  } = {},
) {
  // Lines of requests are not what these tests are about.
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const stores = memoryStores();
  let now = NOW;
  const clock = () => now;
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW - 3600);
  await stores.publish(keyset.version, publicKeys(keyset));
  const { refresh } = DEPLOYMENT.tokens;
  const deployment = {
    ...DEPLOYMENT,
    identityProviders: given.identityProviders ?? [],
    tokens: {
      ...DEPLOYMENT.tokens,
      refresh: refresh && { ...refresh, graceSeconds: given.graceSeconds ?? refresh.graceSeconds },
    },
  };
  const signIns = new Map<string, SignedIn>();
  const clientsById = new Map<string, Client>([[CLIENT.clientId, CLIENT]]);
  const consented: string[] = [];
  const clients: Clients = {
    find: async (clientId) => (clientId === 'console' ? consoleClient(ISSUER) : clientsById.get(clientId)),
    async authenticate({ basic, clientId }) {
      const client = clientsById.get(basic?.id ?? clientId ?? '');
      if (client === undefined) throw new Problem('invalid_client');
      if (client.authentication !== 'none' && basic?.secret !== 'secret') throw new Problem('invalid_client');
      return client;
    },
    consented: async (clientId) => void consented.push(clientId),
  };
  const decisions = stores.decisions();
  const tenant = (tenantId: string) => decisions.tenant(tenantId, now);
  const signer = new Signer(async () => keyset, ISSUER, clock);
  const verifier = new TokenVerifier(ISSUER);
  const { sessions, refreshTokens, apps, codes, devices, workspaces, sources, accounts } = stores;
  const oauth = {
    issuer: ISSUER,
    profile,
    deployment,
    sessions,
    refreshTokens,
    signer,
    tenant,
    clock,
    codes,
    devices,
    users: accounts,
  };
  const services: ServicesOf<typeof served> = {
    authorize: { issuer: ISSUER, profile, deployment, clients, apps, codes, workspaces, clock },
    signIns: { current: async (cookies) => signIns.get(cookies[SIGN_IN_COOKIE] ?? '') },
    pages: { branding: { name: 'Acme', logo: null, color: '#123456', darkColor: '#abcdef' }, url: ISSUER },
    oauth,
    console: { ...oauth, signIns: stores.signIns },
    clients,
    serviceClients: { profile, deployment, records: decisions, tenant, signer, clock },
    sources,
    grants: oauth,
    exchange: {
      ...oauth,
      accounts,
      people: stores.people,
      exchange: stores.exchange,
      verify: given.verify ?? (() => Promise.reject(new Problem('invalid_subject_token'))),
    },
    tokenTools: {
      verifier,
      control: async () => stores.state.control,
      refreshTokens,
      clock,
      sessions,
      users: accounts,
      records: decisions,
      tenant,
      deployment,
    },
  };
  const metadata = discovery(ISSUER, advertisedPaths(routes, profile), profile, {
    ...deployment,
    rights: RIGHTS,
  });
  const handler = serve(served, services, { profile, deployment, pages: services.pages });

  async function call(
    target: string,
    { query, form, json, as, headers = {}, address }: CallInput = {},
  ): Promise<Answer> {
    const [method = '', path = ''] = target.split(' ');
    const parameters: Record<string, string[]> = {};
    for (const [name, value] of new URLSearchParams(query as Record<string, string>))
      (parameters[name] ??= []).push(value);
    const fields =
      form instanceof URLSearchParams
        ? form
        : Object.entries(form ?? {}).filter((field): field is [string, string] => field[1] !== undefined);
    const sent = event({
      method,
      resource: path,
      query: parameters,
      headers: {
        ...(form === undefined ? {} : { 'Content-Type': ['application/x-www-form-urlencoded'] }),
        ...(json === undefined ? {} : { 'Content-Type': ['application/json'] }),
        ...(as === undefined ? {} : { Cookie: [`${SIGN_IN_COOKIE}=${as.cookie}`] }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(fields).toString() }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    if (address !== undefined) sent.requestContext.identity.sourceIp = address;
    const answer = await handler(sent);
    const answered = Object.fromEntries(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    return {
      status: answer.statusCode,
      headers: answered,
      text: answer.body,
      cookies: (answer.multiValueHeaders?.['Set-Cookie'] ?? []).map(String),
      get json() {
        return JSON.parse(answer.body);
      },
      location:
        answered.location === undefined
          ? goesOnTo(answer.body)
          : (URL.parse(answered.location, ISSUER) ?? undefined),
    };
  }

  /** A new person with a role, who is signed in. */
  async function signIn(role = 'admin'): Promise<Person> {
    const { account, workspaceId } = await storeTenant(stores);
    const { userId, tenantId, email } = account.user;
    const person = stores.state.people.get(JSON.stringify([tenantId, userId]));
    if (person !== undefined)
      stores.state.people.set(JSON.stringify([tenantId, userId]), { ...person, role });
    const cookie = randomBytes(32).toString('base64url');
    const csrf = csrfToken(cookie);
    signIns.set(cookie, {
      signInId: crypto.randomUUID(),
      tenantId,
      userId,
      userVersion: 0,
      workspaceId,
      email,
      role,
      authTime: now,
      amr: ['pwd'],
      csrf,
    });
    return { cookie, csrf, userId, tenantId, workspaceId };
  }

  /** A request that asks for a code; its verifier beside it. */
  function request(changes: Readonly<Record<string, string | undefined>> = {}) {
    const { verifier, challenge } = pkce();
    const all: Record<string, string | undefined> = {
      client_id: CLIENT.clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'a state',
      scope: 'read write',
      ...changes,
    };
    const parameters = Object.fromEntries(
      Object.entries(all).filter((field): field is [string, string] => field[1] !== undefined),
    );
    return { verifier, parameters };
  }

  /** Agrees to a request as the page's form does; gives where the browser goes on to. */
  async function agree(
    parameters: Readonly<Record<string, string>>,
    as: Person,
    changes: Readonly<Record<string, string | undefined>> = {},
  ): Promise<URL> {
    const form = { ...parameters, decision: 'allow', csrf: as.csrf, ...changes };
    const answer = await call('POST /authorize', { form, as });
    if (answer.location === undefined) throw new Error(`No way on: ${answer.status} ${answer.text}`);
    return answer.location;
  }

  /** A code of a request that a person has agreed to. */
  async function codeFor(as: Person, changes: Readonly<Record<string, string | undefined>> = {}) {
    const { parameters, verifier } = request(changes);
    const location = await agree(parameters, as);
    return { code: location.searchParams.get('code') ?? '', verifier, parameters, location };
  }

  const redeem = (
    { code, verifier }: { readonly code: string; readonly verifier: string },
    changes: Readonly<Record<string, string | undefined>> = {},
    given: CallInput = {},
  ) =>
    call('POST /token', {
      ...given,
      form: {
        grant_type: 'authorization_code',
        client_id: CLIENT.clientId,
        redirect_uri: REDIRECT,
        code,
        code_verifier: verifier,
        ...changes,
      },
    });

  /** The server as a client library reaches it: by a `fetch` of its own. */
  async function fetchOf(
    target: string,
    init: {
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: unknown;
    },
  ): Promise<Response> {
    const url = new URL(target);
    const document = DOCUMENTS[url.pathname];
    if (document !== undefined) return Response.json(document());
    const headers = Object.fromEntries(new Headers(init.headers));
    delete headers['content-type'];
    const { method } = init;
    const form = new URLSearchParams(String(init.body ?? ''));
    const answer = await call(`${method} ${url.pathname}`, {
      query: url.searchParams,
      headers,
      ...(method === 'POST' ? { form } : {}),
    });
    return new Response(answer.text, { status: answer.status, headers: { ...answer.headers } });
  }

  const DOCUMENTS: Readonly<Record<string, () => unknown>> = {
    '/.well-known/oauth-authorization-server': () => metadata.authorizationServer(),
    '/.well-known/oauth-protected-resource/v1/mcp': () => metadata.protectedResource('/v1/mcp'),
  };

  const refreshWith = (token: string, changes: Readonly<Record<string, string | undefined>> = {}) =>
    call('POST /token', {
      form: { grant_type: 'refresh_token', client_id: CLIENT.clientId, refresh_token: token, ...changes },
    });

  /** The tokens of a new sign-in of a client by a person. */
  async function tokensOf(as: Person, changes: Readonly<Record<string, string | undefined>> = {}) {
    const answer = await redeem(await codeFor(as, changes));
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json;
  }

  return {
    stores,
    services,
    clients: clientsById,
    consented,
    signer,
    verifier,
    call,
    signIn,
    request,
    agree,
    codeFor,
    redeem,
    refreshWith,
    tokensOf,
    metadata,
    fetch: fetchOf,
    /** The state of the session that an access token names. */
    stateOf(token: string) {
      const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      return stores.state.sessions.get(sid)?.state;
    },
    /** A new password, or another role and back: what sessions must follow. */
    changePerson({ tenantId, userId }: Person) {
      const name = JSON.stringify([tenantId, userId]);
      const person = stores.state.people.get(name);
      if (person === undefined) throw new Error('no such person');
      stores.state.people.set(name, { ...person, version: person.version + 1 });
    },
    pass(seconds: number) {
      now += seconds;
    },
    clock,
  };
}

export type OAuthServer = Awaited<ReturnType<typeof startServer>>;

/** Where a page goes on to by itself. */
function goesOnTo(html: string): URL | undefined {
  const [, target] = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(html) ?? [];
  return target === undefined ? undefined : (URL.parse(target.replaceAll('&amp;', '&')) ?? undefined);
}
