import { randomUUID } from 'node:crypto';
import { decide } from '../access/decide.ts';
import type { DecisionContext } from '../access/decision.ts';
import { METHODS } from '../contract/access.ts';
import { errorCodeOf } from '../contract/profile.ts';
import { coversScope, type Scope } from '../contract/scopes.ts';
import { challenges } from '../http/challenge.ts';
import { contextOf } from '../http/identity.ts';
import { requestIdOf } from '../http/request-id.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import { isUnambiguousPath, UNAMBIGUOUS_PATH } from '../kernel/unambiguous-path.ts';
import { clientAddress } from './client-address.ts';
import type { Identity } from './identity.ts';
import { outcomeOf, type Refusal, refusalOf, type Verified } from './outcome.ts';
import { type Demand, demandAt, demandOf, parseRule, parseRules, type Rule, type Rules } from './rules.ts';

/** A request, as it came. */
export interface VerifyRequest {
  readonly method: string;
  /** As it was called: undecoded, without the query. */
  readonly path: string;
  /** All values of each header, however its name is spelled. */
  readonly headers: HeaderValues;
  /** The caller's: the peer's of the connection, or what {@link Verifier.addressOf} makes of it. */
  readonly sourceAddress: string;
  /** @default - the caller's `X-Request-ID`, else a new one */
  readonly requestId?: string | undefined;
  /**
   * Whether a CORS preflight may go on, without a credential: only to what tells OPTIONS from the methods that it is asked
   * about, as routers do. Anything else would do for nobody what it does for proven callers.
   *
   * @default false - it is a 405, as every OPTIONS
   */
  readonly passesPreflights?: boolean | undefined;
}

/** What a verifier tells of a request that it has decided on. It has no header, no body and no credential. */
export interface DecisionNote {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** 200 for one that may go on. */
  readonly status: number;
  /** The profile's name of the error; absent of one that may go on. */
  readonly code?: string;
  readonly tenant?: string;
  readonly principal?: string;
  readonly milliseconds: number;
}

export interface VerifierChoices {
  /** What routes take, by method and path. @default - each the scope of its method, as behind the API */
  readonly rules?: Rules;
  /** Proxies of your own in front, each of which adds to `X-Forwarded-For`; behind an ALB 1. @default 0 */
  readonly trustedProxies?: number;
  /** Where clients read who issues tokens (RFC 9728), for `WWW-Authenticate`; null for none. @default - the API's */
  readonly resourceMetadataUrl?: string | null;
  /** Takes what was decided, for logs and metrics. It must not throw. @default - nothing is told */
  readonly onDecision?: (note: DecisionNote) => void;
  /** Takes why there could be no decision: the request is a 503 then. @default - one line on stderr */
  readonly onError?: (error: unknown) => void;
}

/** Everything that decisions are made of, but for what each request takes. */
export interface VerifierContext extends Omit<DecisionContext, 'access'> {
  /** The profile's error body, as `VerifySettings` has it. */
  readonly errorBody: unknown;
}

/** The row by which a request is decided here: the service's own, of which the API has none. */
const ROW = 'here';

/**
 * Decides requests in the process of a service, as the authorizer does: by one write each, which authenticates and counts.
 * Nothing is taken on trust and no decision is kept.
 */
export class Verifier {
  readonly trustedProxies: number;
  readonly #context: VerifierContext;
  readonly #choices: VerifierChoices;
  readonly #rules: ReturnType<typeof parseRules>;
  readonly #challenge: ReturnType<typeof challenges>;

  /** Throws a `SettingsError` for rules that are wrong. */
  constructor(context: VerifierContext, choices: VerifierChoices = {}) {
    const { rules = {}, trustedProxies = 0, resourceMetadataUrl = null } = choices;
    if (!Number.isInteger(trustedProxies) || trustedProxies < 0)
      throw new TypeError('trustedProxies: say how many proxies of yours stand in front, such as 1');
    this.trustedProxies = trustedProxies;
    this.#context = context;
    this.#choices = choices;
    this.#rules = parseRules(rules, this.#scopes);
    this.#challenge = challenges(resourceMetadataUrl);
  }

