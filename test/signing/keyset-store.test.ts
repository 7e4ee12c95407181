import { expect, test } from 'vitest';
import type { ControlFacts } from '../../lambdas/signing/control-facts.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { KeysetStore } from '../../lambdas/signing/keyset-store.ts';
import { FakeSecret } from './secrets.ts';

const PLAN = { tokenAlgorithm: 'ES256', tokenSeconds: 900 } as const;
const NOW = Math.floor(Date.now() / 1000);

test('between two steps of a rotation the keyset that is about to go is not remembered as the one to come', async () => {
  const before = await nextKeyset(EMPTY_KEYSET, PLAN, NOW - 3600);
  const after = await nextKeyset(before, PLAN, NOW);
  const secret = new FakeSecret(JSON.stringify(before));
  let control: ControlFacts = {
    version: after.version,
    keys: publicKeys(after),
    revokedKids: new Set(before.keys.map(({ kid }) => kid)),
  };
  const store = new KeysetStore({ secretId: 'secret', use: 'token' }, async () => control, secret.client);
  // Published, not yet current, and what is current is revoked: nothing can sign.
  expect((await store.present()).keys).toEqual([]);
  secret.versions.set('v0', { value: JSON.stringify(after), stages: ['AWSCURRENT'] });
  expect((await store.present()).keys).toHaveLength(2);
  const calls = secret.calls;
  await store.present();
  expect(secret.calls).toBe(calls);
  // Another version that is published has the copy made anew.
  control = { ...control, version: after.version + 1 };
  await store.present();
  expect(secret.calls).toBe(calls + 1);
});
