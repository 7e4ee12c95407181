import type { DirectSettings } from '../contract/deployment.ts';
import { DECISION_ERRORS } from '../contract/errors.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import { headerValues } from '../kernel/headers.ts';
import { retryHint } from '../kernel/problem.ts';
import { isUnambiguousPath, UNAMBIGUOUS_PATH } from '../kernel/unambiguous-path.ts';
import { secondsUntil } from '../plans/allowance.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import { withoutOurCookies } from '../upstream/cookies.ts';
import { ASSERTION_HEADER, isRefusedDirectly } from '../upstream/header-table.ts';
import type { Decision, DecisionRequest } from './decision.ts';

/**
 * The decision where API Gateway calls the upstream itself. No function of ours stands behind such a method, to refuse
 * what the authorizer lets through, so that every outcome but *allowed* is one that API Gateway refuses by itself:
 * a Deny, or a usage key that no plan knows. `now` in Unix seconds.
 */
export function decidedDirectly(
  decision: Decision,
  request: DecisionRequest,
  {
    zeroPlanThrottles,
    knowsOwnKeys,
    issuer,
  }: Pick<DirectSettings, 'zeroPlanThrottles' | 'knowsOwnKeys'> & {
    /** Of our assertions: a request that has one has been here before. */
    readonly issuer: string;
  },
  now: number,
): Decision {
  switch (decision.outcome) {
    case 'refused':
    case 'forbidden':
      return decision;
    case 'limited': {
      // Nobody has recorded that a plan of 0/0 lets nothing through (docs/aws-facts.md, 2): an unknown key does not.
      if (zeroPlanThrottles) return decision;
      const { allowance } = decision;
      const message = DECISION_ERRORS.rate_limited.message + retryHint(secondsUntil(allowance.resetAt, now));
      return { outcome: 'forbidden', code: 'rate_limited', message, allowance };
    }
    case 'misdirected': {
      const message =
        decision.code === 'not_found' ? 'There is no workspace with this id.' : 'X-Workspace-Id comes twice.';
      return notForwarded(message, decision);
    }
    case 'allowed': {
      const objection = objectionTo(request, issuer);
      if (objection !== undefined) return notForwarded(objection, decision);
      return knowsOwnKeys ? decision : { ...decision, tenant: withoutOwnKey(decision.tenant) };
    }
    case 'observed':
      throw new Error('A method without a function of ours behind it is not observed.');
  }
}

/** A tenant's own usage key is in plans of the front door's: where the API has others, it would be a 403. */
function withoutOwnKey(tenant: TenantFacts | null): TenantFacts | null {
  if (tenant === null) return null;
  const { usageKey: _, ...shared } = tenant;
  return shared;
}

function notForwarded(message: string, { allowance }: Pick<Decision & { outcome: 'allowed' }, 'allowance'>) {
  return { outcome: 'forbidden', code: 'not_forwarded', message, allowance } as const;
}

/** What a forwarder would refuse or cut out of a request; undefined for one that may pass as it is. */
function objectionTo({ path, headers }: DecisionRequest, issuer: string): string | undefined {
  if (!isUnambiguousPath(path)) return UNAMBIGUOUS_PATH;
  const name = Object.keys(headers).find(isRefusedDirectly);
  if (name !== undefined)
    return 'This path takes no header that stands for the identity, the path or the method.';
  if (hasOurCookie(headers)) return 'This path takes no cookie of the sign-in: leave out cookies.';
  // RFC 9110, 7.6: an upstream that leads back to this API would be called again and again.
  if (headerValues(headers, ASSERTION_HEADER).some((value) => issuerOf(value) === issuer))
    return 'This call has come through this API before.';
  return undefined;
}

/** The issuer that a token names, unproven; undefined of what is none. */
function issuerOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iss;
  } catch {
    return undefined;
  }
}

function hasOurCookie(headers: HeaderValues): boolean {
  return headerValues(headers, 'cookie').some((value) => withoutOurCookies(value) !== value);
}
