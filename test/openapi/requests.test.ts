/**
 * What the document allows, the server takes: schemathesis makes up requests from the document that the local stack
 * serves, for each value, each missing and each wrong part (its `coverage` phase), and sends them with an administrator's
 * credentials and without a limit in the way.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteId } from '../../lambdas/contract/route-id.ts';
import { type ApiRow, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { type CursorPlace, tableCursors } from '../../lambdas/kernel/cursor.ts';
import { PARAMETERS } from '../../lambdas/oauth/authorization-request.ts';
import { routes } from '../../lambdas/table/index.ts';
import { publishedPath } from '../../lib/openapi/document.ts';
import { addPasskey } from '../matrix/credentials.ts';
import { connectApp } from '../support/connected-app.ts';
import { signedInAgo } from '../support/recent-session.ts';
import {
  type Account,
  bearer,
  contents,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { type Exchange, exchangesOf } from './report.ts';
import { runTool } from './tools.ts';

type Row = Extract<ApiRow, { kind: 'route' }>;

/** Its contract is our own; another profile only renames and wraps. */
const PROFILE = 'default';

/** An identity provider, without which the exchange is always a 400. Nobody calls it: made-up tokens are of no issuer. */
const PROVIDER = {
  issuer: 'https://id.example.com',
  audiences: ['api'],
  tenantId: '00000000-0000-4000-8000-000000000000',
  role: 'viewer',
  createUsers: true,
};

const CHECKS = [
  'not_a_server_error',
  'positive_data_acceptance',
  'negative_data_rejection',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
];

/** Codes that complain about the form of a request, of the profile and of OAuth (RFC 6749, 5.2). */
const COMPLAINTS_OF_FORM = [
  'invalid_field',
  'malformed_request',
  'unsupported_media_type',
  'invalid_request',
];

const NOT_OUR_PAGE = 'no script of our own page calls it';

/** What rows answer to valid requests besides success: none of them complains about the form. */
const REFUSALS: Readonly<
  Partial<
    Record<
      RouteId,
      {
        readonly statuses: readonly number[];
        readonly why: string;
        /** A standard says in words what no schema can, so that made-up values may be of the wrong form. */
        readonly isInWords?: true;
      }
    >
  >
