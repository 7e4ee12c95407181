/** A Latchkey below a path of a host whose root is a team's own API: everything that says or reads a path. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverOAuthServerInfo } from '@modelcontextprotocol/sdk/client/auth.js';
import { App, Stack } from 'aws-cdk-lib';
import { DomainName, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Latchkey } from '../../lib/latchkey.ts';
import { type HttpRequest, httpClient } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

const insecurely = { [oauth.allowInsecureRequests]: true } as const;
const folder = mkdtempSync(join(tmpdir(), 'latchkey-mounted-'));
const upstream = new Upstream();
let stack: TestStack;
let ada: Account;
/** The host, whose root is the team's. */
let host: ReturnType<typeof httpClient>;
let origin: string;

function synthesize(url: string): void {
  const app = new App({ outdir: folder, context: { 'latchkey:local': true } });
  const team = new Stack(app, 'Team');
  const echo = new Lambda(team, 'Echo', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline(
      'exports.handler = async ({ path }) => ({ statusCode: 200, body: JSON.stringify({ theirs: path }) });',
    ),
  });
  const theirs = new RestApi(team, 'Theirs', { defaultIntegration: new LambdaIntegration(echo) });
  theirs.root.addProxy();
  const domain = new DomainName(team, 'Domain', {
    domainName: 'api.example.com',
    certificate: Certificate.fromCertificateArn(
      team,
      'Certificate',
      'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
    ),
  });
  domain.addBasePathMapping(theirs);
  new Latchkey(new Stack(app, 'Auth'), 'Default', {
    domain: { mountOn: domain, basePath: 'auth', wellKnown: true, alsoServeStageUrl: true },
    environment: 'development',
    tiers: { free: { ...ROOMY_TIER, keys: 50 } },
    initialTier: 'free',
    challenges: 'context',
    upstream: { url, scopes: [{ path: '/v1/reports/*', scope: 'admin' }] },
    upstreams: { fast: { path: '/v1/fast', http: url, sharesOrigin: true } },
    gatewayFacts: { zeroPlanThrottles: true, mappedHeaderReplaces: true },
  });
  app.synth();
}

beforeAll(async () => {
  synthesize(`http://127.0.0.1:${await upstream.listen()}/base`);
  stack = await startTestStack({ profile: 'default' }, { assemblyDir: folder, stacks: ['Auth', 'Team'] });
  ({ origin } = new URL(stack.url));
  host = httpClient(origin);
  ada = await stack.onboard();
}, 120_000);
afterAll(async () => {
  host?.close();
  await stack?.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  upstream.received.length = 0;
});

test('the URL that the stack puts out is the host with the path', () => {
  expect(stack.url).toBe(`${origin}/auth`);
  expect(stack.local.outputs.ApiUrl).toBe(stack.url);
});

