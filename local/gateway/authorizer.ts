import type { Invocation } from '../lambda/function.ts';
import type { ApiDefinition, AuthorizerDefinition } from './api-definition.ts';
import { type ApiRequest, header, lastValues } from './api-request.ts';
import { GatewayFailure } from './failure.ts';
import { type Decision, evaluatePolicy } from './policy.ts';
import { lookUp, type RequestContext } from './request-context.ts';
import { ResultCache } from './result-cache.ts';
import type { Route } from './router.ts';

/** An authorizer's verdict on a request. */
export interface Authorization {
  readonly decision: Decision;
  /** `$context.authorizer`: the authorizer's context, all of it strings, and the principal. */
  readonly context: Readonly<Record<string, string>>;
  readonly usageIdentifierKey?: string;
}

interface Output {
  readonly principalId: string;
  readonly policyDocument: unknown;
  readonly context: Readonly<Record<string, string>>;
  readonly usageIdentifierKey?: string;
}

export interface AuthorizerInput {
  readonly api: ApiDefinition;
  readonly request: ApiRequest;
  readonly route: Route;
  readonly context: RequestContext;
  readonly methodArn: string;
}

/** A Lambda authorizer of the API, with its cache of results. */
export class Authorizer {
  readonly #definition: AuthorizerDefinition;
  readonly #invoke: (event: object) => Promise<Invocation>;
  readonly #cache: ResultCache<Output>;

  constructor(
    definition: AuthorizerDefinition,
    invoke: (event: object) => Promise<Invocation>,
    now: () => number,
  ) {
    this.#definition = definition;
    this.#invoke = invoke;
    this.#cache = new ResultCache(definition.cacheSeconds, now);
  }

  /** Asks the authorizer. Throws UNAUTHORIZED or one of the two AUTHORIZER_ failures; a denial is a result. */
  async authorize(input: AuthorizerInput): Promise<Authorization> {
    const { identitySources, cacheSeconds } = this.#definition;
    const identities = identitySources.map((source) => identityOf(source, input));
    // "…missing, null, or empty, API Gateway returns a 401 Unauthorized response without calling the authorizer",
    // which the guide ties to caching; a TOKEN authorizer has one source, which it always needs.
    const needed = cacheSeconds > 0 || this.#definition.type === 'TOKEN';
    if (needed && identities.some((identity) => !identity))
      throw new GatewayFailure('UNAUTHORIZED', 'no identity source');
    const output = await this.#cache.of(identities, () => this.#ask(input, identities));
    return {
      decision: evaluatePolicy(output.policyDocument, input.methodArn),
      context: { ...withoutReservedNames(output.context), principalId: output.principalId },
      ...(output.usageIdentifierKey === undefined ? {} : { usageIdentifierKey: output.usageIdentifierKey }),
    };
  }

  async #ask(input: AuthorizerInput, identities: readonly (string | undefined)[]): Promise<Output> {
    const { type } = this.#definition;
    const invocation = await this.#invoke(
      type === 'TOKEN'
        ? { type, methodArn: input.methodArn, authorizationToken: identities[0] }
        : requestEvent(input),
    );
    switch (invocation.kind) {
      case 'returned':
        return readOutput(JSON.parse(invocation.payload));
      case 'failed':
        if (invocation.error.errorMessage === 'Unauthorized') throw new GatewayFailure('UNAUTHORIZED');
        throw new GatewayFailure('AUTHORIZER_FAILURE', invocation.error.errorMessage);
      default:
        // "The gateway response for failing to connect to a custom or Lambda authorizer."
        throw new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', `the authorizer is ${invocation.kind}`);
    }
  }
}

/**
 * `$context.authorizer.*` names that API Gateway fills itself, so that a function's value cannot be relied on
 * (developer guide, "Variables for access logging"). The strictest reading: it is not there.
 */
const RESERVED_NAMES = new Set([
  'claims',
  'error',
  'integrationLatency',
  'integrationStatus',
  'latency',
  'property',
  'requestId',
  'status',
]);

function withoutReservedNames(context: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).filter(([name]) => !RESERVED_NAMES.has(name)));
}

/** The event of a REQUEST authorizer (developer guide, api-gateway-lambda-authorizer-input); what is empty is `{}`. */
function requestEvent({ api, request, route, context, methodArn }: AuthorizerInput): object {
  return {
    type: 'REQUEST',
    methodArn,
    resource: context.resourcePath,
    path: request.eventPath,
    httpMethod: request.method,
    headers: lastValues(request.headers),
    multiValueHeaders: request.headers,
    queryStringParameters: lastValues(request.query),
    multiValueQueryStringParameters: request.query,
    pathParameters: route.pathParameters,
    stageVariables: api.stage.variables,
    requestContext: context,
  };
}

function identityOf(source: string, { api, request, context }: AuthorizerInput): string | undefined {
  const [, place, name = ''] =
    /^(method\.request\.header|method\.request\.querystring|stageVariables|context)\.(.+)$/.exec(source) ??
    [];
  switch (place) {
    case 'method.request.header':
      return header(request, name);
    case 'method.request.querystring':
      return request.query[name]?.at(-1);
    case 'stageVariables':
      return api.stage.variables[name];
    default:
      return lookUp(context, name);
  }
}

/** Checks an authorizer's output (developer guide, api-gateway-lambda-authorizer-output). */
function readOutput(output: unknown): Output {
  const malformed = (reason: string) => new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', reason);
  if (typeof output !== 'object' || output === null) throw malformed('the output is no object');
  const { principalId, policyDocument, context, usageIdentifierKey } = output as Record<string, unknown>;
  if (typeof principalId !== 'string') throw malformed('principalId is no string');
  if (
    usageIdentifierKey !== undefined &&
    usageIdentifierKey !== null &&
    typeof usageIdentifierKey !== 'string'
  ) {
    throw malformed('usageIdentifierKey is no string');
  }
  const entries = Object.entries(context ?? {}).map(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw malformed(`context.${name} is no plain value`);
    return [name, String(value)] as const;
  });
  return {
    principalId,
    policyDocument,
    context: Object.fromEntries(entries),
    ...(typeof usageIdentifierKey === 'string' ? { usageIdentifierKey } : {}),
  };
}
