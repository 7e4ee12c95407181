import type { Method } from '../../lambdas/contract/access.ts';
import type { ErrorCode } from '../../lambdas/contract/errors.ts';
import type { RouteId } from '../../lambdas/contract/route-id.ts';
import type { Scope } from '../../lambdas/contract/scopes.ts';
import { apiKey, bearer, type TestStack, withinOneWindow } from '../support/stack.ts';
import type { World } from './credentials.ts';

/** Kinds of credentials, and what a row answers to each. */

/** A method and path that take a credential, as they stand in the template. */
export interface ProtectedRow {
  readonly target: string;
  readonly method: Method;
  readonly path: string;
  /** Absent for the upstream. */
  readonly routeId?: RouteId;
  readonly scope: Scope | null;
  readonly onlyPeople: boolean;
  readonly onlyKeys: boolean;
  /** Whether every scope that a key can have includes the row's. */
  readonly scopeOfAll: boolean;
  /** The status of a call that may. */
  readonly success: number;
}

export type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface Case {
  readonly name: string;
  readonly headers: (world: World, row: ProtectedRow) => Headers | Promise<Headers>;
  /** What the row answers; undefined where the case does not apply to it. */
  readonly answer: (row: ProtectedRow) => ErrorCode | undefined;
  /** Called before, to bring the credential to where it must be. */
  readonly before?: (stack: TestStack, headers: Headers) => Promise<void>;
}

const dead = (code: ErrorCode) => () => code;
const always = (headers: (world: World) => Headers, code: ErrorCode, name: string): Case => ({
  name,
  headers,
  answer: dead(code),
});

/** Who is not proven to call: the same on every row, whatever it takes. */
export const UNPROVEN: readonly Case[] = [
  always(() => ({}), 'missing_credential', 'no credential'),
  always(() => ({ authorization: 'Basic YTpi' }), 'invalid_credential', 'another scheme'),
  always(() => ({ authorization: 'Bearer' }), 'invalid_credential', 'a scheme without a credential'),
  always(({ present }) => present(''), 'invalid_credential', 'an empty key'),
  always(({ present }) => present('not a key'), 'invalid_credential', 'a malformed key'),
  always(() => bearer('a.b.c'), 'invalid_credential', 'a malformed token'),
  always(({ ada }) => ({ 'x-api-key': [ada.key, ada.key] }), 'invalid_credential', 'a key sent twice'),
  always(
    ({ ada, forgedToken }) => ({ ...bearer(forgedToken), ...apiKey(ada.key) }),
    'invalid_credential',
    'a forged token beside a good key',
  ),
  always(({ unknownKey, present }) => present(unknownKey), 'invalid_credential', 'an unknown key'),
  always(
    ({ forgedSecret, present }) => present(forgedSecret),
    'invalid_credential',
    'a known key with another secret',
  ),
  always(({ forgedChecksum, present }) => present(forgedChecksum), 'invalid_credential', 'a forged checksum'),
  always(({ forgedToken }) => bearer(forgedToken), 'invalid_credential', 'a forged signature'),
  always(({ expiredKey, present }) => present(expiredKey), 'expired_credential', 'an expired key'),
  always(({ expiredToken }) => bearer(expiredToken), 'expired_credential', 'an expired token'),
  always(({ revokedKey, present }) => present(revokedKey), 'revoked_credential', 'a revoked key'),
  always(({ disabledKey, present }) => present(disabledKey), 'disabled_credential', 'a disabled key'),
  always(({ endedToken }) => bearer(endedToken), 'ended_session', 'an ended session'),
  always(
    ({ suspended, present }) => present(suspended.account.apiKey),
    'suspended_tenant',
    "a suspended tenant's key",
  ),
  always(({ suspended }) => bearer(suspended.token), 'suspended_tenant', "a suspended tenant's token"),
];

/** A call that uses up the one request that a credential of the tight tier has. */
async function exhaust(stack: TestStack, headers: Headers): Promise<void> {
  await withinOneWindow(5);
  await stack.send('GET /v1/auth/me', { headers });
}

/** Who is proven, and may not. */
export const PROVEN: readonly Case[] = [
  {
    name: 'a key from an address that it does not allow',
    headers: ({ distantKey, present }) => present(distantKey),
    answer: dead('address_not_allowed'),
  },
  {
    name: 'a key where a person is required',
    headers: ({ ada, present }) => present(ada.key),
    answer: ({ onlyPeople }) => (onlyPeople ? 'user_required' : undefined),
  },
  {
    name: 'a key without the scope',
    headers: ({ keyWithout, present }, { scope }) => present(keyWithout[scope ?? 'admin'] ?? ''),
    answer: ({ scope, onlyPeople, scopeOfAll }) =>
      scope === null || onlyPeople || scopeOfAll ? undefined : 'insufficient_scope',
  },
  {
    name: 'a viewer',
    headers: ({ viewerToken }) => bearer(viewerToken),
    answer: ({ scope }) => (scope === null || scope === 'read' ? undefined : 'insufficient_scope'),
  },
  {
    name: 'a key over its limit',
    headers: ({ limited, present }) => present(limited.key),
    before: exhaust,
    answer: ({ onlyPeople }) => (onlyPeople ? undefined : 'rate_limited'),
  },
  {
    name: 'a session over its limit',
    headers: ({ limited }) => bearer(limited.token),
    before: exhaust,
    answer: ({ onlyKeys }) => (onlyKeys ? undefined : 'rate_limited'),
  },
  {
    name: 'a person where a key is required',
    headers: ({ ada }) => bearer(ada.token),
    answer: ({ onlyKeys }) => (onlyKeys ? 'key_required' : undefined),
  },
];
