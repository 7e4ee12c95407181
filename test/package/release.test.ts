import { expect, test } from 'vitest';
import { releaseFaults, releaseOfTree } from '../../bin/release-check.ts';

test('what npm would pack of the built package may be published', async () => {
  const release = await releaseOfTree();
  expect(release.packed.length).toBeGreaterThan(50);
  expect(releaseFaults(release)).toEqual([]);
});
