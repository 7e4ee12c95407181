import { header } from '../gateway/api-request.ts';
import { GatewayFailure } from '../gateway/failure.ts';
import { evaluatePolicy } from '../gateway/policy.ts';
import { lookUp } from '../gateway/request-context.ts';
import { ResultCache } from '../gateway/result-cache.ts';
import type { Invocation } from '../lambda/function.ts';
import type { HttpAuthorizerDefinition } from './definition.ts';
import { authorizerEvent, contextV2, type RoutedRequest } from './event.ts';
import { HttpApiFailure } from './failure.ts';

/** What a Lambda authorizer has said, before it is asked of one route. */
interface Verdict {
  /** Of a simple response. */
  readonly isAuthorized?: boolean;
  /** Of a policy. */
  readonly policyDocument?: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A Lambda authorizer of an HTTP API, with its cache of results (developer guide, http-api-lambda-authorizer). */
export class HttpAuthorizer {
  readonly #definition: HttpAuthorizerDefinition;
  readonly #invoke: (event: object) => Promise<Invocation>;
  readonly #cache: ResultCache<Verdict>;

  constructor(
    definition: HttpAuthorizerDefinition,
    invoke: (event: object) => Promise<Invocation>,
    now: () => number,
  ) {
    this.#definition = definition;
    this.#invoke = invoke;
    this.#cache = new ResultCache(definition.cacheSeconds, now);
  }

  /**
   * The context of who is let in. Throws 401 without an identity source, 403 for who is not let in, and 500 where there is
   * no verdict: what the function throws is no 401 here, whatever its message, as AWS documents none.
   */
  async authorize(routed: RoutedRequest, arn: string): Promise<Readonly<Record<string, unknown>>> {
    const identities = this.#definition.identitySources.map((source) => identityOf(source, routed));
    // "If the client's request doesn't include the identity sources, API Gateway doesn't invoke your Lambda authorizer."
    if (!identities.every((identity) => identity !== undefined && identity !== ''))
      throw new HttpApiFailure(401, 'no identity source');
    // One result serves every route, unless `$context.routeKey` is an identity source.
    const known = identities as readonly string[];
    const verdict = await this.#cache.of(known, () => this.#ask(routed, arn, known));
    if (!isAllowed(verdict, arn)) throw new HttpApiFailure(403, 'not authorized');
    return verdict.context;
  }

  async #ask(routed: RoutedRequest, arn: string, identities: readonly string[]): Promise<Verdict> {
    const { payloadVersion, answersSimply } = this.#definition;
    const invocation = await this.#invoke(authorizerEvent(routed, payloadVersion, { arn, identities }));
    if (invocation.kind !== 'returned') {
      const reason = invocation.kind === 'failed' ? invocation.error.errorMessage : invocation.kind;
      throw new HttpApiFailure(500, `the authorizer: ${reason}`);
    }
    const output = JSON.parse(invocation.payload) as Partial<Verdict & { principalId: unknown }> | null;
    const { isAuthorized, policyDocument, principalId, context = {} } = output ?? {};
    if (answersSimply) {
      if (typeof isAuthorized !== 'boolean') throw new HttpApiFailure(500, 'isAuthorized is no boolean');
      return { isAuthorized, context };
    }
    if (typeof principalId !== 'string') throw new HttpApiFailure(500, 'principalId is no string');
    return { policyDocument, context };
  }
}

function isAllowed({ isAuthorized, policyDocument }: Verdict, arn: string): boolean {
  if (isAuthorized !== undefined) return isAuthorized;
  try {
    return evaluatePolicy(policyDocument, arn) === 'allowed';
  } catch (error) {
    if (error instanceof GatewayFailure) throw new HttpApiFailure(500, error.message);
    throw error;
  }
}

/** The value of a selection expression (same page, "Identity sources"). */
export function identityOf(source: string, routed: RoutedRequest): string | undefined {
  const [, place, name = ''] =
    /^\$(request\.header|request\.querystring|stageVariables|context)\.(.+)$/.exec(source) ?? [];
  switch (place) {
    case 'request.header':
      return header(routed.request, name);
    case 'request.querystring':
      return routed.request.query[name]?.join(',');
    case 'stageVariables':
      return routed.stage.variables[name];
    case 'context':
      return lookUp({ ...contextV2(routed), authorizer: routed.authorizer }, name);
    default:
      return undefined;
  }
}
