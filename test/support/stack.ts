import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { BackoffSubject } from '../../lambdas/attempts/backoff.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import type { Rights } from '../../lambdas/contract/rights.ts';
import type { RouteId } from '../../lambdas/contract/route-id.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { backoffKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import type { KeysetUse } from '../../lambdas/signing/control-facts.ts';
import { type Keyset, parseKeyset } from '../../lambdas/signing/keyset.ts';
import { routes } from '../../lambdas/table/index.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import { type LocalStack, type LocalStackOptions, startStack } from '../../local/stack.ts';
import { assemblyOf, type Configuration } from './assembly.ts';
import { type Judge, type Judged, judgeOf } from './documented.ts';
import { engineClient } from './dynamodb-engine.ts';
import { type HttpRequest, type HttpResponse, httpClient, type Send } from './http.ts';

/** The whole product on this machine for tests: the synthesized template behind a real port, and who calls it. */
export const PASSWORD = 'YourSecurePassword123!';

/** What onboarding gave. */
export interface Account {
  readonly email: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly workspaceId: string;
  readonly keyId: string;
  readonly apiKey: string;
}

export interface TestStack {
  readonly profile: Profile;
  /** The first path of a route in the profile. */
  path(id: RouteId): string;
  readonly local: LocalStack;
  readonly url: string;
  /** `WWW-Authenticate` of every 401 that API Gateway answers, and the beginning of every 403's. */
  readonly challenge: string;
  /** Sends a request. Throws when the answer is not what the profile's OpenAPI document says of it. */
  readonly send: Send;
  /** The same, whatever the document says of the answer. */
  readonly raw: Send;
  /** Throws when an answer to `METHOD /path` is not what the document says of it. */
  readonly requireDocumented: (target: string, response: Judged) => void;
  /** The table, for what no route can bring about. */
  readonly table: Table;
  /** What the functions and the gateway have printed since the start. */
  readonly lines: readonly string[];
  /** Creates an account with an address of its own. */
  onboard(email?: string): Promise<Account>;
  /** An access token of an account's administrator. */
  logIn(account: Account): Promise<string>;
  /** Creates an API key as the administrator; gives the profile's view of it, out of its envelope, with `id` and `key`. */
  // biome-ignore lint/suspicious/noExplicitAny: the view of a key, as the tests read it.
  createKey(token: string, fields?: Readonly<Record<string, unknown>>): Promise<any>;
  /** The signing keys of a use, private halves too. @default - of tokens */
  keyset(use?: KeysetUse): Promise<Keyset>;
  stop(): Promise<void>;
}

/** A tier that gets in nobody's way; of its keys as much as a tier can promise. */
export const ROOMY_TIER = {
  rate: 1000,
  burst: 5000,
  monthlyQuota: null,
  keyRequestsPerMinute: 2500,
  sessionRequestsPerMinute: 100_000,
  keys: 10_000,
};

let accounts = 0;

export async function startTestStack(
  configuration: Configuration,
  options: Partial<LocalStackOptions> = {},
): Promise<TestStack> {
  const settings = await loadSettings({
    ...configuration,
    config: configuration.config ?? {},
    isLocal: true,
  });
  const { profile } = settings;
  const path = (id: RouteId) => pathOf(id, profile);
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const local = await startStack({
    assemblyDir: await assemblyOf(configuration),
    log: { info: print, warn: print, error: print },
    // Most tests call a few of the functions: each is loaded when it is first called.
    warmsFunctions: false,
    ...options,
  });
  const { url, dynamodbEndpoint, secretsEndpoint, region, credentials, outputs } = local;
  const { send: sendAsIs, close } = httpClient(url);
  const judge = judgeFor(profile, deploymentOf(settings).rights);
  const requireDocumented = (target: string, response: Judged) => {
    const wrong = judge(target, response);
    if (wrong !== undefined) throw new Error(wrong);
  };
  const send: Send = async (target, request) => {
    const response = await sendAsIs(target, request);
    requireDocumented(target, response);
    return response;
  };
  const dynamodb = engineClient(dynamodbEndpoint, { region, credentials: () => credentials });
  const secrets = new SecretsManagerClient({ endpoint: secretsEndpoint, region, credentials });

  return {
    profile,
    path,
    local,
    url,
    challenge: `Bearer resource_metadata="${url}/.well-known/oauth-protected-resource"`,
    send,
    raw: sendAsIs,
    requireDocumented,
    lines,
    table: new Table(outputs.TableName ?? '', dynamodb),
    async onboard(email = `person${(accounts += 1)}@example.com`) {
      const response = await send(`POST ${path('onboard')}`, { json: { email, password: PASSWORD } });
      const body = contents(expectStatus(response, 201));
      return {
        email,
        tenantId: body.tenant_id,
        userId: body.user_id,
        workspaceId: body.workspace_id,
        keyId: body.key_id,
        apiKey: body.api_key,
      };
    },
    async logIn({ email }) {
      const response = await send(`POST ${path('login')}`, { json: { email, password: PASSWORD } });
      return contents(expectStatus(response, 200)).access_token;
    },
    async createKey(token, fields = {}) {
      const request = { headers: bearer(token), json: { name: 'a key', ...fields } };
      return contents(expectStatus(await send(`POST ${path('createKey')}`, request), 201));
    },
    async keyset(use = 'token') {
      const SecretId = use === 'token' ? outputs.KeysetSecretArn : outputs.AssertionSecretArn;
      const command = new GetSecretValueCommand({ SecretId });
      return parseKeyset((await secrets.send(command)).SecretString ?? '');
    },
    async stop() {
      close();
      secrets.destroy();
      await local.stop();
      // Of a team's own app there are functions that are not ours.
      const isOurs = options.stacks === undefined;
      keepRights(local, isOurs && settings.config.restoredTableStreamArn === null);
    },
  };
}

