import { type AccessTable, METHODS, type Method, type RowAccess } from '../contract/access.ts';
import { DECISION_ERRORS, type DecisionErrorCode } from '../contract/errors.ts';
import { wrongWrapping } from '../kernel/credential.ts';
import type { NotedRefusal } from '../keys/key-record.ts';
import { CHECKS, type Check, type MisdirectionCode, missingScope } from './checks.ts';
import type { Decision, DecisionContext, DecisionRequest } from './decision.ts';
import { type Asked, type Proven, readClaim, recordOf, withTenant } from './prove.ts';

/**
 * Decides one request: gathers what is known of it step by step, and asks the {@link CHECKS} of each. Throws only when
 * the store or a secret cannot be read: there is no decision then.
 */
export async function decide(request: DecisionRequest, context: DecisionContext): Promise<Decision> {
  const asked = { request, context, access: rowAccess(request, context.access) };
  let refusal = objection(CHECKS.asked, asked);
  if (refusal !== undefined) return refused(refusal, asked);
  const claimed = await readClaim(asked);
  refusal = objection(CHECKS.claimed, claimed);
  if (refusal !== undefined) return refused(refusal, asked);
  const used = { ...claimed, record: await recordOf(claimed) };
  refusal = objection(CHECKS.used, used);
  if (refusal !== undefined) {
    const isGuess = refusal === 'invalid_credential' && used.claim.kind === 'key';
    return refused(refusal, asked, isGuess);
  }
  const proven = await withTenant(used);
  const code = objection(CHECKS.proven, proven);
  // What is over the limit counts as that, by its count.
  const why = proven.allowance?.exceeded ? undefined : NOTED[code ?? ''];
  if (why !== undefined) await used.record?.refuse?.(why);
  return answer(code, proven);
}

/** Objections to what a key asks for, as its record notes them; those to the key itself are noted with its use. */
const NOTED: Readonly<Record<string, NotedRefusal>> = {
  insufficient_scope: 'scope',
  user_required: 'person',
};

/** The code of the first check that does not hold. */
function objection<Evidence, Code>(
  checks: readonly Check<Evidence, Code>[],
  evidence: Evidence,
): Code | undefined {
  for (const check of checks) if (!check[0](evidence)) return check[1];
  return undefined;
}

/** A refusal. Of a credential that is not accepted it says how to send it, if it was wrapped wrongly: good ones often are. */
function refused(code: DecisionErrorCode, { request, context }: Asked, isGuess = false): Decision {
  const hint =
    code === 'invalid_credential' ? wrongWrapping(request.headers, context.profile.credentials) : '';
  return {
    outcome: 'refused',
    code,
    message: DECISION_ERRORS[code].message + hint,
    allowance: null,
    isGuess,
  };
}

/** The outcome that is an error's, by its status; of none, the caller in the workspace that they picked. */
function answer(code: DecisionErrorCode | MisdirectionCode | undefined, proven: Proven): Decision {
  const { caller, tenant = null, allowance, picked } = proven;
  if (code === undefined) {
    const [workspaceId = caller.workspaceId] = picked;
    return { outcome: 'allowed', caller: { ...caller, workspaceId }, allowance, tenant };
  }
  if (code === 'malformed_request' || code === 'not_found')
    return { outcome: 'misdirected', code, tenant, allowance };
  if (code === 'rate_limited' && allowance !== null) return { outcome: 'limited', allowance };
  const { status, message } = DECISION_ERRORS[code];
  if (status === 401) return refused(code, proven);
  const detail = code === 'insufficient_scope' ? ` Required: ${missingScope(proven)}` : '';
  return { outcome: 'forbidden', code, message: message + detail, allowance };
}

/** The row as the API declares it; undefined for a resource or method that no row names. HEAD is GET's. */
export function rowAccess({ resource, method }: DecisionRequest, table: AccessTable): RowAccess | undefined {
  if (!isMethod(method)) return undefined;
  const row = Object.hasOwn(table, resource) ? table[resource] : undefined;
  return row?.[method === 'HEAD' ? 'GET' : method] ?? row?.ANY;
}

function isMethod(method: string): method is Method {
  return METHODS.some((known) => known === method);
}
