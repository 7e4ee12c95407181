import { describe, expect, test } from 'vitest';
import type { Invitation } from '../../lambdas/invitations/invitation.ts';
import { hashLinkSecret, newLink, newLinkSecret, type PresentedLink } from '../../lambdas/mail/link.ts';
import { newMail } from '../../lambdas/mail/mail.ts';
import { NOW, type Stores, storeTenant } from '../support/tenants.ts';

const ORIGIN = { actor: 'user:ada', requestId: 'r' };
const DAY = 86_400;

/** What every {@link InvitationStore} does. */
export function invitationStoreContract(
  stores: () => Pick<Stores, 'accounts' | 'invitations' | 'keys' | 'links' | 'people'>,
): void {
  const sendingOf = (id: string, tenantId: string, email: string) => {
    const facts = { tenantId, invitationId: id };
    const link = newLink({ kind: 'invitation', subject: `invitation:${id}`, facts, expiresIn: DAY }, NOW);
    const told = { tenant: 'T', inviter: 'i', days: '1' };
    const mail = { to: email, template: 'invitation', facts: told, language: 'en', linkId: link.id } as const;
    return { link, mail: newMail(mail, NOW) };
  };
  /** An invitation with a link as the mail has it. */
  const invited = async (fields: Partial<Invitation> = {}) => {
    const { tenantId } = await storeTenant(stores());
    const id = crypto.randomUUID();
    const email = `${id}@example.com`;
    const sending = sendingOf(id, tenantId, email);
    const invitation: Invitation = {
      id,
      tenantId,
      email,
      fullName: null,
      role: 'viewer',
      language: 'en',
      linkId: sending.link.id,
      state: 'pending',
      userId: null,
      createdAt: NOW,
      createdBy: 'user:ada',
      sentAt: NOW,
      expiresAt: NOW + DAY,
      ...fields,
    };
    await stores().invitations.create(invitation, sending, ORIGIN);
    return { invitation, link: await armed(invitation.linkId) };
  };
  const armed = async (id: string): Promise<PresentedLink> => {
    const hash = hashLinkSecret(newLinkSecret());
    await stores().links.arm(id, hash, NOW);
    return { id, hash };
  };
  const accept = async (invitation: Invitation, link: PresentedLink, now = NOW, email = invitation.email) => {
    const { tenantId, role } = invitation;
    const user = { userId: crypto.randomUUID(), tenantId, email, fullName: 'N', role };
    const person = { user, passwordHash: null, createdAt: now };
    await stores().invitations.accept({ invitation, link, person }, ORIGIN, now);
    return user;
  };
  const find = ({ tenantId, id }: Invitation) => stores().invitations.find(tenantId, id);

  describe('invitations', () => {
    test('one is found as it was made, by its tenant alone, and listed', async () => {
      const { invitation } = await invited({ fullName: 'Grace' });
      expect(await find(invitation)).toEqual(invitation);
      expect(await stores().invitations.find(crypto.randomUUID(), invitation.id)).toBeUndefined();
      expect(await stores().invitations.page(invitation.tenantId, 10)).toEqual({
        invitations: [invitation],
        next: null,
      });
    });

    test('one that is accepted has its person, and its link is used', async () => {
      const { invitation, link } = await invited();
      const user = await accept(invitation, link);
      expect(await find(invitation)).toMatchObject({ state: 'accepted', userId: user.userId });
      expect(await stores().people.find(user.tenantId, user.userId)).toMatchObject(user);
      expect(await stores().links.read(link, NOW)).toBeUndefined();
      await expect(accept(invitation, link)).rejects.toMatchObject({ code: 'invalid_link' });
    });

    test('one is not accepted after its end, by another link, nor once taken back', async () => {
      const { invitation, link } = await invited();
      const dead = { code: 'invalid_link' };
      await expect(accept(invitation, link, NOW + DAY)).rejects.toMatchObject(dead);
      await expect(accept(invitation, { ...link, hash: 'x' })).rejects.toMatchObject(dead);
      await stores().invitations.revoke(invitation, ORIGIN, NOW);
      await expect(accept(invitation, link)).rejects.toMatchObject(dead);
      await expect(stores().invitations.revoke(invitation, ORIGIN, NOW)).rejects.toMatchObject({
        code: 'conflicting_state',
      });
    });

    test('one for an address that is taken stays, and so does its link', async () => {
      const { invitation, link } = await invited();
      const taken = (await storeTenant(stores())).account.user.email;
      await expect(accept(invitation, link, NOW, taken)).rejects.toMatchObject({ code: 'email_taken' });
      expect(await find(invitation)).toEqual(invitation);
      await accept(invitation, link);
    });

    test('one that is sent again is accepted by the new link, and by no other', async () => {
      const { invitation, link } = await invited();
      const sending = sendingOf(invitation.id, invitation.tenantId, invitation.email);
      const after = { ...invitation, linkId: sending.link.id, sentAt: NOW + 5, expiresAt: NOW + 5 + DAY };
      await stores().invitations.resend(invitation, after, sending, ORIGIN);
      expect(await find(invitation)).toEqual(after);
      for (const seen of [invitation, after])
        await expect(accept(seen, link)).rejects.toMatchObject({ code: 'invalid_link' });
      await expect(stores().invitations.resend(invitation, after, sending, ORIGIN)).rejects.toMatchObject({
        code: 'conflicting_state',
      });
      await accept(after, await armed(sending.link.id));
    });

    test('of an acceptance and a revocation at once, one holds', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { invitation, link } = await invited();
        const both = await Promise.allSettled([
          accept(invitation, link),
          stores().invitations.revoke(invitation, ORIGIN, NOW),
        ]);
        const [accepted, revoked] = both.map(({ status }) => status === 'fulfilled');
        expect(accepted).not.toBe(revoked);
        expect((await find(invitation))?.state).toBe(accepted ? 'accepted' : 'revoked');
      }
    });

    test('of twenty acceptances at once, one holds', async () => {
      const { invitation, link } = await invited();
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => accept(invitation, link)));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
  });
}
