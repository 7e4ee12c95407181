import type { Decision, DecisionRequest } from '../../access/decision.ts';
import { decidedDirectly } from '../../access/direct.ts';
import type { DirectSettings } from '../../contract/deployment.ts';
import { assertionClaims } from '../../http/assertion.ts';
import type { Settled } from '../../http/authorize.ts';
import type { Clock } from '../../kernel/clock.ts';
import { secretReader } from '../../kernel/secrets-http.ts';
import { variable } from '../../kernel/variables.ts';
import type { ControlFacts } from '../../signing/control-facts.ts';
import { KeysetCopy } from '../../signing/keyset-copy.ts';
import { Signer } from '../../signing/signer.ts';

/**
 * The part of the authorizer for methods behind which API Gateway calls the upstream itself: a module of its own, so that
 * no other deployment's authorizer can sign, or reads the secret. Gives nothing for a resource that is none of them.
 */
export function direct(
  settings: DirectSettings,
  issuer: string,
  control: () => Promise<ControlFacts>,
  clock: Clock,
): (decision: Decision, request: DecisionRequest, requestId: string) => Promise<Settled> | undefined {
  const signer = settings.signs ? signerOf(issuer, control, clock) : undefined;
  const settle = async (decided: Decision, request: DecisionRequest, requestId: string): Promise<Settled> => {
    const decision = decidedDirectly(decided, request, { ...settings, issuer }, clock());
    if (decision.outcome !== 'allowed' || signer === undefined) return { decision };
    const claims = assertionClaims(decision.caller, { ...request, requestId });
    return { decision, assertion: await signer.assertion(claims) };
  };
  return (decision, request, requestId) =>
    settings.resources.includes(request.resource) ? settle(decision, request, requestId) : undefined;
}

function signerOf(issuer: string, control: () => Promise<ControlFacts>, clock: Clock): Signer {
  const read = secretReader(variable('ASSERTION_SECRET_ARN'));
  const keyset = new KeysetCopy('assertion', control, () => read('AWSCURRENT'));
  return new Signer(keyset.present, issuer, clock);
}
