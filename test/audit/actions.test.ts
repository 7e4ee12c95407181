import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AUDIT_ACTIONS } from '../../lambdas/audit/actions.ts';

test('docs/audit.md names every action, and no other', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const kinds = new Set(AUDIT_ACTIONS.map((action) => action.split('.', 1)[0]));
  const named = [...docs.matchAll(/`([a-z]+)\.([a-z-]+)`/g)].flatMap(([, kind = '', verb]) =>
    kinds.has(kind) ? [`${kind}.${verb}`] : [],
  );
  expect(new Set(named)).toEqual(new Set<string>(AUDIT_ACTIONS));
});
