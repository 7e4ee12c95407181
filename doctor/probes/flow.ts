import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Api, type ApiResponse, findField, findText } from '../api.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import { said } from './gateway.ts';

/** A JWT has three parts (RFC 7519); a key of ours ends in 50 letters and digits. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const KEY = /^[A-Za-z][\w-]*[_-][0-9A-Za-z]{50}$/;
/** The usage keys of a stack that was just made took 30 to 40 minutes, as was reported (docs/aws-facts.md, 5). */
const USAGE_KEY_SECONDS = 45 * 60;
/** More calls than this in a minute are not made only to be refused. */
const MOST_CALLS = 600;

/** The ids of a throw-away tenant, by which it can be removed. */
export interface Trace {
  email: string;
  tenantId?: string;
  readonly keys: string[];
  readonly tokens: string[];
}

/** How the flow waits for the usage keys of a new stack. */
export interface Waiting {
  /** @default 45 minutes, and not at all for a stack of this machine */
  readonly patienceSeconds?: number;
  /** @default 5 s */
  readonly pauseMilliseconds?: number;
  /** Is told that it waits, once a minute. */
  readonly say?: (line: string) => void;
}

/** The main flow, with a tenant that is made for it. */
export class Flow {
  readonly #api: Api;
  readonly #waiting: Required<Waiting>;
  readonly trace: Trace = { email: `doctor-${randomUUID()}@example.com`, keys: [], tokens: [] };
  readonly #password = `Aa1!${randomBytes(18).toString('base64url')}`;
  isWorking = false;

