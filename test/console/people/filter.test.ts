import { expect, test } from 'vitest';
import { givableRoles, matchingPeople, nameOf } from '../../../console/screens/people/filter.ts';

const ada = { email: 'ada@example.com', full_name: 'Ada Lovelace', role: 'admin' };
const bob = { email: 'bob@example.com', full_name: null, role: 'viewer' };
const zoe = { email: 'z@example.com', full_name: 'Ärmin Zoë', role: 'editor' };

test('people are found by every word of name, address or role, whatever its case, and are in the order of their names', () => {
  const all = [zoe, bob, ada];
  const found = (text: string) => matchingPeople(all, text).map(nameOf);
  expect(found('')).toEqual(['Ada Lovelace', 'Ärmin Zoë', 'bob@example.com']);
  expect(found('LOVE admin')).toEqual(['Ada Lovelace']);
  expect(found('ärmin')).toEqual(['Ärmin Zoë']);
  expect(found('viewer')).toEqual(['bob@example.com']);
  expect(found('admin bob')).toEqual([]);
});

test('roles with more than somebody has are not offered, but the one that is there', () => {
  const roles = [
    { name: 'viewer', scopes: ['read'] },
    { name: 'editor', scopes: ['read', 'write'] },
    { name: 'admin', scopes: ['read', 'admin'] },
  ];
  const offered = (held: readonly string[], present?: string) =>
    givableRoles(roles, (scope) => held.includes(scope), present).map(({ name }) => name);
  expect(offered(['read', 'write'])).toEqual(['viewer', 'editor']);
  expect(offered(['read'], 'admin')).toEqual(['viewer', 'admin']);
});