describe('what is below the path', () => {
  test('opens accounts, signs in and takes keys and tokens of its own issuer', async () => {
    const token = await stack.logIn(ada);
    expect(decodeJwt(token).iss).toBe(stack.url);
    const me = await stack.send('GET /v1/auth/me', { headers: bearer(token) });
    expect([me.status, me.json.email]).toEqual([200, ada.email]);
    const { key } = await stack.createKey(token);
    expect((await stack.send('GET /v1/auth/me', { headers: apiKey(key) })).status).toBe(200);
    for (const target of ['GET /v1/auth/me', 'GET /v1/things']) {
      const refused = await stack.send(target);
      expect([target, refused.status]).toEqual([target, 401]);
      expect(refused.headers['www-authenticate']).toContain(`resource_metadata="${stack.url}/.well-known/`);
    }
  });

  test.each(['GET /health', 'GET /health/', 'HEAD /health'])(
    '%s finds a row that has no resource of its own',
    async (target) => {
      expect((await stack.send(target)).status).toBe(200);
    },
  );

  test('answers 404 and 405 for what no row names, and 400 for paths that can be read in two ways', async () => {
    expect((await stack.send('GET /nothing')).status).toBe(404);
    expect((await stack.send('GET /auth/health')).status).toBe(404);
    const post = await stack.send('POST /health');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
    for (const path of ['/v1//things', '/v1/a%2fb', '/v1/%61', '//health'])
      expect([path, (await stack.raw(`GET ${path}`, { headers: apiKey(ada.apiKey) })).status]).toEqual([
        path,
        400,
      ]);
  });

  test('leads browsers from the path itself to the console, with and without a slash', async () => {
    for (const path of ['', '/']) {
      const { status, headers } = await stack.raw(`GET ${path}`, { headers: { accept: 'text/html' } });
      expect([path, status, headers.location]).toEqual([path, 303, '/auth/console']);
    }
    const page = await stack.raw('GET /console/keys', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBeGreaterThan(1);
    for (const path of files) {
      expect(path).toMatch(/^\/auth\//);
      expect([path, (await host.send(`GET ${path}`)).status]).toEqual([path, 200]);
    }
  });

  test('goes to the upstream without the path, which learns of it', async () => {
    const call = (target: string, request: HttpRequest = {}) =>
      stack.send(target, { ...request, headers: { ...apiKey(ada.apiKey), ...request.headers } });
    upstream.answer = (response) =>
      response.writeHead(201, { location: `${upstreamUrl()}/v1/things/8?a=1` }).end('{}');
    const made = await call('POST /v1/things/7?a=1', { json: {} });
    expect([made.status, made.headers.location]).toEqual([201, `${stack.url}/v1/things/8?a=1`]);
    expect(upstream.last.url).toBe('/base/v1/things/7?a=1');
    expect(upstream.last.headers).toMatchObject({
      'x-forwarded-host': [new URL(stack.url).host],
      'x-forwarded-prefix': ['/auth'],
    });
    const { payload } = await jwtVerify(
      upstream.last.headers['x-latchkey-assertion']?.[0] ?? '',
      createRemoteJWKSet(new URL(`${stack.url}/.well-known/jwks.json`)),
      { issuer: stack.url, audience: 'latchkey-upstream' },
    );
    expect(payload.keyId ?? payload.sub).toBeDefined();
  });

  test('is where links of mails lead', async () => {
    const email = 'grace@example.com';
    const headers = bearer(await stack.logIn(ada));
    await stack.send('POST /v1/invitations', { headers, json: { email, role: 'editor' } });
    await stack.local.idle();
    const mail = stack.local.mails().find(({ to }) => to === email);
    const links: readonly string[] = mail?.text.match(/https?:\/\/\S+/g) ?? [];
    for (const link of links) expect(`${link}/`).toContain(`${stack.url}/`);
    const [invitation = ''] = links.filter((link) => link.includes('?link='));
    expect((await fetch(invitation)).status).toBe(200);
  });

  test('takes the scope of a path rule, which knows nothing of the path', async () => {
    const { key } = await stack.createKey(await stack.logIn(ada), { scopes: ['read'] });
    upstream.answer = (response) => response.end('{}');
    expect((await stack.send('GET /v1/reports/7', { headers: apiKey(key) })).status).toBe(403);
    expect((await stack.send('GET /v1/things', { headers: apiKey(key) })).status).toBe(200);
    expect(upstream.received.map(({ url }) => url)).toEqual(['/base/v1/things']);
  });

  test('goes so to an upstream that API Gateway calls itself', async () => {
    upstream.answer = (response) => response.end('{}');
    expect((await stack.raw('GET /v1/fast/a', { headers: apiKey(ada.apiKey) })).status).toBe(200);
    expect((await stack.raw('GET /v1/fast/a%2fb', { headers: apiKey(ada.apiKey) })).status).toBe(403);
    expect(upstream.received.map(({ url }) => url)).toEqual(['/base/v1/fast/a']);
  });
});

const upstreamUrl = () => `http://${upstream.last.headers.host?.[0]}/base`;

describe('a page', () => {
  test('stays below the path, form and link, and signs in by a cookie with the path in its name', async () => {
    const page = await stack.send('GET /sign-in');
    const paths = [...page.text.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect(path).toMatch(/^\/auth\//);
    expect((await host.send('GET /auth/pages.css')).status).toBe(200);
    const cookie = page.headers['set-cookie']?.split(';')[0] ?? '';
    const fields = Object.fromEntries(
      [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
        ([, name, value]) => [name, value],
      ),
    );
    const body = `${new URLSearchParams({ ...fields, email: ada.email, password: PASSWORD })}`;
    const form = { 'content-type': 'application/x-www-form-urlencoded', cookie };
    const signedIn = await stack.send('POST /sign-in', { headers: form, body });
    expect(signedIn.status).toBe(200);
    const { port } = new URL(origin);
    expect(signedIn.headers['set-cookie']).toMatch(
      new RegExp(
        `^__Host-latchkey-sign-in-${port}-auth=[\\w-]{43}; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Lax$`,
      ),
    );
  });

  test('of the stage’s URL leads to the host, where its cookies are', async () => {
    const own = stack.local.apis.find(
      ({ url, logicalId }) => logicalId.startsWith('FrontDoor') && url.endsWith('/live'),
    );
    const client = httpClient(own?.url ?? '');
    const page = await client.send('GET /sign-in?ui_locales=de');
    expect([page.status, page.headers.location]).toEqual([302, `${stack.url}/sign-in?ui_locales=de`]);
    expect((await client.send('GET /health')).status).toBe(200);
    expect((await client.send('GET /auth/health')).status).toBe(404);
    expect((await client.send('GET /v1/auth/me', { headers: apiKey(ada.apiKey) })).status).toBe(200);
    client.close();
  });
});

describe('a client that knows the URL alone', () => {
  test('finds the metadata where OpenID Connect has it, and all of it is below the path', async () => {
    const issuer = new URL(stack.url);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...insecurely });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    expect(server.issuer).toBe(stack.url);
    for (const [name, value] of Object.entries(server))
      if (name.endsWith('_endpoint') || name === 'jwks_uri')
        expect(value).toMatch(new RegExp(`^${stack.url}/`));
    expect((await fetch(server.jwks_uri ?? '')).status).toBe(200);
  });

  test('of MCP finds it by its SDK', async () => {
    const found = await discoverOAuthServerInfo(`${stack.url}/v1/mcp`);
    expect(found.authorizationServerUrl).toBe(stack.url);
    expect(found.authorizationServerMetadata?.issuer).toBe(stack.url);
    expect(found.resourceMetadata?.resource).toBe(`${stack.url}/v1/mcp`);
  });

  test('finds it at the root of the host too, where RFC 8414 and RFC 9728 put the path behind', async () => {
    const issuer = new URL(stack.url);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecurely });
    expect((await oauth.processDiscoveryResponse(issuer, found)).issuer).toBe(stack.url);
    for (const path of ['', '/v1', '/v1/mcp', '/v1/a%20b/']) {
      const resource = new URL(stack.url + path);
      const response = await oauth.resourceDiscoveryRequest(resource, insecurely);
      expect((await oauth.processResourceDiscoveryResponse(resource, response)).resource).toBe(
        stack.url + path,
      );
    }
    for (const [path, status] of [
      ['oauth-authorization-server', 404],
      ['oauth-authorization-server/auth/v1', 404],
      ['oauth-authorization-server/authx', 404],
      ['oauth-protected-resource/authx/v1', 404],
      // A row of the API, by a path that is not its own: nobody is let in.
      ['oauth-protected-resource/v1/things', 401],
      ['oauth-protected-resource/auth/elsewhere', 404],
      ['oauth-protected-resource/auth/v1/a%2fb', 400],
    ] as const) {
      const { status: answered } = await host.send(`GET /.well-known/${path}`, {
        headers: apiKey(ada.apiKey),
      });
      expect([path, answered]).toEqual([path, status]);
    }
  });

  test('of a protected resource finds it by the challenge of a 401', async () => {
    const { headers } = await stack.send('GET /v1/things');
    const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '') ?? [];
    const document = (await (await fetch(metadata)).json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      resource: `${stack.url}/v1/things`,
      authorization_servers: [stack.url],
    });
  });

  test('of the OpenAPI document calls below the path', async () => {
    const { json } = await stack.send('GET /openapi.json');
    expect(json.servers).toEqual([{ url: stack.url }]);
  });
});