  constructor(api: Api, waiting: Waiting = {}) {
    this.#api = api;
    this.#waiting = {
      patienceSeconds: new URL(api.url).protocol === 'https:' ? USAGE_KEY_SECONDS : 0,
      pauseMilliseconds: 5_000,
      say: () => undefined,
      ...waiting,
    };
  }

  probes(): readonly Probe[] {
    return [
      { id: 'onboard', subject: 'Onboarding', run: () => this.#onboard() },
      { id: 'usage-key', subject: 'The first call with a key', settles: [4], run: () => this.#firstCall() },
      {
        id: 'login',
        subject: 'Login and Argon2id on the runtime',
        settles: [10],
        run: this.after(() => this.#login()),
      },
      { id: 'scope', subject: 'INVALID_API_KEY', settles: [3], run: this.after(() => this.#smallKey()) },
      { id: 'limit', subject: 'A usage plan of zero', settles: [2], run: this.after(() => this.#limit()) },
      { id: 'revocation', subject: 'Revocation', run: this.after(() => this.#revoke()) },
    ];
  }

  /** A probe that stands on this flow: it runs if the tenant is let in. */
  after(run: () => Promise<Result>): () => Promise<Result> {
    return async () => (this.isWorking ? run() : notChecked('The main flow stopped before.'));
  }

  /** The headers of the tenant's administrator. */
  get administrator(): Record<string, string> {
    return { authorization: `Bearer ${this.trace.tokens[0]}` };
  }

  async #onboard(): Promise<Result> {
    const { email } = this.trace;
    const response = await this.call('onboard', {}, { email, password: this.#password });
    const key = findText(response.json, KEY);
    const tenantId = findField(response.json, 'tenant_id');
    if (tenantId !== undefined) this.trace.tenantId = tenantId;
    if (response.status !== 201 || key === undefined)
      return wrong(`Onboarding answers ${said(response)}.`, 'See the log of the function "accounts".');
    this.trace.keys.push(key);
    return ok(`A tenant and its first key were made in ${response.milliseconds} ms.`);
  }

  /** A proven key that is refused as INVALID_API_KEY: its usage key is not known yet, or never asked for. */
  async #firstCall(): Promise<Result> {
    const [key] = this.trace.keys;
    if (key === undefined) return notChecked('There is no key to call with.');
    const { patienceSeconds, pauseMilliseconds, say } = this.#waiting;
    const started = Date.now();
    for (let saidAt = 0; ; ) {
      const response = await this.call('getMe', { authorization: `Bearer ${key}` });
      if (response.status === 200) {
        this.isWorking = true;
        const seconds = Math.round((Date.now() - started) / 1000);
        return ok(`The key works${seconds < 2 ? ' at once' : `; its usage key took ${seconds} s`}.`);
      }
      const keySource = response.errorType === 'ForbiddenException';
      if (keySource && Date.now() - started < patienceSeconds * 1000) {
        if (Date.now() - saidAt >= 60_000) {
          const waited = Math.round((Date.now() - started) / 1000);
          say(`Waiting for the stack's usage keys to work: ${waited} s of at most ${patienceSeconds}.`);
          saidAt = Date.now();
        }
        await delay(pauseMilliseconds);
        continue;
      }
      if (keySource) {
        return wrong(
          'A good key is refused as INVALID_API_KEY: the API does not take usage keys from the authorizer (API key source), or its plan does not know the key.',
          'The API key source must be AUTHORIZER (apiKeySourceType in lib/front-door.ts): deploy the template again, then the stage.',
        );
      }
      return wrong(`A good key answers ${said(response)}.`, 'See the log of the function "authorizer".');
    }
  }

  async #login(): Promise<Result> {
    const { email } = this.trace;
    const response = await this.call('login', {}, { email, password: this.#password });
    const token = findText(response.json, TOKEN);
    if (response.status !== 200 || token === undefined)
      return wrong(
        `Login answers ${said(response)}.`,
        'See the log of the function "accounts": Argon2id takes Node 24.7.',
      );
    this.trace.tokens.push(token);
    const me = await this.call('getMe', { authorization: `Bearer ${token}` });
    return me.status === 200
      ? ok(`Login works, Argon2id included, in ${response.milliseconds} ms; its token is taken.`)
      : wrong(
          `A fresh token answers ${said(me)}.`,
          'See the log of the function "authorizer", and the published keys.',
        );
  }

  /** A key with the default scopes, of which none manages: proven, and refused by a usage key that no plan has. */
  async #smallKey(): Promise<Result> {
    const created = await this.create({ name: 'doctor: a small key' });
    if (typeof created !== 'string') return created;
    const response = await this.call('createKey', { authorization: `Bearer ${created}` }, { name: 'never' });
    this.refusals.push(response);
    const said403 = response.status === 403 && (await this.#api.isError(response));
    const challenge = response.headers.get('www-authenticate') ?? '';
    if (said403 && !challenge.includes('error="insufficient_scope"'))
      return wrong(
        `A 403 has ${challenge === '' ? 'no WWW-Authenticate' : `WWW-Authenticate: ${challenge}`}, where RFC 6750, 3.1 has error="insufficient_scope".`,
        "Deploy the template again (lib/gateway-responses.ts). With challenges: 'context', set 'static' in latchkey.config.ts.",
      );
    return said403 && response.errorType !== null
      ? ok('A key that may too little is a 403 with the reason, from API Gateway itself.')
      : wrong(
          `A key that may too little answers ${said(response)}: the gateway response INVALID_API_KEY is missing or changed, or an unknown usage key is not refused.`,
          'Deploy the template again; lib/gateway-responses.ts has it. The functions refuse too, but it should not come so far.',
        );
  }

  /** A key over its limit gets the usage key of a plan of zero: API Gateway must answer THROTTLED. */
  async #limit(): Promise<Result> {
    const created = await this.create({ name: 'doctor: over its limit' });
    if (typeof created !== 'string') return created;
    const call = () => this.call('getMe', { authorization: `Bearer ${created}` });
    const limit = Number((await call()).headers.get('x-ratelimit-limit') ?? Number.POSITIVE_INFINITY);
    if (limit > MOST_CALLS) return notChecked(`The limit is ${limit} calls a minute: too many to try.`);
    // A minute may end in between: then the next has room for all of them again.
    for (let made = 0; made < 2 * limit + 20; made += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, call));
      const refused = answers.find(({ status }) => status !== 200);
      if (refused === undefined) continue;
      this.refusals.push(refused);
      const retryAfter = refused.headers.get('retry-after') ?? '';
      if (refused.status === 429 && refused.errorType !== null && (await this.#api.isError(refused)))
        return /^\d+$/.test(retryAfter)
          ? ok(
              `gatewayFacts.zeroPlanThrottles may be true: over ${limit} calls a minute API Gateway answers 429, with Retry-After: ${retryAfter}.`,
            )
          : wrong(
              'A 429 has no Retry-After: API Gateway maps no header from the context.',
              'Set gatewayContextHeaders: false in latchkey.config.ts and deploy: Retry-After is then a fixed time (docs/adr/0083-headers-without-the-context.md).',
            );
      return wrong(
        `Over its limit a key answers ${said(refused)}: the gateway response THROTTLED is missing or changed, or a plan of 0/0 does not throttle.`,
        'Deploy the template again (lib/usage-plans.ts, lib/gateway-responses.ts). If it stays so, reopen ADR 0002.',
      );
    }
    return wrong(
      `A key with a limit of ${limit} calls a minute made twice as many.`,
      'The plan "exhausted" must have a rate and a burst of 0 (lib/usage-plans.ts): look whether it has.',
    );
  }

  async #revoke(): Promise<Result> {
    const created = await this.create({ name: 'doctor: to be revoked' });
    if (typeof created !== 'string') return created;
    const ways = await this.#api.waysToPresent(created);
    const use = () => Promise.all(ways.map((way) => this.call('getMe', way)));
    const refused = (await use()).find(({ status }) => status !== 200);
    if (refused !== undefined)
      return wrong(`A new key answers ${said(refused)}.`, 'See the log of the function "authorizer".');
    const revoked = await this.#revokeKey(this.#lastId ?? '');
    const letIn = (await use()).find(({ status }) => status !== 401);
    if (revoked.status >= 300)
      return wrong(`Revoking answers ${said(revoked)}.`, 'See the log of the function "management".');
    return letIn === undefined
      ? ok('The very next call with a revoked key is a 401.')
      : wrong(
          `The next call with a revoked key answers ${said(letIn)}: the authorizer's results are cached.`,
          'The authorizer must have no cache (lib/front-door.ts): deploy the template again.',
        );
  }

  /** Answers of API Gateway's own to a caller who was recognised: a 403 and a 429. */
  readonly refusals: ApiResponse[] = [];

  #lastId: string | undefined;
  lastStatus: number | undefined;

  /** A key, or what is wrong. */
  async create(fields: object): Promise<string | Result> {
    const response = await this.call(
      'createKey',
      { authorization: `Bearer ${this.trace.tokens[0]}` },
      fields,
    );
    this.lastStatus = response.status;
    const key = findText(response.json, KEY);
    if (response.status !== 201 || key === undefined)
      return wrong(`Making a key answers ${said(response)}.`, 'See the log of the function "management".');
    this.trace.keys.push(key);
    this.#lastId = findField(response.json, 'id');
    return key;
  }

  async #revokeKey(id: string): Promise<ApiResponse> {
    const { method, path } = await this.#api.operation('revokeKey');
    return this.#api.call(method, path.replace(/\{\w+\}/, id), {
      authorization: `Bearer ${this.trace.tokens[0]}`,
    });
  }

  /** A call of an operation, in its method unless another is given. */
  async call(
    operationId: string,
    headers: Record<string, string>,
    body?: object,
    otherMethod?: string,
  ): Promise<ApiResponse> {
    const { method, path } = await this.#api.operation(operationId);
    return this.#api.call(otherMethod ?? method, path, headers, body);
  }
}
