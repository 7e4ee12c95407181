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
  return { outcome: decision.outcome, callId: requestId, ...detailsOf(decision, now, codeOf) };
}

function detailsOf(decision: Decision, now: number, codeOf: (code: ErrorCode) => string): AuthorizerContext {
  switch (decision.outcome) {
    case 'refused':
    case 'forbidden':
      return {
        reason: decision.code,
        code: codeOf(decision.code),
        title: DECISION_ERRORS[decision.code].title,
        message: decision.message,
        ...allowanceContext(decision.allowance, now),
      };
    case 'misdirected':
      return {
        reason: decision.code,
        ...planContext(now),
        ...allowanceContext(decision.allowance, now),
      };
    case 'observed':
      return planContext(now);
    case 'limited':
      return {
        ...retryContext(secondsUntil(decision.allowance.resetAt, now)),
        ...allowanceContext(decision.allowance, now),
      };
    case 'allowed':
      return {
        ...callerContext(decision.caller),
        ...allowanceContext(decision.allowance, now),
        ...planContext(now),
      };
  }
}

/** A reason as the catalogue knows it; of a reason that it does not know, the strictest is made. */
function errorCode(reason: string): ErrorCode {
  return Object.hasOwn(ERRORS, reason) ? (reason as ErrorCode) : 'invalid_credential';
}

/** The hint is a text of its own, as API Gateway leaves it out where no authorizer ran. */
function retryContext(seconds: number): AuthorizerContext {
  return { retryAfter: String(seconds), retryHint: retryHint(seconds) };
}

/** For a call over its tenant's plan, which API Gateway counts by the second and by the month. */
function planContext(now: number): AuthorizerContext {
  const seconds = endOfMonth(now) - now;
  return { ...retryContext(1), quotaRetryAfter: String(seconds), quotaRetryHint: retryHint(seconds) };
}

/** The values of `RATE_LIMIT_HEADERS`; none for who has no record that could count. */
function allowanceContext(allowance: Allowance | null, now: number): AuthorizerContext {
  if (allowance === null) return {};
  const { limit, remaining, resetAt } = allowance;
  return {
    rateLimitLimit: String(limit),
    rateLimitRemaining: String(remaining),
    rateLimitReset: String(resetAt),
    rateLimitPolicy: `"default";q=${limit};w=${WINDOW_SECONDS}`,
    rateLimit: `"default";r=${remaining};t=${secondsUntil(resetAt, now)}`,
  };
}

function callerContext(caller: Caller): AuthorizerContext {
  const common = {
    callerKind: caller.kind,
    tenantId: caller.tenantId,
    workspaceId: caller.workspaceId,
    environment: caller.environment,
    // A role or a key whose scopes the configuration has lost has none: an empty field is no identity.
    scopes: caller.scopes.join(' ') || ' ',
    ...(caller.embed && { embed: caller.embed.subject ?? ' ' }),
  };
  switch (caller.kind) {
    case 'user':
      return {
        ...common,
        userId: caller.userId,
        sessionId: caller.sessionId,
        role: caller.role,
        ...(caller.clientId === undefined ? {} : { clientId: caller.clientId }),
      };
    case 'key':
      return { ...common, keyId: caller.keyId };
    case 'anonymous':
      return common;
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
