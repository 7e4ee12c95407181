import type { Rights } from '../../lambdas/contract/rights.ts';
import type { Json } from './json.ts';

/**
 * The components of what the configuration names: the scopes and roles that a request can give, and what they mean. They
 * stand in for the schemas `scope` and `role` of the bodies, which know the syntax alone.
 */
export function rightsSchemas({ scopes, roles }: Pick<Rights, 'scopes' | 'roles'>): Record<string, Json> {
  const scopeLines = scopes.map(({ name, description }) => `- \`${name}\`: ${description}`);
  const roleLines = Object.entries(roles).map(
    ([name, { description, scopes: has }]) =>
      `- \`${name}\`: ${description === undefined ? '' : `${description} `}(${has.join(', ')})`,
  );
  return {
    Scope: { type: 'string', enum: scopes.map(({ name }) => name), description: scopeLines.join('\n') },
    Role: { type: 'string', enum: Object.keys(roles), description: roleLines.join('\n') },
  };
}
