import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../lambdas/contract/deployment.ts';
import {
  type AcceptingContext,
  acceptInvitation,
  type InvitingContext,
  invite,
  openInvitation,
  plainName,
  resend,
  revoke,
} from '../../lambdas/invitations/invitations.ts';
import { reauthenticationRequired } from '../../lambdas/kernel/authentication.ts';
import type { UserCaller } from '../../lambdas/kernel/caller.ts';
import { hashLinkSecret, linkToken, newLinkSecret } from '../../lambdas/mail/link.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { PROVIDER } from '../support/identity-provider.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r', address: ADDRESS };
const PASSWORD = 'Correct-Horse-42-Battery';
const GRACE = { fullName: 'Grace', password: PASSWORD };
const WANTED = {
  email: 'grace@example.com',
  fullName: null,
  role: undefined,
  days: 7,
  language: 'en',
} as const;
const dead = { code: 'invalid_link' };

/** A tenant whose owner invites, and whoever opens links. `now` is moved by tests. */
async function world(role = 'admin', deployment: Partial<Deployment> = {}) {
  const stores = memoryStores();
  const account = newAccount();
  await stores.accounts.createAccount(account);
  const { tenantId, userId, email } = account.user;
  const time = { now: NOW, isRecent: true };
  const clock = () => time.now;
  const shared = { ...stores, deployment: { ...DEPLOYMENT, ...deployment }, clock };
  const inviting: InvitingContext = {
    ...shared,
    requireRecentSignIn: async () => {
      if (!time.isRecent) throw reauthenticationRequired();
    },
  };
  const accepting: AcceptingContext = shared;
  const scopes = DEPLOYMENT.rights.roles[role]?.scopes ?? [];
  const caller = { kind: 'user', tenantId, userId, role, scopes, sessionId: 's' } as unknown as UserCaller;
  /** The text of the latest mail's link. */
  const token = async (linkId: string) => {
    const secret = newLinkSecret();
    await stores.links.arm(linkId, hashLinkSecret(secret), time.now);
    return linkToken(linkId, secret);
  };
  return { stores, account, email, tenantId, time, inviting, accepting, caller, token };
}

