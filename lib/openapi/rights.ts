import type { Rights } from '../../lambdas/contract/rights.ts';
import type { Json } from './json.ts';

/** The part of the rights that the document tells. */
export type DocumentedRights = Pick<Rights, 'scopes' | 'managing' | 'roles'>;

/**
 * The components of what the configuration names: the scopes and roles that a request can give, and what they mean. They
 * stand in for the schemas `scope`, `defaultScopes` and `role` of the bodies, which know the syntax alone.
 */
export function rightsSchemas({ scopes, managing, roles }: DocumentedRights): Record<string, Json> {
  const scopeLines = scopes.map(({ name, description }) => `- \`${name}\`: ${description}`);
  const names = scopes.map(({ name }) => name);
  const roleLines = Object.entries(roles).map(
    ([name, { description, scopes: has }]) =>
      `- \`${name}\`: ${description === undefined ? '' : `${description} `}(${has.join(', ')})`,
  );
  return {
    Scope: { type: 'string', enum: names, description: scopeLines.join('\n') },
    DefaultScope: {
      type: 'string',
      enum: names.filter((name) => !managing.includes(name)),
      description: 'A scope that does not manage: the others are named for each key that needs them.',
    },
    Role: { type: 'string', enum: Object.keys(roles), description: roleLines.join('\n') },
  };
}
