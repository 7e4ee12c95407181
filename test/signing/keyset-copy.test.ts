import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../lambdas/kernel/problem.ts';
import type { ControlFacts } from '../../lambdas/signing/control-facts.ts';
import { EMPTY_KEYSET, type Keyset, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { KeysetCopy } from '../../lambdas/signing/keyset-copy.ts';
import { NOW } from '../support/tenants.ts';

const PLAN = { tokenAlgorithm: 'ES256', tokenSeconds: 900 } as const;

/** Milliseconds of the monotonic clock. */
let monotonic = 0;
beforeEach(() => {
  monotonic = 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const published = (keyset: Keyset, given: Partial<ControlFacts> = {}): ControlFacts => ({
  version: keyset.version,
  keys: publicKeys(keyset),
  revokedKids: new Set(),
  ...given,
});

/** A copy, and the secret and the facts that it is made from. */
async function world(use: 'token' | 'assertion' = 'token') {
  const keyset = await nextKeyset(EMPTY_KEYSET, PLAN, NOW);
  const state = {
    secret: JSON.stringify(keyset),
    facts: published(keyset),
    reads: 0,
    secretFails: undefined as unknown,
    factsFail: undefined as unknown,
  };
  const copy = new KeysetCopy(
    use,
    async () => {
      if (state.factsFail !== undefined) throw state.factsFail;
      return state.facts;
    },
    async () => {
      state.reads += 1;
      if (state.secretFails !== undefined) throw state.secretFails;
      return state.secret;
    },
  );
  return { keyset, state, copy };
}

const kids = async (copy: KeysetCopy) => (await copy.present()).keys.map(({ kid }) => kid);

describe('what an instance signs with', () => {
  test('is read once, and again after a minute', async () => {
    const { keyset, state, copy } = await world();
    const all = keyset.keys.map(({ kid }) => kid);
    expect(await kids(copy)).toEqual(all);
    monotonic += 59_999;
    expect(await kids(copy)).toEqual(all);
    expect(state.reads).toBe(1);
    monotonic += 1;
    await kids(copy);
    expect(state.reads).toBe(2);
  });

  test('is read anew at once when another keyset is published', async () => {
    const { keyset, state, copy } = await world();
    await copy.present();
    const next = await nextKeyset(keyset, PLAN, NOW + 1);
    Object.assign(state, { secret: JSON.stringify(next), facts: published(next) });
    expect(await kids(copy)).toEqual(next.keys.map(({ kid }) => kid));
    expect(state.reads).toBe(2);
  });

  test('is no revoked key, from the first request after the revocation and without another reading', async () => {
    const { keyset, state, copy } = await world();
    const [revoked = '', ...others] = await kids(copy);
    state.facts = published(keyset, { revokedKids: new Set([revoked]) });
    expect(await kids(copy)).toEqual(others);
    expect(state.reads).toBe(1);
  });

  test('is nothing that is not published, as nobody could verify it', async () => {
    const { keyset, state, copy } = await world();
    state.facts = published(keyset, { keys: publicKeys(keyset).slice(1) });
    expect(await kids(copy)).toEqual(keyset.keys.slice(1).map(({ kid }) => kid));
    state.facts = published(keyset, { keys: [] });
    expect(await kids(copy)).toEqual([]);
  });

  test('is not remembered while it is older than what is published, or empty', async () => {
    const { keyset, state, copy } = await world();
    const next = await nextKeyset(keyset, PLAN, NOW + 1);
    // The rotation has published; this region's secret still has the keyset before.
    state.facts = published(next);
    await copy.present();
    await copy.present();
    expect(state.reads).toBe(2);
    state.secret = JSON.stringify(next);
    expect(await kids(copy)).toEqual(next.keys.map(({ kid }) => kid));
    await copy.present();
    expect(state.reads).toBe(3);
    const empty = await world();
    Object.assign(empty.state, { secret: JSON.stringify(EMPTY_KEYSET), facts: published(EMPTY_KEYSET) });
    await empty.copy.present();
    await empty.copy.present();
    expect(empty.state.reads).toBe(2);
  });

  test('of assertions follows their own version, and none before their first rotation', async () => {
    const { keyset, state, copy } = await world('assertion');
    state.facts = published(keyset, { assertionVersion: keyset.version });
    await copy.present();
    // A rotation of the tokens' keys is none of theirs.
    state.facts = published(keyset, { version: 99, assertionVersion: keyset.version });
    await copy.present();
    expect(state.reads).toBe(1);
    const { assertionVersion: _, ...before } = state.facts;
    state.facts = before;
    await copy.present();
    expect(state.reads).toBe(2);
  });
});

describe('what cannot be read', () => {
  const unavailable = expect.objectContaining({ code: 'unavailable' });

  test('signs nothing: not the facts, not the secret, and not what is none', async () => {
    const { state, copy } = await world();
    state.factsFail = new Error('table');
    await expect(copy.present()).rejects.toEqual(unavailable);
    state.factsFail = new Problem('unavailable', { message: 'As it is told.' });
    await expect(copy.present()).rejects.toMatchObject({ message: 'As it is told.' });
    state.factsFail = undefined;
    state.secretFails = new Error('Secrets Manager');
    await expect(copy.present()).rejects.toEqual(unavailable);
    state.secretFails = undefined;
    for (const secret of ['', '{', 'null']) {
      state.secret = secret;
      await expect(copy.present()).rejects.toEqual(unavailable);
    }
  });

  test('is read again at the next request, and says nothing of the secret', async () => {
    const { keyset, state, copy } = await world();
    const secret = state.secret;
    state.secret = `${secret}!`;
    const problem = await copy.present().catch((error: Problem) => error);
    expect(JSON.stringify(problem)).not.toContain(String(keyset.keys[0]?.jwk.d));
    expect((problem as Problem).message).not.toContain(String(keyset.keys[0]?.jwk.d));
    state.secret = secret;
    expect(await kids(copy)).toHaveLength(keyset.keys.length);
  });

  test('after the minute is not replaced by the copy of before', async () => {
    const { state, copy } = await world();
    await copy.present();
    state.secretFails = new Error('Secrets Manager');
    monotonic += 60_000;
    await expect(copy.present()).rejects.toEqual(unavailable);
  });
});