> = {
  login: { statuses: [401, 429], why: 'a made-up password is wrong' },
  logInWithFactor: { statuses: [401, 429], why: 'a made-up token is of no login' },
  proveFactor: { statuses: [400, 403], why: 'the form is of no browser that was shown it' },
  changeFactors: { statuses: [400, 403], why: 'the form is of no browser that was shown it' },
  showFactors: { statuses: [302, 400], why: 'nobody is signed in' },
  updateFactor: { statuses: [401], why: 'a made-up code is wrong' },
  changePassword: { statuses: [401, 429], why: 'a made-up password is wrong' },
  showResetPassword: { statuses: [400], why: 'a made-up link is none', isInWords: true },
  sendResetPassword: { statuses: [400, 429], why: 'a made-up link is none', isInWords: true },
  showConfirm: { statuses: [400], why: 'a made-up link is none', isInWords: true },
  sendConfirm: { statuses: [400, 429], why: 'a made-up link is none', isInWords: true },
  resetPassword: { statuses: [400], why: 'a made-up link is none' },
  confirmLink: { statuses: [400], why: 'a made-up link is none' },
  requestPasswordReset: { statuses: [429], why: 'an address is mailed five times an hour' },
  requestVerification: { statuses: [429], why: 'an address is mailed five times an hour' },
  requestEmailChange: { statuses: [429], why: 'a person asks for five changes an hour' },
  refresh: { statuses: [400], why: 'a made-up token is no grant (RFC 6749, 5.2)' },
  exchangeToken: { statuses: [400, 401], why: 'a made-up token is of no provider (RFC 8693, 2.2.2)' },
  authorize: { statuses: [400, 401], why: 'a made-up client is unknown', isInWords: true },
  decideAuthorization: { statuses: [400, 401], why: 'a made-up client is unknown', isInWords: true },
  requestToken: { statuses: [400, 401], why: 'a made-up grant or client is none', isInWords: true },
  revokeToken: { statuses: [400, 401], why: 'a made-up client is unknown', isInWords: true },
  introspectToken: { statuses: [400, 401], why: 'a made-up client is unknown', isInWords: true },
  authorizeDevice: { statuses: [400, 401, 429], why: 'a made-up client is unknown', isInWords: true },
  showDevice: { statuses: [302], why: 'nobody is signed in' },
  showAccount: { statuses: [302], why: 'nobody is signed in' },
  changeAccount: { statuses: [302], why: 'nobody is signed in' },
  downloadAccountFile: { statuses: [302], why: 'nobody is signed in' },
  downloadAccount: { statuses: [429], why: 'a person is given sixty parts an hour' },
  deleteAccount: { statuses: [400, 409, 422], why: 'a made-up address is not the caller’s', isInWords: true },
  closeTenant: { statuses: [400, 422], why: 'a made-up name is not the tenant’s', isInWords: true },
  decideDevice: { statuses: [403], why: 'the form is of no sign-in' },
  signIn: { statuses: [400, 403], why: 'the form is of no browser that was shown it' },
  beginProviderSignIn: { statuses: [400, 404], why: 'a made-up provider is none' },
  finishProviderSignIn: { statuses: [404], why: 'a made-up provider is none' },
  showInvitation: { statuses: [400], why: 'a made-up link is none' },
  acceptInvitation: { statuses: [400], why: 'a made-up link is none' },
  createInvitation: {
    statuses: [409, 422, 429],
    why: 'the address of the account, an Idempotency-Key that comes again, and too many mails to one',
  },
  resendInvitation: { statuses: [429], why: 'an address is mailed five times an hour' },
  signOut: { statuses: [403], why: 'the form is of no browser that was shown it' },
  showSignIn: { statuses: [400], why: 'a made-up place to go on to is none of ours' },
  createClient: {
    statuses: [400, 422],
    why: 'RFC 7517 and 8252: a made-up key or redirect is none',
    isInWords: true,
  },
  registerClient: {
    statuses: [400, 429],
    why: 'RFC 7591: a made-up key or redirect is none',
    isInWords: true,
  },
  beginConsoleSession: { statuses: [403], why: NOT_OUR_PAGE },
  openConsoleSession: { statuses: [403], why: NOT_OUR_PAGE },
  renewConsoleSession: { statuses: [403], why: NOT_OUR_PAGE },
  endConsoleSession: { statuses: [403], why: NOT_OUR_PAGE },
  logout: { statuses: [401], why: 'the first one has ended the session' },
};

/** Those of them that no made-up request can succeed at. */
const NEVER_SUCCEED: readonly RouteId[] = [
  // Their field takes any text, as the page says itself what is no address.
  'sendResetPassword',
  'sendConfirm',
  'login',
  'changePassword',
  'logInWithFactor',
  'proveFactor',
  'changeFactors',
  'showFactors',
  'resetPassword',
  'confirmLink',
  'refresh',
  'exchangeToken',
  'authorize',
  'decideAuthorization',
  'requestToken',
  'revokeToken',
  'introspectToken',
  'authorizeDevice',
  'signIn',
  'showInvitation',
  'acceptInvitation',
  'beginProviderSignIn',
  'finishProviderSignIn',
  'signOut',
  'showDevice',
  'showAccount',
  'changeAccount',
  'downloadAccountFile',
  'deleteAccount',
  'closeTenant',
  'decideDevice',
  'beginConsoleSession',
  'openConsoleSession',
  'renewConsoleSession',
  'endConsoleSession',
  'registerClient',
  'createClient',
];

let stack: TestStack;
let folder: string;
let account: Account;
let token: string;
let rows: readonly Row[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-schemathesis-'));
  const config = { tiers: { free: ROOMY_TIER }, initialTier: 'free', identityProviders: [PROVIDER] };
  stack = await startTestStack({ profile: PROFILE, config });
  account = await stack.onboard();
  token = await stack.logIn(account);
  await signedInAgo(stack.table, token, -86_400);
  const json = { embed_origins: ['https://app.example.com'] };
  expectStatus(
    await stack.send(`PATCH ${stack.path('updateTenant')}`, { headers: bearer(token), json }),
    200,
  );
  rows = apiRows(routes, stack.profile).filter((row) => row.kind === 'route');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stack.stop();
});

