import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ADMIN_INCLUDES_ALL,
  coversScope,
  firstUncovered,
  ROLE_SCOPES,
  ROLES,
  SCOPES,
} from '../../lambdas/contract/scopes.ts';

const granted = fc.subarray([...SCOPES]);

test('without inclusions a scope covers itself and nothing more', () => {
  fc.assert(
    fc.property(granted, fc.constantFrom(...SCOPES), (scopes, required) => {
      expect(coversScope(scopes, required, {})).toBe(scopes.includes(required));
    }),
  );
});

test('admin covers every scope, and no other scope covers admin', () => {
  for (const scope of SCOPES) expect(coversScope(['admin'], scope, ADMIN_INCLUDES_ALL)).toBe(true);
  const rest = SCOPES.filter((scope) => scope !== 'admin');
  expect(coversScope(rest, 'admin', ADMIN_INCLUDES_ALL)).toBe(false);
});

test('more scopes never cover less', () => {
  fc.assert(
    fc.property(granted, granted, fc.constantFrom(...SCOPES), (some, more, required) => {
      fc.pre(coversScope(some, required, ADMIN_INCLUDES_ALL));
      expect(coversScope([...some, ...more], required, ADMIN_INCLUDES_ALL)).toBe(true);
    }),
  );
});

test('the first scope that is not covered is named, and none when all are', () => {
  fc.assert(
    fc.property(granted, fc.shuffledSubarray([...SCOPES]), (has, wants) => {
      const missing = wants.filter((scope) => !coversScope(has, scope, ADMIN_INCLUDES_ALL));
      expect(firstUncovered(has, wants, ADMIN_INCLUDES_ALL)).toBe(missing[0]);
    }),
  );
});

test('each role has all that the one below it has, and something more', () => {
  for (const [index, role] of ROLES.entries()) {
    const below = ROLES[index - 1];
    if (below === undefined) continue;
    expect(ROLE_SCOPES[role]).toEqual(expect.arrayContaining([...ROLE_SCOPES[below]]));
    expect(ROLE_SCOPES[role].length).toBeGreaterThan(ROLE_SCOPES[below].length);
  }
});
