import { describe, expect, test } from 'vitest';
import { hashLinkSecret, newLink, newLinkSecret } from '../../lambdas/mail/link.ts';
import { newMail } from '../../lambdas/mail/mail.ts';
import { NOW, type Stores } from '../support/tenants.ts';

/** What every {@link OutboxStore} and every {@link LinkStore} does. */
export function mailStoresContract(stores: () => Pick<Stores, 'outbox' | 'links'>): void {
  const queued = async () => {
    const mail = newMail({ to: 'ada@example.com', template: 'verify', facts: {}, language: 'de' }, NOW);
    await stores().outbox.add(mail);
    return mail;
  };
  const waitingIds = async () => {
    const ids: string[] = [];
    for await (const { id } of stores().outbox.waiting()) ids.push(id);
    return ids;
  };
  const armed = async () => {
    const link = newLink({ kind: 'reset', subject: 'user:u', facts: { tenant: 't' }, expiresIn: 60 }, NOW);
    await stores().links.add(link);
    const hash = hashLinkSecret(newLinkSecret());
    const good = await stores().links.arm(link.id, hash, NOW);
    return { link, good, presented: { id: link.id, hash } };
  };

  describe('the outbox', () => {
    test('a mail waits as it was queued, in its order, until it is removed', async () => {
      const [first, second] = [await queued(), await queued()];
      expect(await stores().outbox.find(first.id)).toEqual(first);
      expect((await waitingIds()).slice(-2)).toEqual([first.id, second.id]);
      await stores().outbox.remove(first.id);
      expect(await stores().outbox.find(first.id)).toBeUndefined();
      expect(await waitingIds()).not.toContain(first.id);
    });

    test('of any number who take a mail at once one has it, and its next try is put off', async () => {
      const mail = await queued();
      const taken = await Promise.all([1, 2, 3, 4].map(() => stores().outbox.take(mail, NOW + 60)));
      expect(taken.filter((one) => one !== undefined)).toEqual([{ ...mail, dueAt: NOW + 60, attempts: 1 }]);
      expect(await stores().outbox.find(mail.id)).toMatchObject({ dueAt: NOW + 60, attempts: 1 });
    });

    test('nobody takes a mail that is gone, and nothing of it comes back', async () => {
      const mail = await queued();
      await stores().outbox.remove(mail.id);
      expect(await stores().outbox.take(mail, NOW + 60)).toBeUndefined();
      expect(await stores().outbox.find(mail.id)).toBeUndefined();
    });
  });

  describe('links', () => {
    test('a link without a secret is good for nobody', async () => {
      const link = newLink({ kind: 'verify', subject: 'user:u', expiresIn: 60 }, NOW);
      await stores().links.add(link);
      const presented = { id: link.id, hash: hashLinkSecret(newLinkSecret()) };
      expect(await stores().links.read(presented, NOW)).toBeUndefined();
      await expect(stores().links.use(presented, NOW)).rejects.toMatchObject({ code: 'invalid_link' });
    });

    test('reading a link does not use it, and it is what it was made for until the second in which it expires', async () => {
      const { link, good, presented } = await armed();
      const { forgottenAt: _, ...made } = link;
      expect(good).toEqual({ ...made, expiresAt: NOW + 60 });
      for (const at of [NOW, NOW + 59]) expect(await stores().links.read(presented, at)).toEqual(good);
      expect(await stores().links.read(presented, NOW + 60)).toBeUndefined();
      await expect(stores().links.use(presented, NOW + 60)).rejects.toMatchObject({ code: 'invalid_link' });
    });

    test('another secret does not open it', async () => {
      const { presented } = await armed();
      const wrong = { ...presented, hash: hashLinkSecret(newLinkSecret()) };
      expect(await stores().links.read(wrong, NOW)).toBeUndefined();
      await expect(stores().links.use(wrong, NOW)).rejects.toMatchObject({ code: 'invalid_link' });
    });

    test('of 20 uses at once one succeeds', async () => {
      const { presented } = await armed();
      const uses = await Promise.allSettled(
        Array.from({ length: 20 }, () => stores().links.use(presented, NOW)),
      );
      expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const use of uses)
        if (use.status === 'rejected') expect(use.reason).toMatchObject({ code: 'invalid_link' });
      expect(await stores().links.read(presented, NOW)).toBeUndefined();
    });

    test('two mails with a link have a secret each, and share its one use', async () => {
      const { link, presented } = await armed();
      const again = { id: link.id, hash: hashLinkSecret(newLinkSecret()) };
      await stores().links.arm(link.id, again.hash, NOW + 10);
      for (const one of [presented, again])
        expect(await stores().links.read(one, NOW + 69)).toMatchObject({ expiresAt: NOW + 70 });
      await stores().links.use(again, NOW + 20);
      await expect(stores().links.use(presented, NOW + 20)).rejects.toMatchObject({ code: 'invalid_link' });
    });

    test('nobody sends a link again that is used or forgotten', async () => {
      const { link, presented } = await armed();
      await stores().links.use(presented, NOW);
      expect(await stores().links.arm(link.id, hashLinkSecret('s'), NOW)).toBeUndefined();
      expect(await stores().links.arm(crypto.randomUUID(), hashLinkSecret('s'), NOW)).toBeUndefined();
      const never = newLink({ kind: 'verify', subject: 'user:u', expiresIn: 60 }, NOW);
      await stores().links.add(never);
      expect(await stores().links.arm(never.id, hashLinkSecret('s'), never.forgottenAt)).toBeUndefined();
    });
  });
}
