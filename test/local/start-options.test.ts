import { expect, test } from 'vitest';
import { readOptions } from '../../local/start-options.ts';

test('nobody without a credential is let in where it is taken back', () => {
  expect(readOptions([]).anonymous).toBe(true);
  expect(readOptions(['--profile', 'memgraph', '--no-anonymous'])).toMatchObject({
    profile: 'memgraph',
    anonymous: false,
  });
});
