import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import { TokenBucket } from './token-bucket.ts';
import type { UsageKey, UsageKeys } from './usage-keys.ts';

/** The rate that all calls share, and the rates of single operations (API Gateway, "Quotas for creating, deploying and managing a REST API"). */
const ALL_CALLS = { ratePerSecond: 10, burst: 40 };
const OWN_LIMITS: Readonly<Record<string, { readonly ratePerSecond: number; readonly burst: number }>> = {
  'POST /apikeys': { ratePerSecond: 5, burst: 5 },
  'DELETE /apikeys/*': { ratePerSecond: 5, burst: 5 },
};

const DEFAULT_PAGE = 25;
const LARGEST_PAGE = 500;

interface Request {
  /** The path's parameters, in their order. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: a body, whose members are checked where they are read.
  readonly body: any;
}

interface Result {
  readonly status: number;
  readonly body?: object;
}

/**
 * The calls of API Gateway's control plane that concern API keys and the plans that they are in, with the answers,
 * limits and error names of its API reference. Everything else of it is refused.
 */
export class ControlPlane {
  readonly #keys: UsageKeys;
  readonly #quota: number;
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param quota how many API keys the account may have */
  constructor(keys: UsageKeys, quota: number) {
    this.#keys = keys;
    this.#quota = quota;
  }

