import { expect, test } from 'vitest';
import { askedScopes, grantableScopes, undeclaredScope } from '../../lambdas/oauth/scopes.ts';
import { RIGHTS } from '../support/deployment.ts';

const ANY = { scopes: null };
const given = (
  scope: string | undefined,
  role: string,
  rights = RIGHTS,
  client: { scopes: string[] | null } = ANY,
) => grantableScopes(askedScopes(scope), role, client, rights);

test('a client that names no scope is given what keys have by default, and what manages by its name only', () => {
  expect(given(undefined, 'admin')).toEqual(['read', 'write']);
  expect(given(undefined, 'admin', { ...RIGHTS, defaultScopes: null })).toEqual(['read', 'write', 'delete']);
  expect(given('admin', 'admin')).toEqual(['admin']);
});

test('nobody gives more than they have, nor a role that is gone anything', () => {
  expect(given('admin', 'editor')).toEqual(['read', 'write']);
  expect(given('read delete', 'viewer')).toEqual(['read']);
  for (const role of ['gone', '__proto__', 'constructor']) expect(given('read', role)).toEqual([]);
});

test('a client is given no more than it was registered for', () => {
  expect(given('admin', 'admin', RIGHTS, { scopes: ['read'] })).toEqual(['read']);
  expect(given('write', 'admin', RIGHTS, { scopes: ['read'] })).toEqual([]);
});

test('to ask for a refresh token is no scope, and a scope that is not declared is found', () => {
  expect(askedScopes('offline_access')).toBeUndefined();
  expect(askedScopes('read  read offline_access')).toEqual(['read']);
  expect(undeclaredScope(['read', 'toString'], RIGHTS)).toBe('toString');
  expect(undeclaredScope(['read', 'admin'], RIGHTS)).toBeUndefined();
});