describe('an invitation', () => {
  test('has the smallest role unless another is asked for, and its mail says who invites', async () => {
    const { stores, inviting, caller, email } = await world();
    expect(await invite(WANTED, caller, FROM, inviting)).toMatchObject({
      role: 'viewer',
      state: 'pending',
      expiresAt: NOW + 7 * 86_400,
    });
    for await (const mail of stores.outbox.waiting())
      expect(mail).toMatchObject({
        to: WANTED.email,
        template: 'invitation',
        facts: { inviter: email, days: '7' },
      });
  });

  test('gives no role above the inviter’s own, neither when it is sent again', async () => {
    const { inviting, caller } = await world();
    const small = {
      ...caller,
      role: 'editor',
      scopes: DEPLOYMENT.rights.roles.editor?.scopes ?? [],
    } as UserCaller;
    const refused = { code: 'exceeds_own_rights' };
    await expect(invite({ ...WANTED, role: 'admin' }, small, FROM, inviting)).rejects.toMatchObject(refused);
    const { id } = await invite({ ...WANTED, role: 'admin' }, caller, FROM, inviting);
    await expect(resend(id, small, FROM, inviting)).rejects.toMatchObject(refused);
  });

  test('of who manages anything takes a recent sign-in, as a person does who is made at once', async () => {
    const rights = { ...DEPLOYMENT.rights, managing: ['write'] };
    const { inviting, caller, time } = await world('admin', { rights });
    time.isRecent = false;
    await expect(invite({ ...WANTED, role: 'editor' }, caller, FROM, inviting)).rejects.toMatchObject({
      code: 'reauthentication_required',
    });
    await invite(WANTED, caller, FROM, inviting);
  });

  test('of who manages people takes a recent sign-in', async () => {
    const { inviting, caller, time } = await world();
    time.isRecent = false;
    await expect(invite({ ...WANTED, role: 'admin' }, caller, FROM, inviting)).rejects.toMatchObject({
      code: 'reauthentication_required',
    });
    await invite(WANTED, caller, FROM, inviting);
  });

  test('is not for somebody of the tenant; whoever has an account elsewhere is invited like anybody', async () => {
    const { stores, inviting, caller, email } = await world();
    await expect(invite({ ...WANTED, email }, caller, FROM, inviting)).rejects.toMatchObject({
      code: 'email_taken',
    });
    const other = newAccount();
    await stores.accounts.createAccount(other);
    await invite({ ...WANTED, email: other.user.email }, caller, FROM, inviting);
  });

  test('of another tenant is none', async () => {
    const { inviting, caller } = await world();
    const { id } = await invite(WANTED, caller, FROM, inviting);
    const stranger = { ...caller, tenantId: crypto.randomUUID() };
    for (const act of [resend, revoke])
      await expect(act(id, stranger, FROM, inviting)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is mailed five times an hour to one address, and a hundred times for a tenant', async () => {
    const { inviting, caller } = await world();
    const limited = {
      code: 'rate_limited',
      message: expect.stringMatching(/^Too many attempts for this account/),
    };
    for (let sent = 0; sent < 5; sent += 1) await invite(WANTED, caller, FROM, inviting);
    await expect(invite(WANTED, caller, FROM, inviting)).rejects.toMatchObject(limited);
    for (let sent = 6; sent < 100; sent += 1)
      await invite({ ...WANTED, email: `p${sent}@example.com` }, caller, FROM, inviting);
    await expect(invite({ ...WANTED, email: 'q@example.com' }, caller, FROM, inviting)).rejects.toMatchObject(
      limited,
    );
  });
});

describe('a link', () => {
  const invited = async (deployment: Partial<Deployment> = {}, email: string = WANTED.email) => {
    const all = await world('admin', deployment);
    const invitation = await invite({ ...WANTED, email, role: 'editor' }, all.caller, FROM, all.inviting);
    return { ...all, invitation, link: await all.token(invitation.linkId) };
  };

  test('makes a person of the invited address, with the role and a confirmed address', async () => {
    const { stores, accepting, link, tenantId } = await invited();
    const opened = await openInvitation(link, accepting);
    await acceptInvitation(opened, GRACE, FROM, accepting);
    const login = await stores.accounts.findLogin(WANTED.email);
    expect(login?.passwordHash).toBeDefined();
    expect(await stores.people.find(tenantId, login?.userId ?? '')).toMatchObject({
      email: WANTED.email,
      emailVerified: true,
      role: 'editor',
      fullName: 'Grace',
    });
    await expect(openInvitation(link, accepting)).rejects.toMatchObject(dead);
  });

  test('is dead when it is another’s, has expired, was replaced or taken back', async () => {
    const { accepting, inviting, caller, link, invitation, time } = await invited();
    for (const none of ['', 'x', `${crypto.randomUUID()}.${newLinkSecret()}`, link.replace(/.$/, '_')])
      await expect(openInvitation(none, accepting)).rejects.toMatchObject(dead);
    time.now = invitation.expiresAt;
    await expect(openInvitation(link, accepting)).rejects.toMatchObject(dead);
    time.now = NOW + 5;
    await openInvitation(link, accepting);
    await resend(invitation.id, caller, FROM, inviting);
    await expect(openInvitation(link, accepting)).rejects.toMatchObject(dead);
  });

  test('is dead when the role is no more', async () => {
    const { accepting, link } = await invited();
    const { editor: _, ...roles } = DEPLOYMENT.rights.roles;
    const without = {
      ...accepting,
      deployment: { ...accepting.deployment, rights: { ...DEPLOYMENT.rights, roles } },
    };
    await expect(openInvitation(link, without)).rejects.toMatchObject(dead);
  });

  test('opens nothing while the tenant is suspended', async () => {
    const { stores, accepting, link, tenantId } = await invited();
    const tenant = stores.state.tenants.get(tenantId);
    if (tenant !== undefined) stores.state.tenants.set(tenantId, { ...tenant, state: 'suspended' });
    await expect(openInvitation(link, accepting)).rejects.toMatchObject({ code: 'suspended_tenant' });
  });

  test('makes a person without a password of who must use a provider', async () => {
    const signIn = {
      id: 'acme',
      label: 'Acme',
      clientId: 'c',
      authentication: 'none',
      scopes: ['openid'],
      claims: {},
      domains: ['acme.example'],
    } as const;
    const email = 'grace@acme.example';
    const { stores, accepting, link } = await invited(
      { identityProviders: [{ ...PROVIDER, signIn }] },
      email,
    );
    await acceptInvitation(await openInvitation(link, accepting), GRACE, FROM, accepting);
    expect(await stores.accounts.findLogin(email)).toMatchObject({ passwordHash: undefined });
  });
});

test.each([
  ['Acme & Söhne', 'Acme & Söhne'],
  ['Visit https://evil.example/now!', 'Visit https evil example now'],
  ['x'.repeat(200), 'x'.repeat(60)],
])('the name of a tenant in a mail has nothing that is made a link of: %s', (name, shown) => {
  expect(plainName(name)).toBe(shown);
});
