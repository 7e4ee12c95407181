import { matchesArn } from '../lambda/functions.ts';
import { GatewayFailure } from './failure.ts';

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

export type Decision = 'allowed' | 'denied' | 'explicitly denied';

const ACTION = 'execute-api:Invoke';
/** Developer guide, apigateway-lambda-authorizer-output. */
const LONGEST_RESOURCE = 512;

/**
 * Evaluates an authorizer's policy for one method: a Deny beats every Allow, and without an Allow it is denied.
 * Throws AUTHORIZER_CONFIGURATION_ERROR for what is no such policy.
 */
export function evaluatePolicy(document: unknown, methodArn: string): Decision {
  const statements = [
    (document as { Statement?: Statement | Statement[] } | undefined)?.Statement ?? [],
  ].flat();
  if (typeof document !== 'object' || document === null || statements.length === 0) {
    throw malformed('there is no policyDocument with a Statement');
  }
  const effects = statements.filter((statement) => applies(statement, methodArn)).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'explicitly denied';
  return effects.includes('Allow') ? 'allowed' : 'denied';
}

function applies(statement: Statement, methodArn: string): boolean {
  const { Effect, Action, Resource, ...others } = statement;
  const [unknown] = Object.keys(others).filter((key) => key !== 'Sid');
  if (unknown !== undefined) throw malformed(`${unknown} in a statement is not emulated`);
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`the Effect is ${JSON.stringify(Effect)}`);
  const actions = strings(Action, 'Action');
  const resources = strings(Resource, 'Resource');
  if (resources.some((resource) => resource.length > LONGEST_RESOURCE))
    throw malformed('a Resource is too long');
  return (
    // IAM compares actions without regard to case.
    actions.some((action) => matchesArn(action.toLowerCase(), ACTION.toLowerCase())) &&
    resources.some((resource) => matchesArn(resource, methodArn))
  );
}

function strings(value: unknown, name: string): string[] {
  const all = [value].flat();
  if (all.length === 0 || !all.every((each) => typeof each === 'string'))
    throw malformed(`there is no ${name}`);
  return all as string[];
}

const malformed = (reason: string): GatewayFailure =>
  new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', reason);
