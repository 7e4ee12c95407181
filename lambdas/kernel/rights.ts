import type { Rights } from '../contract/rights.ts';
import { firstUncovered, MAX_SCOPES_BYTES, type Role, type Scope, scopesText } from '../contract/scopes.ts';
import type { Caller } from './caller.ts';
import { invalidField, Problem } from './problem.ts';

/** What is wrong with the scopes that a request names for a key; undefined when each is declared and all fit into its record. */
export function scopesObjection(
  scopes: readonly Scope[],
  { inclusion }: Pick<Rights, 'inclusion'>,
): { readonly code: 'invalid_field' | 'scopes_too_long'; readonly message: string } | undefined {
  const known = Object.keys(inclusion);
  if (!scopes.every((scope) => known.includes(scope)))
    return { code: 'invalid_field', message: `must be some of ${known.join(', ')}` };
  const bytes = Buffer.byteLength(scopesText(scopes));
  if (bytes <= MAX_SCOPES_BYTES) return undefined;
  const message = `must take at most ${MAX_SCOPES_BYTES} bytes with a blank between each two; these take ${bytes}`;
  return { code: 'scopes_too_long', message };
}

/** Refuses scopes that no key can be given. Throws `invalid_field` and `scopes_too_long`. */
export function requireScopes(
  scopes: readonly Scope[],
  rights: Pick<Rights, 'inclusion'>,
  field = 'scopes',
): void {
  const objection = scopesObjection(scopes, rights);
  if (objection === undefined) return;
  const { code, message } = objection;
  throw new Problem(code, { message: `${field}: ${message}`, fields: [{ field, message }] });
}

/** Whether scopes have one that manages keys, people or settings: whoever gives those gives away the tenant. */
export function manages(scopes: readonly Scope[], { managing }: Pick<Rights, 'managing'>): boolean {
  return scopes.some((scope) => managing.includes(scope));
}

/** Refuses a role that there is not. Throws `invalid_field`. */
export function requireRole(role: Role, { roles }: Pick<Rights, 'roles'>): void {
  if (!Object.hasOwn(roles, role))
    throw invalidField('role', `must be one of ${Object.keys(roles).join(', ')}`);
}

/** Refuses to give scopes that the giver does not have at this moment. Throws `exceeds_own_rights`. */
export function requireHeld(
  scopes: readonly Scope[],
  caller: Pick<Caller, 'scopes'>,
  { inclusion }: Pick<Rights, 'inclusion'>,
): void {
  const missing = firstUncovered(caller.scopes, scopes, inclusion);
  if (missing === undefined) return;
  throw new Problem('exceeds_own_rights', { message: `You do not have the scope ${missing} yourself.` });
}
