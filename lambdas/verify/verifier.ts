import { randomUUID } from 'node:crypto';
import { decide } from '../access/decide.ts';
import type { Decision, DecisionContext, DecisionRequest } from '../access/decision.ts';
import { METHODS } from '../contract/access.ts';
import { errorCodeOf } from '../contract/profile.ts';
import { coversScope, type Scope } from '../contract/scopes.ts';
import { challenges } from '../http/challenge.ts';
import { type DecidedRequest, decisionLine, failureLine } from '../http/decision-line.ts';
import { contextOf } from '../http/identity.ts';
import { requestIdOf } from '../http/request-id.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { gathering, metricLine, type Observation } from '../kernel/metrics.ts';
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
  /** Takes how every request ended, also those that are not decided on, such as of public routes. @default - nothing is told */
  readonly onDecision?: (note: DecisionNote) => void;
  /**
   * Where each decision is written as a line of JSON, of which CloudWatch takes what `metricDecisions` shows (embedded metric
   * format): `true` for stdout, a function for any other place, `false` for none.
   *
   * @default - stdout in a Lambda function, whose log CloudWatch reads; elsewhere none
   */
  readonly metrics?: boolean | ((line: string) => void);
  /** Takes why there could be no decision: the request is a 503 then. @default - one line on stderr */
  readonly onError?: (error: unknown) => void;
}

/** Everything that decisions are made of, but for what each request takes. */
export interface VerifierContext extends Omit<DecisionContext, 'access'> {
  /** The profile's error body, as `VerifySettings` has it. */
  readonly errorBody: unknown;
  readonly metricsNamespace: string;
  readonly allowedDecisionsPerLogLine: number;
}

/** Decides a request. Never rejects: where the table cannot answer, that is a refusal too. */
export type Decide = (request: VerifyRequest) => Promise<Verified | Refusal>;

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
  readonly #observe: (observation: Observation) => void;

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
    this.#observe = observing(choices.metrics ?? isOnLambda(), context);
  }

  get #scopes(): readonly Scope[] {
    return Object.keys(this.#context.deployment.rights.inclusion);
  }

  /** The caller's address, of a request that came from `peer`. */
  addressOf(peer: string | undefined, headers: HeaderValues): string {
    return clientAddress(peer ?? '', headers, this.trustedProxies);
  }

  /** Whether a caller has a scope, by itself or by what includes it: for what a handler asks besides its rule. */
  covers({ scopes }: Pick<Identity, 'scopes'>, scope: Scope): boolean {
    return coversScope(scopes, scope, this.#context.deployment.rights.inclusion);
  }

  /**
   * Decides a request: by the rules of its path, else by the scope of its method. Never rejects: where the table cannot
   * answer, that is a refusal too.
   */
  verify(request: VerifyRequest): Promise<Verified | Refusal> {
    return this.#verify(request);
  }

  /**
   * What decides the requests of a route that has a rule of its own, which is read once; without one it is {@link verify}.
   * Throws a `SettingsError` for a rule that is wrong.
   */
  route(rule?: Rule): Decide {
    const demand = rule === undefined ? undefined : demandOf(parseRule(rule, this.#scopes));
    return (request) => this.#verify(request, demand);
  }

  async #verify(request: VerifyRequest, demand?: Demand): Promise<Verified | Refusal> {
    const started = performance.now();
    const requestId = request.requestId ?? requestIdOf(request.headers, randomUUID());
    const outcome = await this.#outcome(request, requestId, demand).catch((cause: unknown) => {
      // What is no problem of the request's: the table or a secret did not answer.
      const problem = cause instanceof Problem ? cause : new Problem('unavailable', { cause });
      if (problem !== cause) tell(() => (this.#choices.onError ?? toStderr)(cause));
      return refusalOf(problem, requestId, this.#context);
    });
    const note = {
      requestId,
      method: request.method,
      path: request.path,
      milliseconds: performance.now() - started,
      ...noteOf(outcome),
    };
    tell(() => this.#choices.onDecision?.(note));
    return outcome;
  }

  async #outcome(
    request: VerifyRequest,
    requestId: string,
    ofRoute: Demand | undefined,
  ): Promise<Verified | Refusal> {
    const { method, path, headers, sourceAddress: address } = request;
    if (!isUnambiguousPath(path)) throw new Problem('malformed_request', { message: UNAMBIGUOUS_PATH });
    const demand = ofRoute ?? demandAt(method, path, this.#rules, this.#context.deployment.pathScopes);
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
    const decision = await this.#decided(asked, context, {
      requestId,
      headers,
      address,
      started: performance.now(),
      route: `${method} ${demand.route ?? '*'}`,
    });
    const { profile, clock } = context;
    const fields = {
      ...contextOf(decision, requestId, clock(), (code) => errorCodeOf(profile, code)),
      ...this.#challenge(decision, asked, context),
    };
    const tier = decision.outcome === 'allowed' ? decision.tenant?.tier : undefined;
    return outcomeOf(fields, context, tier === undefined ? {} : { tier });
  }

  /** Decides, and writes the line of it, as the authorizer does. */
  async #decided(asked: DecisionRequest, context: DecisionContext, line: DecidedRequest): Promise<Decision> {
    const decision = await decide(asked, context).catch((error: unknown) => {
      tell(() => this.#observe(failureLine(error, line)));
      throw error;
    });
    tell(() => this.#observe(decisionLine(decision, line)));
    return decision;
  }
}

/** Lambda's own variable (Lambda, "Defined runtime environment variables"). */
function isOnLambda(): boolean {
  return process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
}

function observing(
  metrics: boolean | ((line: string) => void),
  { metricsNamespace, allowedDecisionsPerLogLine }: VerifierContext,
): (observation: Observation) => void {
  if (metrics === false) return () => undefined;
  const write = metrics === true ? (line: string) => void process.stdout.write(`${line}\n`) : metrics;
  return gathering(allowedDecisionsPerLogLine, (each) => write(metricLine(each, metricsNamespace)));
}

/** Tells the team's own code of a decision: that it fails must not change the answer, or end the process. */
function tell(take: () => unknown): void {
  // In a function that is async, so that what it throws and what it rejects with are one thing.
  const taken = (async () => take())();
  taken.catch((error) => console.error(`latchkey/verify: a decision could not be told: ${error}`));
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
