import { beforeEach, describe, expect, test } from 'vitest';
import {
  hashLinkSecret,
  linkToken,
  type NewLinkRequest,
  newLink,
  newLinkSecret,
} from '../../lambdas/mail/link.ts';
import type { MailRequest } from '../../lambdas/mail/mail.ts';
import { verifyPassword } from '../../lambdas/people/passwords.ts';
import { personFacts, verificationLink } from '../../lambdas/people/verification.ts';
import { resetLink } from '../../lambdas/recovery/links.ts';
import {
  askForAddress,
  askForMail,
  confirm,
  type RecoveryContext,
  resetByAdministrator,
  resetOf,
  resetPassword,
} from '../../lambdas/recovery/recovery.ts';
import { askedMails } from '../../lambdas/recovery/resolve.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { pair } from '../support/memory/state.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r', address: '192.0.2.7' };
const PASSWORD = 'correct horse battery staple';

let stores: ReturnType<typeof memoryStores>;
let context: RecoveryContext & { readonly requireRecentSignIn: () => Promise<void> };
let ada: User;
let now: number;
beforeEach(async () => {
  stores = memoryStores();
  now = NOW;
  context = {
    ...stores,
    deployment: DEPLOYMENT,
    clock: () => now,
    requireRecentSignIn: async () => undefined,
  };
  ada = await opened();
});

async function opened(given: { heldUntil?: number; passwordHash?: null } = {}): Promise<User> {
  const account = newAccount(given);
  await stores.accounts.createAccount({ ...account, ...given } as typeof account);
  return account.user;
}

async function tokenOf(request: NewLinkRequest): Promise<string> {
  const [link, secret] = [newLink(request, now), newLinkSecret()];
  await stores.links.add(link);
  await stores.links.arm(link.id, hashLinkSecret(secret), now);
  return linkToken(link.id, secret);
}

const caller = (user: User) => ({
  kind: 'user' as const,
  userId: user.userId,
  tenantId: user.tenantId,
  workspaceId: 'w',
  sessionId: 's',
  environment: 'live' as const,
  role: user.role,
  scopes: RIGHTS.roles[user.role]?.scopes ?? [],
});
const queued = () => [...stores.state.outbox.values()];
const resolve = () => askedMails(context);
const ask = (email: string, template: 'reset' | 'verify' = 'reset') =>
  askForMail({ email, template, language: 'en' }, FROM, context);
const use = (token: string, password = PASSWORD) =>
  resetPassword({ token, password, language: 'en', field: 'password' }, FROM, context);

