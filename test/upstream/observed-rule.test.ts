import { describe, expect, test } from 'vitest';
import type { PathRule } from '../../lambdas/contract/profile.ts';
import { MAX_OBSERVE_DAYS, observedRule } from '../../lambdas/upstream/observed-rule.ts';

const NOW = 1_800_000_000;
const DAY = 86_400;
const RULES: readonly PathRule[] = [
  { path: '/v1/things/secret', scope: 'admin' },
  { path: '/v1/things/admin/*', scope: 'admin' },
  { path: '/v1/things/export', methods: ['GET'], scope: 'admin' },
  { path: '/v1/things/*', scope: 'read', observeUntil: NOW + DAY },
  { path: '/v1/one', methods: ['GET'], scope: 'read', observeUntil: NOW + DAY },
];
const isObserved = (method: string, path: string, now = NOW) =>
  observedRule(method, path, RULES, now) !== undefined;

describe('a call is observed', () => {
  test.each([
    ['GET', '/v1/things'],
    ['POST', '/v1/things/7'],
    ['DELETE', '/v1/things/a/b'],
    ['GET', '/v1/things/a/'],
    ['GET', '/v1/things/%C3%A9'],
    ['GET', '/v1/one'],
    ['HEAD', '/v1/one'],
    ['POST', '/v1/things/export'],
  ])('%s %s', (method, path) => {
    expect(isObserved(method, path)).toBe(true);
  });
});

describe('writing a path another way opens nothing', () => {
  test.each([
    ['no rule', '/v1/others'],
    ['the beginning of a word', '/v1/thingsandmore'],
    ['a rule that is enforced', '/v1/things/secret'],
    ['that rule with a slash', '/v1/things/secret/'],
    ['that rule in capitals', '/v1/things/SECRET'],
    ['that rule with a format', '/v1/things/secret.json'],
    ['that rule with an escape', '/v1/things/%73ecret'],
    ['that rule with a letter that many take for an s', '/v1/things/%C5%BFecret'],
    ['a subtree that is enforced', '/v1/things/admin/users'],
    ['that subtree in capitals', '/v1/things/Admin/users'],
    ['its root with a slash', '/v1/things/admin/'],
    ['a method whose rule is enforced', '/v1/things/export'],
    ['dot segments', '/v1/things/../admin'],
    ['encoded dot segments', '/v1/things/%2e%2e/admin'],
    ['an encoded slash', '/v1/things/..%2Fadmin'],
    ['a backslash', '/v1/things/..%5Cadmin'],
    ['an empty segment', '/v1/things//admin'],
    ['a parameter', '/v1/things/a;b'],
    ['the observed rule in capitals', '/V1/Things/7'],
    ['a rule with a format', '/v1/one.json'],
    ['a rule with a slash', '/v1/one/'],
  ])('%s: %s', (_, path) => {
    expect(isObserved('GET', path)).toBe(false);
  });

  test('another method than that of the rule', () => {
    expect(isObserved('POST', '/v1/one')).toBe(false);
    expect(isObserved('HEAD', '/v1/things/export')).toBe(false);
  });
});

test('a rule is enforced from its end on', () => {
  expect([DAY - 1, DAY, DAY + 1].map((later) => isObserved('GET', '/v1/one', NOW + later))).toEqual([
    true,
    false,
    false,
  ]);
});

test(`and one that ends in more than ${MAX_OBSERVE_DAYS} days is not observed at all`, () => {
  const until = (days: number) => [{ path: '/v1/one', scope: 'read', observeUntil: NOW + days * DAY }];
  expect(observedRule('GET', '/v1/one', until(MAX_OBSERVE_DAYS), NOW)).toBeDefined();
  expect(observedRule('GET', '/v1/one', until(MAX_OBSERVE_DAYS + 1), NOW)).toBeUndefined();
});