describe('what is not below the path is the team’s', () => {
  test.each([
    '/',
    '/things',
    '/authx',
    '/AUTH/health',
    '/%61uth/health',
    '//auth/health',
    '/.well-known/openid-configuration/auth',
    '/.well-known/oauth-authorization-servers',
  ])('%s', async (path) => {
    const answer = await host.send(`GET ${path}`, { headers: apiKey(ada.apiKey) });
    expect([answer.status, answer.json]).toEqual([200, { theirs: path.replace(/^\/\//, '/') }]);
  });
});

/** As by a mapping that somebody makes by hand: API Gateway hands on a path that is none of ours. */
test('a mapping that is not ours opens nothing: its path is not the one that a rule would check', async () => {
  const event = (path: string) => ({
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/live/GET/v1/fast/a',
    resource: '/v1/fast/{proxy+}',
    path,
    httpMethod: 'GET',
    multiValueHeaders: { 'X-API-Key': [ada.apiKey] },
    requestContext: { requestId: 'r', extendedRequestId: 'e', identity: { sourceIp: '192.0.2.7' } },
  });
  const effect = async (path: string) => {
    const invocation = await stack.local.invoke('Functionsauthorizer', event(path));
    if (invocation.kind !== 'returned') throw new Error(invocation.kind);
    return JSON.parse(invocation.payload).policyDocument.Statement[0].Effect;
  };
  expect(await effect('/auth/v1/fast/a')).toBe('Allow');
  expect(await effect('/other/v1/fast/a')).toBe('Deny');
  expect(await effect('/%61uth/v1/fast/a')).toBe('Deny');
});