  get #scopes(): readonly Scope[] {
    return Object.keys(this.#context.deployment.rights.inclusion);
  }

  /** The caller's address, of a request that came from `peer`. */
  addressOf(peer: string | undefined, headers: HeaderValues): string {
    return clientAddress(peer ?? '', headers, this.trustedProxies);
  }

  /** Checks a route's own rule, once. Throws a `SettingsError` for a scope that is not declared. */
  checkedRule(rule: Rule | undefined): Rule | undefined {
    if (rule !== undefined) parseRule(rule, this.#scopes);
    return rule;
  }

  /** Whether a caller has a scope, by itself or by what includes it: for what a handler asks besides its rule. */
  covers({ scopes }: Pick<Identity, 'scopes'>, scope: Scope): boolean {
    return coversScope(scopes, scope, this.#context.deployment.rights.inclusion);
  }

  /**
   * Decides a request: by `rule`, else by the rules of its path, else by the scope of its method. Never rejects: where the
   * table cannot answer, that is a refusal too.
   */
  async verify(request: VerifyRequest, rule?: Rule): Promise<Verified | Refusal> {
    const started = performance.now();
    const requestId = request.requestId ?? requestIdOf(request.headers, randomUUID());
    const outcome = await this.#outcome(request, requestId, rule).catch((cause: unknown) => {
      // What is no problem of the request's: the table or a secret did not answer.
      const problem = cause instanceof Problem ? cause : new Problem('unavailable', { cause });
      if (problem !== cause) (this.#choices.onError ?? toStderr)(cause);
      return refusalOf(problem, requestId, this.#context);
    });
    this.#choices.onDecision?.({
      requestId,
      method: request.method,
      path: request.path,
      milliseconds: performance.now() - started,
      ...noteOf(outcome),
    });
    return outcome;
  }

  async #outcome(request: VerifyRequest, requestId: string, rule?: Rule): Promise<Verified | Refusal> {
    const { method, path, headers, sourceAddress: address } = request;
    if (!isUnambiguousPath(path)) throw new Problem('malformed_request', { message: UNAMBIGUOUS_PATH });
    const demand = this.#demand(method, path, rule);
    if (demand === 'public' || (request.passesPreflights === true && isPreflight(request)))
      return { isVerified: true, headers: {} };
    if (!METHODS.some((each) => each === method))
      throw new Problem('method_not_allowed', {
        message: `This path takes ${METHODS.join(', ')} only.`,
        allow: METHODS,
      });
    const context = {
      ...this.#context,
      access: { [ROW]: { ANY: demand.access } },
      deployment: { ...this.#context.deployment, pathScopes: demand.pathScopes },
    };
    const asked = { method, path, headers, address, resource: ROW };
    const decision = await decide(asked, context);
    const { profile, clock } = context;
    const fields = {
      ...contextOf(decision, requestId, clock(), (code) => errorCodeOf(profile, code)),
      ...this.#challenge(decision, asked, context),
    };
    const tier = decision.outcome === 'allowed' ? decision.tenant?.tier : undefined;
    return outcomeOf(fields, context, tier === undefined ? {} : { tier });
  }

  #demand(method: string, path: string, rule: Rule | undefined): Demand {
    return rule === undefined
      ? demandAt(method, path, this.#rules, this.#context.deployment.pathScopes)
      : demandOf(parseRule(rule, this.#scopes));
  }
}

/** A browser's question, which has no credential (Fetch standard, 3.2.2), and no other OPTIONS. */
function isPreflight({ method, headers }: VerifyRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headerValues(headers, 'origin').length === 1 &&
    headerValues(headers, 'access-control-request-method').length === 1
  );
}

function noteOf(outcome: Verified | Refusal) {
  if (!outcome.isVerified) return { status: outcome.status, code: outcome.code };
  const { identity } = outcome;
  return { status: 200, ...(identity && { tenant: identity.tenant, principal: identity.principal }) };
}

function toStderr(error: unknown): void {
  console.error(`latchkey/verify: no decision could be made: ${error}`);
}
