import type { Client } from '../clients/client.ts';
import { type Rights, roleScopes } from '../contract/rights.ts';
import { parseScopes, type Role, type Scope, sharedScopes } from '../contract/scopes.ts';

/**
 * Asks for a refresh token (OpenID Connect Core, 11), which a client gets wherever there are any. The authorization
 * server names it in its metadata, a protected resource never, and no token has it.
 */
export const OFFLINE_ACCESS = 'offline_access';

/** The scopes of a request; undefined where it names none. */
export function askedScopes(scope: string | undefined): readonly Scope[] | undefined {
  if (scope === undefined) return undefined;
  const named = [...new Set(parseScopes(scope))].filter((each) => each !== OFFLINE_ACCESS);
  return named.length === 0 ? undefined : named;
}

/** The first of the scopes that the configuration does not declare. */
export function undeclaredScope(
  scopes: readonly Scope[],
  { inclusion }: Pick<Rights, 'inclusion'>,
): Scope | undefined {
  return scopes.find((scope) => !Object.hasOwn(inclusion, scope));
}

/**
 * The scopes that a client is given by a person of this role: those that it asks for, as far as both may have them. One
 * that asks for none gets what keys have by default; what manages is given by its name only.
 */
export function grantableScopes(
  asked: readonly Scope[] | undefined,
  role: Role,
  client: Pick<Client, 'scopes'>,
  { inclusion, roles, managing, defaultScopes }: Rights,
): readonly Scope[] {
  const held = roleScopes(role, roles);
  const wanted = asked ?? (defaultScopes ?? held).filter((scope) => !managing.includes(scope));
  const given = sharedScopes(wanted, held, inclusion);
  return client.scopes === null ? given : sharedScopes(given, client.scopes, inclusion);
}
