import type { Allowance } from '../domain/allowance.ts';
import type { Caller } from '../domain/caller.ts';
import type { Decision } from '../domain/decision.ts';
import { ERRORS, type ErrorCode, Problem } from '../domain/errors.ts';
import { ENVIRONMENTS, ROLES, SCOPES } from '../domain/scopes.ts';
import { unknownWorkspace } from '../domain/workspace-choice.ts';

/**
 * The context that the authorizer hands on. API Gateway makes all values strings, substitutes them into gateway
 * responses without escaping, and passes them to the functions. Both ends of it are in this file.
 */
export type AuthorizerContext = Readonly<Record<string, string>>;

/** Writes a decision as context. Texts come from the catalogue and hold nothing that JSON would escape. */
export function contextOf(
  decision: Decision,
  requestId: string,
  codeOf: (code: ErrorCode) => string,
): AuthorizerContext {
  switch (decision.outcome) {
    case 'refused':
      return {
        outcome: decision.outcome,
        requestId,
        reason: decision.code,
        code: codeOf(decision.code),
        title: ERRORS[decision.code].title,
        message: ERRORS[decision.code].message,
      };
    case 'forbidden':
      return {
        outcome: decision.outcome,
        requestId,
        reason: decision.code,
        code: codeOf(decision.code),
        title: ERRORS[decision.code].title,
        message: decision.message,
      };
    case 'misdirected':
      return { outcome: decision.outcome, requestId, reason: decision.code };
    case 'limited':
      return {
        outcome: decision.outcome,
        requestId,
        retryAfter: String(decision.retryAfterSeconds),
        retryHint: retryHint(decision.retryAfterSeconds),
        ...allowanceContext(decision.allowance),
      };
    case 'allowed':
      return {
        outcome: decision.outcome,
        requestId,
        ...callerContext(decision.caller),
        ...(decision.allowance === null ? {} : allowanceContext(decision.allowance)),
        // For a call over its tenant's plan, which API Gateway counts by the second.
        retryAfter: '1',
        retryHint: retryHint(1),
      };
  }
}

/** A reason as the catalogue knows it; of a reason that it does not know, the strictest is made. */
function errorCode(reason: string): ErrorCode {
  return Object.hasOwn(ERRORS, reason) ? (reason as ErrorCode) : 'invalid_credential';
}

/** The end of "Rate limit exceeded."; a text of its own, as API Gateway leaves it out where no authorizer ran. */
function retryHint(seconds: number): string {
  return ` Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
}

function allowanceContext({ limit, remaining, resetAt }: Allowance): AuthorizerContext {
  return {
    rateLimitLimit: String(limit),
    rateLimitRemaining: String(remaining),
    rateLimitReset: String(resetAt),
  };
}

function callerContext(caller: Caller): AuthorizerContext {
  const common = {
    callerKind: caller.kind,
    tenantId: caller.tenantId,
    workspaceId: caller.workspaceId,
    environment: caller.environment,
    scopes: caller.scopes.join(' '),
  };
  switch (caller.kind) {
    case 'user':
      return { ...common, userId: caller.userId, sessionId: caller.sessionId, role: caller.role };
    case 'key':
      return { ...common, keyId: caller.keyId };
    case 'anonymous':
      return common;
  }
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
  if (outcome === 'misdirected') {
    throw value('reason') === 'malformed_request'
      ? new Problem('malformed_request', { message: 'X-Workspace-Id comes twice.' })
      : unknownWorkspace();
  }
  if (outcome === 'limited') {
    const retryAfterSeconds = Number(value('retryAfter'));
    throw new Problem('rate_limited', {
      message: `${ERRORS.rate_limited.message}${retryHint(retryAfterSeconds)}`,
      retryAfterSeconds,
    });
  }
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
    scopes: SCOPES.filter((scope) => value('scopes').split(' ').includes(scope)),
  };
  const kind = one(['user', 'key', 'anonymous'], 'callerKind');
  switch (kind) {
    case 'user':
      return {
        kind,
        ...common,
        userId: value('userId'),
        sessionId: value('sessionId'),
        role: one(ROLES, 'role'),
      };
    case 'key':
      return { kind, ...common, keyId: value('keyId') };
    case 'anonymous':
      return { kind, ...common };
  }
}