describe('of the requests that the document allows', () => {
  test('none is refused when an API key with all scopes sends it', async () => {
    const { key } = await stack.createKey(token, { scopes: ['admin'] });
    await expectAccepted(
      bearer(key),
      rows.filter(({ access }) => access.kind !== 'credential' || access.callers !== 'user'),
    );
  });

  test('none is refused when an administrator sends it, of the rows that are for people', async () => {
    await expectAccepted(
      bearer(token),
      rows.filter(({ access }) => access.kind === 'credential' && access.callers === 'user'),
    );
  });
});

async function expectAccepted(credential: { authorization: string }, tested: readonly Row[]): Promise<void> {
  const report = join(folder, 'report.ndjson');
  writeFileSync(join(folder, 'schemathesis.toml'), await settings(credential.authorization, tested));
  const { code, output } = await runTool(
    'schemathesis',
    [
      'run',
      `${stack.url}/openapi.json`,
      ...['--url', stack.url],
      ...['--phases', 'coverage'],
      ...['--checks', CHECKS.join(',')],
      ...['--report', 'ndjson', '--report-ndjson-path', report],
      ...tested.flatMap((row) => ['--include-name', nameOf(row)]),
    ],
    folder,
    { SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'hooks.py') },
  );
  if (!existsSync(report)) throw new Error(output);
  const exchanges = exchangesOf(readFileSync(report, 'utf8'));
  expect(code, output).toBe(0);
  // A refusal that may have to do with what is there, such as 404 or 409, must not say that the form is wrong.
  const inWords = tested.filter(({ route }) => REFUSALS[route.id]?.isInWords).map(nameOf);
  const refused = exchanges.filter(isRefusedForItsForm);
  expect(refused.filter(({ operation }) => !inWords.includes(operation))).toEqual([]);
  // Were the credential a bad one, or an id of nothing, all of the above would hold too.
  expect(tested.filter((row) => !wasAccepted(row, exchanges)).map(nameOf)).toEqual([]);
}

function nameOf({ method, path }: Pick<Row, 'method' | 'path'>): string {
  return `${method} ${publishedPath(path)}`;
}

function isRefusedForItsForm({ isValid, status, body }: Exchange): boolean {
  return isValid && status >= 400 && COMPLAINTS_OF_FORM.some((code) => body.includes(`"${code}"`));
}

/** Whether a row has succeeded. What works only once may have gone to a request with, say, one header too many. */
function wasAccepted({ route, ...row }: Row, exchanges: readonly Exchange[]): boolean {
  const refusals = NEVER_SUCCEED.includes(route.id) ? (REFUSALS[route.id]?.statuses ?? []) : [];
  return exchanges.some(
    ({ operation, request, status }) =>
      operation === nameOf(row) &&
      // Other methods are tried too, of which OPTIONS always succeeds.
      request.startsWith(`${row.method} `) &&
      (status < 300 || refusals.includes(status)),
  );
}

/** Settings by which the same requests are made up each time, with ids of things that there are. */
async function settings(authorization: string, tested: readonly Row[]): Promise<string> {
  const exceptions: string[] = [];
  for (const row of tested) {
    const lines = await exceptionsOf(row.route.id);
    if (lines.length > 0)
      exceptions.push('[[operations]]', `include-name = ${JSON.stringify(nameOf(row))}`, ...lines);
  }
  return `
seed = 1
continue-on-failure = true
headers = { Authorization = ${JSON.stringify(authorization)} }
[generation]
deterministic = true
database = "none"
# The credential is the one that is sent with every request.
with-security-parameters = false
[phases.coverage]
# Of the methods that API Gateway's ANY stands for.
unexpected-methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
[phases.coverage.extra-data-sources]
# Ids that an answer has told may be gone by the time they are used.
responses = false
[parameters]
"header.X-Workspace-Id" = ${JSON.stringify(account.workspaceId)}
[checks.positive_data_acceptance]
# A made-up Idempotency-Key may come again, with another request.
expected-statuses = ["2xx", 404, 409, 410, 422]
${exceptions.join('\n')}
`;
}

async function exceptionsOf(route: RouteId): Promise<string[]> {
  const parameters = Object.entries(await parametersOf(route)).map(
    ([name, value]) => `${JSON.stringify(name)} = ${JSON.stringify(value)}`,
  );
  const refusals = REFUSALS[route]?.statuses;
  return [
    ...(parameters.length === 0 ? [] : [`parameters = { ${parameters.join(', ')} }`]),
    ...(refusals === undefined
      ? []
      : [`checks.positive_data_acceptance.expected-statuses = ["2xx", ${refusals.join(', ')}]`]),
    // They end sessions of whoever calls them.
    ...(route === 'logout' || route === 'endOtherSessions'
      ? [`headers = { Authorization = "Bearer ${await logInAnother(route)}" }`]
      : []),
  ];
}

