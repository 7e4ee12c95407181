import type { Rule } from './rule.ts';
import type { Resource, Template } from './template.ts';

/** A right that nobody has named is a right that nobody has thought about. */
export const noWildcardAction: Rule = {
  name: 'no-wildcard-action',
  description: 'A policy allows actions by a wildcard.',
  fix: 'Name each action (lib/functions.ts for the rights of a function).',
  broken: ({ Resources }: Template) =>
    Object.entries(Resources)
      .filter(([, resource]) => statements(resource).some(allowsByWildcard))
      .map(([id]) => id),
};

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
}

/** The statements of whatever policies a resource carries: its own, inline ones, and who may assume it. */
function statements({ Properties = {} }: Resource): readonly Statement[] {
  const documents = [
    Properties.PolicyDocument,
    Properties.AssumeRolePolicyDocument,
    ...(Array.isArray(Properties.Policies) ? Properties.Policies : []).map(
      (policy: { PolicyDocument?: unknown }) => policy.PolicyDocument,
    ),
  ];
  return documents.flatMap((document) => document?.Statement ?? []);
}

function allowsByWildcard({ Effect, Action = [], NotAction }: Statement): boolean {
  return (
    Effect === 'Allow' && (NotAction !== undefined || [Action].flat().some((action) => action.includes('*')))
  );
}
