import { describe, expect, test } from 'vitest';
import { hashLinkSecret, type NewLinkRequest, newLink, newLinkSecret } from '../../lambdas/mail/link.ts';
import { linkedMail } from '../../lambdas/mail/linked-mail.ts';
import { newMail } from '../../lambdas/mail/mail.ts';
import { personFacts, verificationLink } from '../../lambdas/people/verification.ts';
import { resetLink } from '../../lambdas/recovery/links.ts';
import { UNDO_SECONDS } from '../../lambdas/recovery/store.ts';
import { NOW, ORIGIN, type Stores, storeTenant } from '../support/tenants.ts';

const invalidLink = expect.objectContaining({ code: 'invalid_link' });

/** What every {@link RecoveryStore} does. */
export function recoveryStoreContract(
  stores: () => Pick<
    Stores,
    'accounts' | 'keys' | 'people' | 'links' | 'outbox' | 'recovery' | 'sessions' | 'signIns'
  >,
): void {
  const person = async () => {
    const { account } = await storeTenant(stores(), { email: `${crypto.randomUUID()}@example.com` });
    return { user: account.user, facts: personFacts(account.user) };
  };
  const armed = async (request: NewLinkRequest) => {
    const link = newLink(request, NOW);
    await stores().links.add(link);
    const use = { id: link.id, hash: hashLinkSecret(newLinkSecret()) };
    await stores().links.arm(link.id, use.hash, NOW);
    return use;
  };
  const notice = (to: string) =>
    newMail({ to, template: 'password-changed', facts: {}, language: 'en' }, NOW);
  const standingOf = ({ tenantId, userId }: { tenantId: string; userId: string }) =>
    stores().people.standing(tenantId, userId);
  const resetMail = (facts: ReturnType<typeof personFacts>, version: number) =>
    linkedMail(
      { to: facts.email, template: 'reset', facts: {}, language: 'en' },
      resetLink(facts, version),
      NOW,
    );

  describe('a mail that was asked for', () => {
    test('gets one link, however many try', async () => {
      const { user, facts } = await person();
      const askedBy = { requestId: 'r', address: '192.0.2.7' };
      const mail = newMail({ to: user.email, template: 'reset', facts: {}, language: 'en', askedBy }, NOW);
      await stores().outbox.add(mail);
      const tries = [1, 2].map(() => {
        const link = newLink(resetLink(facts, 0), NOW);
        return stores().recovery.linkMail({ mail, person: user, link }, NOW);
      });
      const linked = (await Promise.all(tries)).filter((one) => one !== undefined);
      expect(linked).toHaveLength(1);
      expect((await stores().outbox.find(mail.id))?.linkId).toBe(linked[0]?.linkId);
    });
  });

  describe('confirming an address', () => {
    test('is noted of the person, once', async () => {
      const { user, facts } = await person();
      const use = await armed(verificationLink(user));
      await stores().recovery.verify({ use, person: facts }, ORIGIN, NOW);
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({ emailVerified: true });
      await expect(stores().recovery.verify({ use, person: facts }, ORIGIN, NOW)).rejects.toEqual(
        invalidLink,
      );
    });

    test('of an address that the person no longer has does nothing, and uses nothing', async () => {
      const { user, facts } = await person();
      const use = await armed(verificationLink(user));
      const former = { ...facts, email: 'former@example.com' };
      await expect(stores().recovery.verify({ use, person: former }, ORIGIN, NOW)).rejects.toEqual(
        invalidLink,
      );
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({ emailVerified: false });
      expect(await stores().links.read(use, NOW)).toBeDefined();
    });
  });

  describe('a new password', () => {
    const set = (use: { id: string; hash: string }, facts: ReturnType<typeof personFacts>, version = 0) =>
      stores().recovery.setPassword(
        {
          use,
          person: facts,
          passwordVersion: version,
          passwordHash: 'another',
          notice: notice(facts.email),
        },
        ORIGIN,
        NOW,
      );

    test('holds, is the next version, keeps no session, and confirms the address', async () => {
      const { user, facts } = await person();
      await set(await armed(resetLink(facts, 0)), facts);
      expect((await stores().accounts.findLogin(user.email))?.passwordHash).toBe('another');
      expect(await standingOf(user)).toMatchObject({ version: 1, passwordVersion: 1, keptSession: null });
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({ emailVerified: true });
    });

    test('is not set by the link of a former one, which stays unused', async () => {
      const { facts } = await person();
      const [first, second] = [await armed(resetLink(facts, 0)), await armed(resetLink(facts, 0))];
      await set(first, facts);
      await expect(set(second, facts)).rejects.toEqual(invalidLink);
      expect(await stores().links.read(second, NOW)).toBeDefined();
    });

    test('of 20 uses of a link at once one sets it', async () => {
      const { user, facts } = await person();
      const use = await armed(resetLink(facts, 0));
      const uses = await Promise.allSettled(Array.from({ length: 20 }, () => set(use, facts)));
      expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await standingOf(user)).toMatchObject({ version: 1 });
    });
  });

  test('a reset ends the password, and queues its link and its mail, if there is one', async () => {
    const { user, facts } = await person();
    const { link, mail } = resetMail(facts, 1);
    await stores().recovery.reset({ person: facts, passwordHash: 'of nobody', link, mail }, ORIGIN, NOW);
    expect((await stores().accounts.findLogin(user.email))?.passwordHash).toBe('of nobody');
    expect(await standingOf(user)).toMatchObject({ passwordVersion: 1 });
    expect(await stores().outbox.find(mail.id)).toEqual(mail);
    const silent = resetMail(facts, 2);
    const withoutMail = { person: facts, passwordHash: 'of nobody', link: silent.link, mail: null };
    await stores().recovery.reset(withoutMail, ORIGIN, NOW);
    expect(await stores().outbox.find(silent.mail.id)).toBeUndefined();
    expect(await stores().links.arm(silent.link.id, 'hash', NOW)).toBeDefined();
  });

  describe('another address', () => {
    const changing = async () => {
      const { user, facts } = await person();
      const to = `${crypto.randomUUID()}@example.com`;
      const use = await armed({
        kind: 'address',
        subject: `user:${user.userId}`,
        facts: { ...facts, to, passwordVersion: '0' },
        expiresIn: 60,
      });
      const back = { ...facts, email: to, to: user.email };
      const undo = linkedMail(
        { to: user.email, template: 'address-changed', facts: { to }, language: 'en' },
        { kind: 'undo', subject: `user:${user.userId}`, facts: back, expiresIn: UNDO_SECONDS },
        NOW,
      );
      const change = (passwordVersion = 0) =>
        stores().recovery.changeAddress({ use, person: facts, to, undo, passwordVersion }, ORIGIN, NOW);
      const takeBack = async () => {
        const undoUse = { id: undo.link.id, hash: hashLinkSecret(newLinkSecret()) };
        await stores().links.arm(undo.link.id, undoUse.hash, NOW);
        const reset = resetMail({ ...facts, email: user.email }, 1);
        const present = { ...facts, email: to };
        const given = { use: undoUse, person: present, to: user.email, passwordHash: 'of nobody', reset };
        return stores().recovery.undoAddress(given, ORIGIN, NOW);
      };
      return { user, facts, to, change, takeBack };
    };

    test('has the login, confirmed, and the former one has none', async () => {
      const { user, to, change } = await changing();
      await change();
      expect(await stores().accounts.findLogin(to)).toMatchObject({
        userId: user.userId,
        passwordHash: 'hash',
      });
      expect(await stores().accounts.findLogin(user.email)).toBeUndefined();
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({
        email: to,
        emailVerified: true,
      });
    });

    test('keeps the former one from others while it can be taken back', async () => {
      const { user, change } = await changing();
      await change();
      await expect(storeTenant(stores(), { email: user.email })).rejects.toMatchObject({
        code: 'email_taken',
      });
    });

    test('taken back, the former one has the login, without a password, and the other one is free', async () => {
      const { user, to, change, takeBack } = await changing();
      await change();
      await takeBack();
      expect(await stores().accounts.findLogin(user.email)).toMatchObject({
        userId: user.userId,
        passwordHash: 'of nobody',
      });
      expect(await standingOf(user)).toMatchObject({ passwordVersion: 1 });
      await storeTenant(stores(), { email: to });
    });

    test('that was asked for before the password became another is refused, and the link stays unused', async () => {
      const { user, facts, change } = await changing();
      const { link } = resetMail(facts, 1);
      const reset = { person: facts, passwordHash: 'another', link, mail: null };
      await stores().recovery.reset(reset, ORIGIN, NOW);
      await expect(change()).rejects.toEqual(invalidLink);
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({ email: user.email });
      await change(1);
    });

    test('that somebody has is refused, and nothing is changed or used', async () => {
      const { user, to, change } = await changing();
      await storeTenant(stores(), { email: to });
      await expect(change()).rejects.toMatchObject({ code: 'email_taken' });
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject({ email: user.email });
    });

    test('is asked for once more only when the last change can be taken back no more', async () => {
      const { facts, to, change } = await changing();
      await change();
      const moved = { ...facts, email: to };
      const ask = (now: number) =>
        stores().recovery.askForAddress(
          { person: moved, change: resetMail(moved, 0), notice: notice(to) },
          ORIGIN,
          now,
        );
      await expect(ask(NOW + UNDO_SECONDS - 1)).rejects.toMatchObject({ code: 'conflicting_state' });
      await ask(NOW + UNDO_SECONDS);
    });
  });
}
