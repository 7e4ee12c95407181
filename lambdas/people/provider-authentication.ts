import type { Authentication } from '../kernel/authentication.ts';
import type { ProviderToken } from './identities.ts';

/** Values of `amr` that are kept, and the characters of each: those that are registered have at most nine. */
const MAX_METHODS = 10;
const METHOD = /^[\x21-\x7e]{1,32}$/;

/**
 * When and how a provider has seen the person: `auth_time` and `amr` (OpenID Connect Core, 2). A token without
 * `auth_time` says by `iat` when the provider vouched for them. Never in the future. `now` in Unix seconds.
 */
export function providerAuthentication(
  { claims: { auth_time, iat, amr } }: Pick<ProviderToken, 'claims'>,
  now: number,
): Authentication {
  const time = [auth_time, iat].find((value) => typeof value === 'number' && value > 0);
  const named: readonly unknown[] = Array.isArray(amr) ? amr : [];
  return {
    authTime: Math.min(now, Math.floor(Number(time ?? 0))),
    amr: named
      .filter((value): value is string => typeof value === 'string' && METHOD.test(value))
      .slice(0, MAX_METHODS),
  };
}