describe('asking for a mail', () => {
  test('queues the same for every address', async () => {
    await ask(ada.email);
    await ask('nobody@example.com');
    const [one, other] = queued().map(({ id: _, to: __, ...same }) => same);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ template: 'reset', linkId: null, askedBy: FROM });
  });

  test('is limited by address of both kinds, in the same words for every account', async () => {
    const refusals = [];
    for (const email of [ada.email, 'nobody@example.com']) {
      for (let count = 0; count < 5; count += 1) await ask(email);
      refusals.push(await ask(email).catch(({ code, message }) => [code, message]));
    }
    expect(refusals[0]).toEqual(refusals[1]);
    expect(refusals[0]?.[0]).toBe('rate_limited');
    await ask(ada.email, 'verify');
    const strict = {
      ...context,
      deployment: { ...DEPLOYMENT, addressLimits: { ...DEPLOYMENT.addressLimits, accountsPerHour: 0 } },
    };
    await expect(
      askForMail({ email: 'x@example.com', template: 'reset', language: 'en' }, FROM, strict),
    ).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('a mail that was asked for', () => {
  const resolved = async (email: string, template: 'reset' | 'verify' = 'reset') => {
    await ask(email, template);
    const mail = queued().findLast(({ to }) => to === email);
    return mail && resolve()(mail);
  };

  test('gets a link for the person whose address it is, and none for nobody', async () => {
    const mail = await resolved(ada.email);
    expect(stores.state.links.get(mail?.linkId ?? '')).toMatchObject({
      kind: 'reset',
      subject: `user:${ada.userId}`,
      lifetimeSeconds: 1800,
    });
    expect(await resolved('nobody@example.com')).toBeUndefined();
  });

  test('lets no operator without a second factor set one up by the mail alone', async () => {
    const account = newAccount({ tenantId: 'operators' });
    const operator = { ...account.user, role: 'operator' };
    await stores.accounts.createAccount({ ...account, user: operator });
    expect(await resolved(operator.email)).toBeUndefined();
    const before = await stores.factors.find(operator);
    const totp = { id: 't', secret: 's', lastStep: 0, createdAt: now, lastUsedAt: now };
    await stores.factors.change({ before, after: { ...before, totp } });
    expect((await resolved(operator.email))?.linkId).toBeDefined();
  });

  test('is for nobody whose address is confirmed already, or whom a provider brings', async () => {
    expect((await resolved(ada.email, 'verify'))?.linkId).toBeDefined();
    const token = await tokenOf(verificationLink(ada));
    await confirm(token, 'en', FROM, context);
    expect(await resolved(ada.email, 'verify')).toBeUndefined();
    const guest = {
      userId: crypto.randomUUID(),
      tenantId: ada.tenantId,
      email: 'guest@example.com',
      fullName: null,
      role: 'viewer',
    };
    await stores.people.create(
      { user: guest, passwordHash: null, identity: 'i', createdAt: now },
      { actor: 'system', requestId: 'r' },
    );
    expect(await resolved(guest.email)).toBeUndefined();
  });

  test('is for who signed up by a key alone: a password is theirs to choose, and the account stays', async () => {
    const sam = await opened({ heldUntil: NOW + 100, passwordHash: null });
    expect((await resolved(sam.email))?.linkId).toBeDefined();
    await use(await tokenOf(resetLink(personFacts(sam), 0)));
    expect(stores.state.tenants.get(sam.tenantId)?.heldUntil).toBeNull();
    expect((await stores.accounts.findLogin(sam.email))?.passwordHash).toBeDefined();
  });
});

test('a link gives a password that holds; a weak one uses nothing; a second use does nothing', async () => {
  const token = await tokenOf(resetLink(personFacts(ada), 0));
  await expect(use(token, 'password')).rejects.toMatchObject({ code: 'invalid_field' });
  await use(token);
  const login = await stores.accounts.findLogin(ada.email);
  expect(await verifyPassword(PASSWORD, login?.passwordHash)).toBe(true);
  await expect(use(token)).rejects.toMatchObject({ code: 'invalid_link' });
  expect(queued().map(({ template }) => template)).toEqual(['password-changed']);
});

test('a link of one kind does nothing of another', async () => {
  const [reset, verify] = [
    await tokenOf(resetLink(personFacts(ada), 0)),
    await tokenOf(verificationLink(ada)),
  ];
  await expect(use(verify)).rejects.toMatchObject({ code: 'invalid_link' });
  await expect(confirm(reset, 'en', FROM, context)).rejects.toMatchObject({ code: 'invalid_link' });
  await expect(confirm('nonsense', 'en', FROM, context)).rejects.toMatchObject({ code: 'invalid_link' });
});

describe('another address', () => {
  const to = 'new@example.com';
  const token = async (template: MailRequest['template']) => {
    const { linkId } = queued().findLast((mail) => mail.template === template) ?? {};
    const secret = newLinkSecret();
    await stores.links.arm(linkId ?? '', hashLinkSecret(secret), now);
    return linkToken(linkId ?? '', secret);
  };

  test('is asked for after a recent sign-in, of another than the present one, five times an hour', async () => {
    const stale = { ...context, requireRecentSignIn: () => Promise.reject(new Error('stale')) };
    await expect(askForAddress({ to, language: 'en' }, caller(ada), FROM, stale)).rejects.toThrow('stale');
    await expect(
      askForAddress({ to: ada.email, language: 'en' }, caller(ada), FROM, context),
    ).rejects.toMatchObject({ code: 'invalid_field' });
    expect(queued()).toEqual([]);
  });

  test('goes to the new one and to the present one, is changed by the first and back by the former', async () => {
    await askForAddress({ to, language: 'de' }, caller(ada), FROM, context);
    expect(queued().map((mail) => [mail.template, mail.to, mail.language])).toEqual([
      ['address', to, 'de'],
      ['address-asked', ada.email, 'de'],
    ]);
    expect(await confirm(await token('address'), 'en', FROM, context)).toEqual({
      kind: 'address',
      email: to,
    });
    expect(queued().at(-1)).toMatchObject({ template: 'address-changed', to: ada.email });
    const undone = await confirm(await token('address-changed'), 'en', FROM, context);
    expect(undone).toEqual({ kind: 'undo', email: ada.email });
    expect(queued().at(-1)).toMatchObject({ template: 'reset', to: ada.email });
    await use(await token('reset'));
    expect(stores.state.people.get(pair(ada.tenantId, ada.userId))).toMatchObject({ email: ada.email });
  });
});

test('who is told that another address was asked for stops it by a new password', async () => {
  await askForAddress({ to: 'thief@example.com', language: 'en' }, caller(ada), FROM, context);
  const { linkId } = queued().find(({ template }) => template === 'address') ?? {};
  const secret = newLinkSecret();
  await stores.links.arm(linkId ?? '', hashLinkSecret(secret), now);
  await use(await tokenOf(resetLink(personFacts(ada), 0)));
  await expect(confirm(linkToken(linkId ?? '', secret), 'en', FROM, context)).rejects.toMatchObject({
    code: 'invalid_link',
  });
  expect(stores.state.people.get(pair(ada.tenantId, ada.userId))).toMatchObject({ email: ada.email });
});

describe('a reset by others', () => {
  test('mails a link that works, and the old password does not', async () => {
    await resetByAdministrator({ userId: ada.userId, language: 'en' }, caller(ada), FROM, context);
    expect(queued()).toMatchObject([{ template: 'reset-by-administrator', to: ada.email }]);
    const login = await stores.accounts.findLogin(ada.email);
    expect(login?.passwordHash).not.toBe('hash');
  });

  test('is refused of who may more than the caller, of strangers, and of who has no password', async () => {
    const few = { ...caller(ada), role: 'viewer', scopes: [] };
    await expect(
      resetByAdministrator({ userId: ada.userId, language: 'en' }, few, FROM, context),
    ).rejects.toMatchObject({ code: 'exceeds_own_rights' });
    const other = await opened();
    await expect(
      resetByAdministrator({ userId: other.userId, language: 'en' }, caller(ada), FROM, context),
    ).rejects.toMatchObject({ code: 'not_found' });
    const keyOnly = await opened({ passwordHash: null });
    await expect(
      resetOf(personFacts(keyOnly), 'en', { actor: 'operator', requestId: 'r' }, context),
    ).rejects.toMatchObject({ code: 'conflicting_state' });
  });
});
