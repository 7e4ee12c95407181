import type { Decision } from '../access/decision.ts';
import { DECISION_ERRORS, ERRORS, type ErrorCode } from '../contract/errors.ts';
import { ENVIRONMENTS, parseScopes } from '../contract/scopes.ts';
import type { Caller } from '../kernel/caller.ts';
import { Problem, rateLimited, retryHint } from '../kernel/problem.ts';
import { type Allowance, endOfMonth, secondsUntil, WINDOW_SECONDS } from '../plans/allowance.ts';
import { unknownWorkspace } from '../tenancy/workspace-choice.ts';

/**
 * The context that the authorizer hands on. API Gateway makes all values strings, substitutes them into gateway
 * responses without escaping, and passes them to the functions. Both ends of it are in this file.
 */
export type AuthorizerContext = Readonly<Record<string, string>>;

/**
 * Writes a decision as context. Texts come from the catalogue and hold nothing that JSON would escape; the two
 * structured fields (`rateLimit`, `rateLimitPolicy`) do, and stand in headers only. `now` in Unix seconds.
 */
export function contextOf(
  decision: Decision,
  requestId: string,
  now: number,
  codeOf: (code: ErrorCode) => string,
): AuthorizerContext {
  // One object that takes what there is: parts that are spread into parts are copied each time.
  const context: Fields = { outcome: decision.outcome, callId: requestId };
  switch (decision.outcome) {
    case 'refused':
    case 'forbidden':
      context.reason = decision.code;
      context.code = codeOf(decision.code);
      context.title = DECISION_ERRORS[decision.code].title;
      context.message = decision.message;
      break;
    case 'misdirected':
      context.reason = decision.code;
      addPlan(context, now);
      break;
    case 'observed':
      addPlan(context, now);
      break;
    case 'limited':
      addRetry(context, secondsUntil(decision.allowance.resetAt, now));
      break;
    case 'allowed':
      addCaller(context, decision.caller);
      addPlan(context, now);
  }
  if (decision.outcome !== 'observed') addAllowance(context, decision.allowance, now);
  return context;
}

type Fields = Record<string, string>;

/** A reason as the catalogue knows it; of a reason that it does not know, the strictest is made. */
function errorCode(reason: string): ErrorCode {
  return Object.hasOwn(ERRORS, reason) ? (reason as ErrorCode) : 'invalid_credential';
}

/** The hint is a text of its own, as API Gateway leaves it out where no authorizer ran. */
function addRetry(context: Fields, seconds: number): void {
  context.retryAfter = String(seconds);
  context.retryHint = retryHint(seconds);
}

/** For a call over its tenant's plan, which API Gateway counts by the second and by the month. */
function addPlan(context: Fields, now: number): void {
  const seconds = endOfMonth(now) - now;
  addRetry(context, 1);
  context.quotaRetryAfter = String(seconds);
  context.quotaRetryHint = retryHint(seconds);
}

/** The values of `RATE_LIMIT_HEADERS`; none for who has no record that could count. */
function addAllowance(context: Fields, allowance: Allowance | null, now: number): void {
  if (allowance === null) return;
  const { limit, remaining, resetAt } = allowance;
  context.rateLimitLimit = String(limit);
  context.rateLimitRemaining = String(remaining);
  context.rateLimitReset = String(resetAt);
  context.rateLimitPolicy = `"default";q=${limit};w=${WINDOW_SECONDS}`;
  context.rateLimit = `"default";r=${remaining};t=${secondsUntil(resetAt, now)}`;
}

function addCaller(context: Fields, caller: Caller): void {
  context.callerKind = caller.kind;
  context.tenantId = caller.tenantId;
  context.workspaceId = caller.workspaceId;
  context.environment = caller.environment;
  // A role or a key whose scopes the configuration has lost has none: an empty field is no identity.
  context.scopes = caller.scopes.join(' ') || ' ';
  if (caller.embed) context.embed = caller.embed.subject ?? ' ';
  switch (caller.kind) {
    case 'user':
      context.userId = caller.userId;
      context.sessionId = caller.sessionId;
      context.role = caller.role;
      if (caller.clientId !== undefined) context.clientId = caller.clientId;
      break;
    case 'key':
      context.keyId = caller.keyId;
      break;
    case 'anonymous':
  }
}

/** Whether the authorizer let a call pass that it would have refused; the function behind must know the rule too. */
export function isObserved(context: Readonly<Record<string, unknown>> | null): boolean {
  return context?.outcome === 'observed';
}

/**
 * The caller whom the authorizer let in: the second lock behind every Allow. A context without identity is
 * refused here as API Gateway should have refused it, whatever brought the request this far.
 */
export function callerOf(context: Readonly<Record<string, unknown>> | null | undefined): Caller {
  const value = (name: string): string => {
    const found = context?.[name];
    if (typeof found !== 'string' || found === '') throw new Problem('missing_credential');
    return found;
  };
  const outcome = value('outcome');
  if (outcome === 'forbidden') throw new Problem(errorCode(value('reason')), { message: value('message') });
  if (outcome === 'refused') {
    // Who has proven nothing is told no more than that: a reason of another status is none of a refusal.
    const code = errorCode(value('reason'));
    if (ERRORS[code].status !== 401) throw new Problem('invalid_credential');
    throw new Problem(code, { message: value('message') });
  }
  if (outcome === 'misdirected') {
    throw value('reason') === 'malformed_request'
      ? new Problem('malformed_request', { message: 'X-Workspace-Id comes twice.' })
      : unknownWorkspace();
  }
  if (outcome === 'limited') throw rateLimited(Number(value('retryAfter')));
  if (outcome !== 'allowed') throw new Problem('invalid_credential');
  const one = <T extends string>(allowed: readonly T[], name: string): T => {
    const found = allowed.find((candidate) => candidate === value(name));
    if (found === undefined) throw new Problem('invalid_credential');
    return found;
  };
  const common = {
    tenantId: value('tenantId'),
    workspaceId: value('workspaceId'),
    environment: one(ENVIRONMENTS, 'environment'),
    scopes: parseScopes(value('scopes')),
    ...(context?.embed === undefined ? {} : { embed: { subject: value('embed').trim() || null } }),
  };
  const kind = one(['user', 'key', 'anonymous'], 'callerKind');
  switch (kind) {
    case 'user':
      return {
        kind,
        ...common,
        userId: value('userId'),
        sessionId: value('sessionId'),
        role: value('role'),
        // A field that is not there is one that says nothing; an empty one would be a client without a name.
        ...(context?.clientId === undefined ? {} : { clientId: value('clientId') }),
      };
    case 'key':
      return { kind, ...common, keyId: value('keyId') };
    case 'anonymous':
      return { kind, ...common };
  }
}
