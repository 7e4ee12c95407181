import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  coversScope,
  declaredScopes,
  firstUncovered,
  parseScopes,
  SCOPE_NAME,
  scopesText,
} from '../../lambdas/contract/scopes.ts';
import { RIGHTS, SCOPES } from '../support/deployment.ts';

const { inclusion, roles } = RIGHTS;
const granted = fc.subarray(SCOPES);
const name = fc.stringMatching(SCOPE_NAME);

test('a scope that is not declared covers nothing, not even itself', () => {
  fc.assert(
    fc.property(fc.oneof(name, fc.constantFrom('__proto__', 'constructor', 'toString')), (scope) => {
      fc.pre(!SCOPES.includes(scope));
      for (const required of [scope, ...SCOPES])
        expect(coversScope([scope], required, inclusion)).toBe(false);
      expect(declaredScopes([scope, 'read'], inclusion)).toEqual(['read']);
    }),
  );
});

test('admin covers every scope of the default profile, and no other scope covers more than itself', () => {
  for (const scope of SCOPES) {
    for (const required of SCOPES) {
      expect(coversScope([scope], required, inclusion)).toBe(scope === 'admin' || scope === required);
    }
  }
});

test('more scopes never cover less', () => {
  fc.assert(
    fc.property(granted, granted, fc.constantFrom(...SCOPES), (some, more, required) => {
      fc.pre(coversScope(some, required, inclusion));
      expect(coversScope([...some, ...more], required, inclusion)).toBe(true);
    }),
  );
});

test('the first scope that is not covered is named, and none when all are', () => {
  fc.assert(
    fc.property(granted, fc.shuffledSubarray(SCOPES), (has, wants) => {
      const missing = wants.filter((scope) => !coversScope(has, scope, inclusion));
      expect(firstUncovered(has, wants, inclusion)).toBe(missing[0]);
    }),
  );
});

test('scopes are stored as they are given, each once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name), (scopes) => {
      expect(parseScopes(scopesText([...scopes, ...scopes]))).toEqual(scopes);
    }),
  );
});

test('each role of the default profile has all that the one below it has, and something more', () => {
  const [viewer = [], editor = [], admin = []] = Object.values(roles).map(({ scopes }) => scopes);
  expect(Object.keys(roles)).toEqual(['viewer', 'editor', 'admin']);
  expect(editor).toEqual(expect.arrayContaining([...viewer]));
  expect(admin).toEqual(expect.arrayContaining([...editor]));
  expect([viewer, editor, admin].map(({ length }) => length)).toEqual([1, 2, 4]);
});
