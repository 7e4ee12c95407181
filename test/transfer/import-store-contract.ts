import { describe, expect, test } from 'vitest';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { hashKey, importedLocator } from '../../lambdas/keys/key-format.ts';
import { ADDRESS, NOW, newIssue, ORIGIN, type Stores, storeTenant } from '../support/tenants.ts';

/** What every `ImportStore` does, together with the stores of tenants and keys. */
export function importStoreContract(stores: () => Stores): void {
  const newTenant = async () => {
    const { tenantId, workspaceId } = await storeTenant(stores());
    const issueOf = (text: string, given: object = {}) => {
      const hash = hashKey(text);
      const { issue } = newIssue({ tenantId, workspaceId, locator: importedLocator(hash), ...given });
      return { ...issue, hash };
    };
    return { tenantId, workspaceId, issueOf };
  };
  const text = () => `sk-${crypto.randomUUID()}`;

  describe('imported keys', () => {
    test('are made all or none, are found, and can be used, beside the tier’s number of keys', async () => {
      const { tenantId, issueOf } = await newTenant();
      const { imports, keys, tenants } = stores();
      const [one, two] = [issueOf(text()), issueOf(text())];
      expect(await imports.presence([one, two])).toEqual(['absent', 'absent']);
      const stray = issueOf(text(), { workspaceId: 'none' });
      expect(await imports.create([one, stray], ORIGIN, NOW)).toBe(false);
      expect(await imports.presence([one, two, stray])).toEqual(['absent', 'absent', 'absent']);
      expect(await imports.create([one, two], ORIGIN, NOW)).toBe(true);
      expect(await imports.presence([one, two])).toEqual(['same', 'same']);
      expect(await keys.find(tenantId, one.key.id)).toMatchObject({ state: 'active', expiresAt: NEVER });
      const use = await stores()
        .decisions()
        .useKey({ locator: one.key.locator, hash: one.hash, address: ADDRESS, now: NOW });
      expect(use).toMatchObject({ passed: true, record: { caller: { keyId: one.key.id, tenantId } } });
      const { issue } = newIssue({ tenantId, workspaceId: one.key.workspaceId });
      await keys.create(issue, 2, ORIGIN);
      expect((await tenants.find(tenantId))?.keys).toBe(2);
    });

    test('that are there already are not made again: of two at once one is', async () => {
      const { issueOf } = await newTenant();
      const { imports } = stores();
      const one = issueOf(text());
      const made = await Promise.all([0, 1].map(() => imports.create([one], ORIGIN, NOW)));
      expect(made.toSorted()).toEqual([false, true]);
      expect(await imports.create([], ORIGIN, NOW)).toBe(true);
    });

    test('of another id or hash are taken, of another tenant foreign; a revoked one says so', async () => {
      const [mine, theirs] = [await newTenant(), await newTenant()];
      const { imports, keys } = stores();
      const secret = text();
      const one = mine.issueOf(secret);
      await imports.create([one], ORIGIN, NOW);
      for (const other of [mine.issueOf(secret), mine.issueOf(text(), { id: one.key.id })])
        expect(await imports.presence([other])).toEqual(['taken']);
      expect(await imports.presence([theirs.issueOf(secret)])).toEqual(['foreign']);
      await keys.revoke(one.key, ORIGIN, NOW);
      expect(await imports.presence([one])).toEqual(['revoked']);
    });

    test('that two tenants claim open neither: only who settles or withdraws it ends that', async () => {
      const [mine, theirs] = [await newTenant(), await newTenant()];
      const { imports, keys } = stores();
      const secret = text();
      const [one, claim] = [mine.issueOf(secret), theirs.issueOf(secret)];
      await imports.create([one], ORIGIN, NOW);
      const use = async () =>
        (
          await stores()
            .decisions()
            .useKey({ locator: one.key.locator, hash: one.hash, address: ADDRESS, now: NOW })
        ).passed;
      const found = () => keys.find(mine.tenantId, one.key.id);
      await imports.contest(claim, ORIGIN);
      await imports.contest(claim, ORIGIN);
      expect(await use()).toBe(false);
      expect(await found()).toMatchObject({ state: 'disabled', isContested: true });
      expect(await imports.presence([one])).toEqual(['contested']);
      expect(await imports.presence([claim])).toEqual(['foreign']);
      expect(await keys.change(one.key, { state: 'active' }, ORIGIN, NOW)).toBe(false);
      await imports.settle(one, ORIGIN);
      await imports.settle(one, ORIGIN);
      expect(await use()).toBe(true);
      expect(await found()).toMatchObject({ state: 'active', isContested: false });
      await imports.withdraw(claim, ORIGIN, NOW);
      await imports.withdraw(claim, ORIGIN, NOW);
      expect(await use()).toBe(false);
      expect(await found()).toBeUndefined();
      expect(await imports.create([claim], ORIGIN, NOW)).toBe(true);
      expect(await use()).toBe(true);
      expect(await found()).toBeUndefined();
      expect(await keys.find(theirs.tenantId, claim.key.id)).toMatchObject({ tenantId: theirs.tenantId });
    });

    test('that are revoked are not revived by a claim', async () => {
      const [mine, theirs] = [await newTenant(), await newTenant()];
      const { imports, keys } = stores();
      const secret = text();
      const one = mine.issueOf(secret);
      await imports.create([one], ORIGIN, NOW);
      await keys.revoke(one.key, ORIGIN, NOW);
      await imports.contest(theirs.issueOf(secret), ORIGIN);
      await imports.settle(one, ORIGIN);
      expect(await keys.find(mine.tenantId, one.key.id)).toMatchObject({ state: 'revoked' });
    });
  });
}