const judges = new Map<string, Judge>();

/** The judge by a deployment's document, made once for all stacks of this process. */
function judgeFor(profile: Profile, rights: Rights): Judge {
  const name = JSON.stringify([profile, rights]);
  const known = judges.get(name) ?? judgeOf(openApiDocument(routes, profile, rights));
  judges.set(name, known);
  return known;
}

/**
 * Leaves what the functions' roles were used for where `npm run rights` finds it, and fails when a role lacked a
 * right: whatever a test saw of that, the right is named here. On a restored table they are the same by another name.
 */
function keepRights(local: LocalStack, isReported: boolean): void {
  const rights = local.rights();
  const folder = process.env.LATCHKEY_RIGHTS;
  if (folder && isReported) writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(rights));
  const refused = [...new Set(rights.refused)];
  if (refused.length > 0) throw new Error(`A role lacks a right:\n${refused.join('\n')}`);
}

/** The response, when it has the status; else an error that shows all of it. */
export function expectStatus(response: HttpResponse, status: number): HttpResponse {
  if (response.status === status) return response;
  throw new Error(`${status} was expected, and this came: ${response.status} ${response.text}`);
}

function pathOf(id: RouteId, profile: Profile): string {
  const row = apiRows(routes, profile).find((each) => each.kind === 'route' && each.route.id === id);
  if (row === undefined) throw new Error(`The profile ${profile.name} has no route ${id}.`);
  return row.path;
}

/** What a response holds, out of the envelope that a profile may put it in. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
export function contents({ json }: HttpResponse): any {
  return json?.success === true && 'data' in json ? json.data : json;
}

/** The headers in which a profile takes an API key. */
export function keyHeader({ credentials }: Profile, key: string): Readonly<Record<string, string>> {
  return credentials.includes('x-api-key') ? apiKey(key) : bearer(key);
}

export function bearer(credential: string): { authorization: string } {
  return { authorization: `Bearer ${credential}` };
}

export function apiKey(key: string): { 'x-api-key': string } {
  return { 'x-api-key': key };
}

/** Calls with a key, in the header that every profile takes. */
export function withKey(key: string, request: HttpRequest = {}): HttpRequest {
  return { ...request, headers: { ...request.headers, ...apiKey(key) } };
}

/** Waits until the present counting window has at least `seconds` left, so that a count is not cut in two. */
export async function withinOneWindow(seconds: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < seconds * 1000) await sleep(left + 20);
}

/** Waits until a time as the API takes it is over. */
export async function untilPast(time: string): Promise<void> {
  await sleep(Math.max(0, Date.parse(time) - Date.now()) + 100);
}

/**
 * Makes the pause that an attempt since `since` (Unix seconds) has brought upon a subject a minute longer: the first is of
 * two seconds, which a busy machine may sit out between two calls. Throws when there is none.
 */
export async function prolongPause(
  { table }: TestStack,
  { id }: Pick<BackoffSubject, 'id'>,
  since: number,
): Promise<void> {
  const { blockedUntil } = (await table.get(backoffKey(id))) ?? {};
  if (Number(blockedUntil?.N ?? 0) < since + 2) throw new Error('There is no pause.');
  await table.update(backoffKey(id), {
    UpdateExpression: 'SET blockedUntil = blockedUntil + :minute',
    ExpressionAttributeValues: { ':minute': N(60) },
  });
}

/** A time `seconds` from now as the API takes it. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