  async serve(call: AwsCall): Promise<AwsAnswer> {
    const { pathname, searchParams } = new URL(call.path, 'http://localhost');
    const segments = pathname.slice(1).split('/').map(decodeURIComponent);
    const route = `${call.action} /${segments.map((part, index) => (index % 2 === 0 ? part : '*')).join('/')}`;
    const handle = Object.hasOwn(this.#routes, route) ? this.#routes[route] : undefined;
    if (handle === undefined) {
      const message = `${call.action} ${pathname} is not served by the local stack.`;
      throw new AwsError('UnknownOperationException', message, 501);
    }
    this.#take('', ALL_CALLS);
    const own = OWN_LIMITS[route];
    if (own !== undefined) this.#take(route, own);
    const ids = segments.filter((_, index) => index % 2 === 1);
    const { status, body } = handle({ ids, query: searchParams, body: parsed(call.body) });
    return {
      status,
      body: body === undefined ? '' : JSON.stringify(body),
      contentType: 'application/json',
    };
  }

  readonly #routes: Readonly<Record<string, (request: Request) => Result>> = {
    'POST /apikeys': ({ body }) => this.#createKey(body),
    'GET /apikeys': ({ query }) => ({
      status: 200,
      body: page(this.#keys.all(), query, (key) => keyView(key, query.get('includeValues') === 'true')),
    }),
    'GET /apikeys/*': ({ ids: [id = ''], query }) => ({
      status: 200,
      body: keyView(this.#key(id), query.get('includeValue') === 'true'),
    }),
    'PATCH /apikeys/*': ({ ids: [id = ''], body }) => this.#patchKey(id, body),
    'DELETE /apikeys/*': ({ ids: [id = ''] }) => {
      this.#keys.delete(this.#key(id).id);
      return { status: 202 };
    },
    'GET /usageplans': ({ query }) => ({
      status: 200,
      body: page(
        this.#keys.plans().map((id) => ({ id })),
        query,
        (plan) => plan,
      ),
    }),
    'GET /usageplans/*': ({ ids: [id = ''] }) => ({ status: 200, body: { id: this.#plan(id) } }),
    'DELETE /usageplans/*': ({ ids: [id = ''] }) => {
      this.#keys.deletePlan(this.#plan(id));
      return { status: 202 };
    },
    'POST /usageplans/*/keys': ({ ids: [planId = ''], body }) => this.#joinPlan(planId, body),
    'GET /usageplans/*/keys': ({ ids: [planId = ''], query }) => ({
      status: 200,
      body: page(this.#keys.in(this.#plan(planId)), query, planKeyView),
    }),
    'GET /usageplans/*/keys/*': ({ ids: [planId = '', keyId = ''] }) => ({
      status: 200,
      body: planKeyView(this.#planKey(planId, keyId)),
    }),
    'DELETE /usageplans/*/keys/*': ({ ids: [planId = '', keyId = ''] }) => {
      this.#keys.leave(planId, this.#planKey(planId, keyId).id);
      return { status: 202 };
    },
  };

  #createKey({ name, description, enabled, value, ...others }: Request['body']): Result {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw badRequest(`The local stack does not emulate ${unknown} of an API key.`);
    // "20 to 128 alphanumeric characters" (developer guide, api-gateway-api-usage-plans).
    if (value !== undefined && !/^[0-9A-Za-z]{20,128}$/.test(value)) {
      throw badRequest('API Key value should be 20 to 128 alphanumeric characters');
    }
    // Recorded by users: serverless-add-api-key#27.
    if (this.#keys.withValue(value) !== undefined)
      throw new AwsError('ConflictException', 'API Key already exists', 409);
    if (this.#keys.all().length >= this.#quota) {
      throw new AwsError('LimitExceededException', 'API Keys limit exceeded', 429);
    }
    return { status: 201, body: keyView(this.#keys.create({ name, description, enabled, value }), true) };
  }

  #patchKey(id: string, { patchOperations = [] }: Request['body']): Result {
    const key = this.#key(id);
    for (const { op, path, value } of patchOperations) {
      if (op !== 'replace' || path !== '/enabled')
        throw badRequest(`The local stack does not emulate ${op} ${path}.`);
      this.#keys.setEnabled(key.id, value === 'true');
    }
    return { status: 200, body: keyView(this.#key(id), false) };
  }

  #joinPlan(id: string, { keyId = '', keyType }: Request['body']): Result {
    const planId = this.#plan(id);
    if (keyType !== 'API_KEY') throw badRequest('Invalid key type specified');
    const key = this.#key(keyId);
    // One key is in one plan of a stage; the plans here are all of one stage.
    if (this.#keys.plansOf(key.id).length > 0) {
      throw new AwsError('ConflictException', `${key.id} is already in a usage plan with this stage`, 409);
    }
    this.#keys.join(planId, key.id);
    return { status: 201, body: planKeyView(key) };
  }

  #key(id: string): UsageKey {
    const key = this.#keys.get(id);
    if (key !== undefined) return key;
    throw new AwsError('NotFoundException', 'Invalid API Key identifier specified', 404);
  }

  #plan(id: string): string {
    if (this.#keys.plans().includes(id)) return id;
    throw new AwsError('NotFoundException', 'Invalid Usage Plan ID specified', 404);
  }

  #planKey(planId: string, keyId: string): UsageKey {
    const key = this.#keys.in(this.#plan(planId)).find(({ id }) => id === keyId);
    if (key !== undefined) return key;
    throw new AwsError('NotFoundException', 'Invalid API Key identifier specified', 404);
  }

  #take(name: string, { ratePerSecond, burst }: { ratePerSecond: number; burst: number }): void {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(ratePerSecond, burst, this.#keys.now());
    this.#buckets.set(name, bucket);
    if (bucket.take(this.#keys.now())) return;
    throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
  }
}

function parsed(body: Buffer): Request['body'] {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw badRequest('Invalid JSON');
  }
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message, 400);
}

/** A page of a listing: at most `limit`, after `position`, which is the id that the last one ended with. */
function page<Listed extends { readonly id: string; readonly name?: string }>(
  all: readonly Listed[],
  query: URLSearchParams,
  view: (listed: Listed) => object,
): object {
  const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) throw badRequest('Invalid limit');
  const position = query.get('position') ?? '';
  const prefix = query.get('name') ?? '';
  const rest = all.filter((each) => each.id > position && (each.name ?? '').startsWith(prefix));
  const items = rest.slice(0, limit);
  return {
    item: items.map(view),
    ...(rest.length > limit ? { position: items.at(-1)?.id } : {}),
  };
}

function keyView(key: UsageKey, withValue: boolean): object {
  const seconds = Math.floor(key.createdEpochMilliseconds / 1000);
  return {
    id: key.id,
    name: key.name,
    ...(key.description === undefined ? {} : { description: key.description }),
    enabled: key.enabled,
    createdDate: seconds,
    lastUpdatedDate: seconds,
    stageKeys: [],
    ...(withValue ? { value: key.value } : {}),
  };
}

function planKeyView({ id, name, value }: UsageKey): object {
  return { id, type: 'API_KEY', name, value };
}
