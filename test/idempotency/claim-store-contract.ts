import { describe, expect, test } from 'vitest';
import { HONOURED_SECONDS, IN_FLIGHT_SECONDS } from '../../lambdas/idempotency/idempotency.ts';
import { answering, type Claim } from '../../lambdas/kernel/claim.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { NOW, newIssue, ORIGIN, type Stores, storeTenant } from '../support/tenants.ts';

/** What every `ClaimStore` does, together with the stores that complete claims. */
export function claimStoreContract(stores: () => Stores): void {
  const newClaim = (): Claim => ({ id: crypto.randomUUID(), token: crypto.randomUUID() });
  const claim = (asked: Claim, now = NOW, fingerprint = 'f') =>
    stores().claims.claim({ ...asked, fingerprint }, now);
  const again = ({ id }: Claim): Claim => ({ id, token: crypto.randomUUID() });
  const show = ({ id }: ApiKey) => ({ id });

  /** Makes a key that completes the claim; gives its id. */
  const complete = async (asked: Claim, settlingSeconds = 0) => {
    const { tenantId, workspaceId } = await storeTenant(stores());
    const { issue } = newIssue({ tenantId, workspaceId });
    const made = async () => (await stores().keys.find(tenantId, issue.key.id)) !== undefined;
    const creating = stores().keys.create(
      issue,
      100,
      answering({ ...ORIGIN, claim: asked }, show, settlingSeconds),
    );
    return { id: issue.key.id, creating, made };
  };

  describe('claims on idempotency keys', () => {
    test('of 20 calls at once, one has it and the others are told that it is in flight', async () => {
      const first = newClaim();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => claim(again(first))));
      expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'in flight')).toHaveLength(19);
    });

    test('what completes it gives its answer to repetitions for 24 hours, and then is forgotten', async () => {
      const asked = newClaim();
      await claim(asked, NOW, 'the first');
      const { id, creating } = await complete(asked);
      await creating;
      const answered = { kind: 'answered', fingerprint: 'the first', answer: { id } };
      expect(await claim(again(asked), NOW, 'another')).toEqual(answered);
      await stores().claims.release(asked);
      expect(await claim(again(asked), NOW + HONOURED_SECONDS - 1)).toEqual(answered);
      expect(await claim(again(asked), NOW + HONOURED_SECONDS)).toEqual({ kind: 'claimed' });
      expect(await claim(again(asked), NOW + HONOURED_SECONDS)).toMatchObject({ kind: 'in flight' });
      const later = NOW + HONOURED_SECONDS + IN_FLIGHT_SECONDS;
      expect(await claim(again(asked), later)).toEqual({ kind: 'claimed' });
    });

    test('it is in flight until what was made holds everywhere', async () => {
      const asked = newClaim();
      await claim(asked);
      await (await complete(asked, 3)).creating;
      expect(await claim(again(asked), NOW + 2)).toEqual({ kind: 'in flight', fingerprint: 'f' });
      expect(await claim(again(asked), NOW + 3)).toMatchObject({ kind: 'answered' });
    });

    test('a released one is free at once, for any request', async () => {
      const asked = newClaim();
      await claim(asked);
      await stores().claims.release(asked);
      expect(await claim(again(asked), NOW, 'another')).toEqual({ kind: 'claimed' });
    });

    test('nobody releases the claim of another', async () => {
      const asked = newClaim();
      await claim(asked);
      await stores().claims.release(again(asked));
      await stores().claims.release(newClaim());
      expect(await claim(again(asked))).toMatchObject({ kind: 'in flight' });
    });

    test('one whose call died is free after its time, and the dead call makes nothing any more', async () => {
      const dead = newClaim();
      await claim(dead);
      expect(await claim(again(dead), NOW + IN_FLIGHT_SECONDS - 1)).toMatchObject({ kind: 'in flight' });
      const next = again(dead);
      expect(await claim(next, NOW + IN_FLIGHT_SECONDS)).toEqual({ kind: 'claimed' });
      const late = await complete(dead);
      await expect(late.creating).rejects.toMatchObject({ code: 'request_in_flight' });
      expect(await late.made()).toBe(false);
      const inTime = await complete(next);
      await inTime.creating;
      expect(await claim(again(dead), NOW + IN_FLIGHT_SECONDS)).toMatchObject({ answer: { id: inTime.id } });
    });

    test('a thing that is not made leaves no answer', async () => {
      const asked = newClaim();
      await claim(asked);
      const { tenantId, workspaceId } = await storeTenant(stores());
      const { issue } = newIssue({ tenantId, workspaceId });
      const creating = stores().keys.create(issue, 1, answering({ ...ORIGIN, claim: asked }, show));
      await expect(creating).rejects.toMatchObject({ code: 'limit_reached' });
      expect(await claim(again(asked))).toMatchObject({ kind: 'in flight' });
    });

    test('people and workspaces complete theirs in the same way', async () => {
      const { tenantId } = await storeTenant(stores());
      const [person, workspace] = [newClaim(), newClaim()];
      await Promise.all([claim(person), claim(workspace)]);
      const user = {
        userId: crypto.randomUUID(),
        tenantId,
        email: `${crypto.randomUUID()}@example.com`,
        fullName: null,
        role: 'admin',
      };
      await stores().people.create(
        { user, passwordHash: 'hash', createdAt: NOW },
        answering({ ...ORIGIN, claim: person }, ({ email }) => ({ email })),
      );
      const made = {
        id: crypto.randomUUID(),
        tenantId,
        name: 'W',
        keys: 0,
        isDefault: false,
        createdAt: NOW,
      };
      await stores().workspaces.create(
        { ...made, state: 'active' },
        answering({ ...ORIGIN, claim: workspace }, ({ name }) => ({ name })),
      );
      expect(await claim(again(person))).toMatchObject({ answer: { email: user.email } });
      expect(await claim(again(workspace))).toMatchObject({ answer: { name: 'W' } });
    });
  });
}