/** An access token of another administrator. */
async function logInAnother(name: string): Promise<string> {
  const another = { email: `${name}@example.com`, password: PASSWORD };
  await created('createUser', { ...another, role: 'admin' });
  return contents(expectStatus(await stack.send(`POST ${stack.path('login')}`, { json: another }), 200))
    .access_token;
}

/** The person and the session of an access token. */
async function whoIs(token: string): Promise<{ readonly user_id: string; readonly session_id: string }> {
  return contents(
    expectStatus(await stack.send(`GET ${stack.path('getMe')}`, { headers: bearer(token) }), 200),
  );
}

const CLIENT = {
  name: 'A client',
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'client_secret_basic',
};

/** Values that nobody can make up, by their place: ids, each of a thing that only this row is called with, and cursors. */
async function parametersOf(route: RouteId): Promise<Readonly<Record<string, string>>> {
  const cursors = tableCursors(stack.table);
  const cursor = async (position: string, list: CursorPlace['list']) => ({
    'query.cursor': (await cursors.seal(position, { tenantId: account.tenantId, list })) ?? '',
  });
  switch (route) {
    case 'getKey':
    case 'updateKey':
    case 'rotateKey':
    case 'revokeKey':
      return { 'path.id': (await stack.createKey(token)).id };
    case 'getUser':
    case 'updateUser':
    case 'removeUser':
    case 'resetUserPassword':
    case 'listUserSessions': {
      const json = { email: `${route}@example.com`, password: PASSWORD, role: 'editor' };
      return { 'path.id': await created('createUser', json) };
    }
    case 'endUserSessions': {
      const me = await whoIs(await logInAnother(route));
      return { 'path.id': me.user_id, 'query.session_id': me.session_id };
    }
    case 'updateFactor':
    case 'removeFactor':
      return { 'path.id': await addPasskey(stack, account) };
    case 'resetFactors':
      return {
        'path.id': await created('createUser', { email: `${route}@example.com`, password: PASSWORD }),
      };
    case 'getWorkspace':
      return { 'path.id': account.workspaceId };
    case 'updateWorkspace':
    case 'deleteWorkspace':
      return { 'path.id': await created('createWorkspace', { name: route }) };
    case 'getClient':
    case 'rotateClientSecret':
    case 'deleteClient':
      return { 'path.id': await created('createClient', CLIENT) };
    case 'resendInvitation':
    case 'revokeInvitation':
      return { 'path.id': await created('createInvitation', { email: `${route}@example.com` }) };
    case 'disconnectApp':
      return { 'path.id': await connectApp(stack, account) };
    case 'endSession':
      return { 'path.id': (await whoIs(await stack.logIn(account))).session_id };
    case 'getProtectedResourceBelow':
      return { 'path.resource': 'v1' };
    case 'authorize':
      // Together they are longer than a URL may be.
      return Object.fromEntries(PARAMETERS.map((name) => [`query.${name}`, 'made-up']));
    case 'finishProviderSignIn':
      // As long as they may be, they make a longer URL too.
      return Object.fromEntries(
        ['state', 'code', 'iss', 'error'].map((name) => [`query.${name}`, 'made-up']),
      );
    case 'getUsage':
      return { 'query.key_id': account.keyId };
    case 'listKeyUsage':
      return { 'query.key_ids': account.keyId };
    case 'listKeys':
      return cursor(account.keyId, 'keys');
    case 'listUsers':
      return cursor(account.userId, 'users');
    case 'listInvitations':
      return cursor(account.userId, 'invitations');
    case 'listAudit':
      return cursor('1', 'audit');
    case 'downloadAccount':
      return cursor('keys ', 'account');
    case 'exportTenant':
      return cursor('workspaces ', 'export');
    default:
      return {};
  }
}

async function created(route: RouteId, json: object): Promise<string> {
  const response = await stack.send(`POST ${stack.path(route)}`, { headers: bearer(token), json });
  return contents(expectStatus(response, 201)).id;
}
