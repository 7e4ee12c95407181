import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { hashLinkSecret } from '../../lambdas/mail/link.ts';
import { bearer, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

const NEXT = 'correct horse battery staple';
const json = (body: object) => ({ json: body });

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
});
afterAll(() => stack.stop());

/** The mails to an address, oldest first, after all that is queued has been sent. */
async function mailsTo(email: string) {
  await stack.local.idle();
  return stack.local.mails().filter(({ to }) => to === email);
}

/** The link of the newest mail to an address whose subject has a word. */
async function linkTo(email: string, word: string): Promise<string> {
  const mail = (await mailsTo(email)).findLast(({ subject }) => subject.includes(word));
  const link = /[?&]link=(\S+)/.exec(mail?.text ?? '')?.[1];
  if (link === undefined) throw new Error(`no mail to ${email} about ${word}`);
  return link;
}

const logIn = (email: string, password: string) =>
  stack.send('POST /v1/auth/login', json({ email, password }));
const use = (link: string, password = NEXT) =>
  stack.send('POST /v1/auth/reset-password', json({ link, new_password: password }));
const ask = (email: string) => stack.send('POST /v1/auth/forgot-password', json({ email }));
const me = (token: string) => stack.send('GET /v1/auth/me', { headers: bearer(token) });

async function trail(token: string): Promise<readonly string[]> {
  const response = await stack.send('GET /v1/audit?limit=200', { headers: bearer(token) });
  return response.json.data.map(({ action }: { action: string }) => action);
}

describe('a new account', () => {
  test('is mailed a link that confirms its address, once', async () => {
    const { email } = await stack.onboard();
    const token = await stack.logIn({ email } as never);
    const link = await linkTo(email, 'Confirm');
    expect((await stack.send('POST /v1/auth/confirm', json({ link }))).json).toEqual({
      status: 'verified',
      email,
    });
    const users = await stack.send('GET /v1/users', { headers: bearer(token) });
    expect(users.json.data).toMatchObject([{ email, email_verified: true }]);
    expect(await stack.send('POST /v1/auth/confirm', json({ link }))).toMatchObject({
      status: 400,
      json: { code: 'invalid_link' },
    });
    expect(await trail(token)).toContain('user.verify');
  });

  test('gets the mail again when it asks, until the address is confirmed', async () => {
    const { email } = await stack.onboard();
    await stack.send('POST /v1/auth/verify-email', json({ email }));
    expect(await mailsTo(email)).toHaveLength(2);
    await stack.send('POST /v1/auth/confirm', json({ link: await linkTo(email, 'Confirm') }));
    await stack.send('POST /v1/auth/verify-email', json({ email }));
    expect(await mailsTo(email)).toHaveLength(2);
  });
});

describe('a forgotten password', () => {
  test('is replaced by the link of a mail: nothing of before goes on, and the person is told', async () => {
    const account = await stack.onboard();
    const before = await stack.logIn(account);
    expect((await ask(account.email)).status).toBe(202);
    expect((await use(await linkTo(account.email, 'Choose'))).json).toEqual({ status: 'changed' });
    expect((await me(before)).status).toBe(401);
    expect((await logIn(account.email, PASSWORD)).status).toBe(401);
    const { json: body } = await logIn(account.email, NEXT);
    expect((await me(body.access_token)).status).toBe(200);
    expect((await mailsTo(account.email)).at(-1)?.subject).toContain('was changed');
    expect(await trail(body.access_token)).toEqual(expect.arrayContaining(['user.link', 'user.password']));
    // The API key is not the person's session.
    expect((await stack.send('GET /v1/auth/me', { headers: { 'X-API-Key': account.apiKey } })).status).toBe(
      200,
    );
  });

  test('of 20 uses of one link at once one makes a change', async () => {
    const { email } = await stack.onboard();
    await ask(email);
    const link = await linkTo(email, 'Choose');
    const passwords = Array.from({ length: 20 }, (_, index) => `${NEXT} ${index}`);
    const uses = await Promise.all(passwords.map((password) => use(link, password)));
    const changed = uses.flatMap(({ status }, index) => (status === 200 ? [passwords[index] ?? ''] : []));
    expect(changed).toHaveLength(1);
    for (const { status, json: body } of uses)
      if (status !== 200) expect([status, body.code]).toEqual([400, 'invalid_link']);
    expect((await logIn(email, changed[0] ?? '')).status).toBe(200);
    await stack.local.idle();
    const told = (await mailsTo(email)).filter(({ subject }) => subject.includes('was changed'));
    expect(told).toHaveLength(1);
  });

  test('a link is good until its time is over, and a second one dies with the first one’s use', async () => {
    const { email } = await stack.onboard();
    await ask(email);
    const first = await linkTo(email, 'Choose');
    await ask(email);
    const second = await linkTo(email, 'Choose');
    const [id = '', secret = ''] = first.split('.');
    const item = await stack.table.get(linkKey(id));
    expect(item?.hashes?.SS).toEqual([hashLinkSecret(secret)]);
    const left = Number(item?.xa?.N) - Date.now() / 1000;
    expect(left).toBeGreaterThan(1700);
    expect(left).toBeLessThanOrEqual(1800);
    await stack.table.update(linkKey(id), {
      UpdateExpression: 'SET xa = :past',
      ExpressionAttributeValues: { ':past': N(Math.floor(Date.now() / 1000)) },
    });
    expect((await use(first)).json.code).toBe('invalid_link');
    await ask(email);
    const third = await linkTo(email, 'Choose');
    expect((await use(third)).status).toBe(200);
    expect((await use(second, `${NEXT} 2`)).json.code).toBe('invalid_link');
  });

  test('a weak password, and one that is too short, use nothing', async () => {
    const { email } = await stack.onboard();
    await ask(email);
    const link = await linkTo(email, 'Choose');
    expect((await use(link, 'password')).json).toMatchObject({ code: 'invalid_field' });
    expect((await use(link, 'short')).json).toMatchObject({ code: 'invalid_field' });
    expect((await use(link)).status).toBe(200);
  });

  test('an address that nobody has gets the same answer, and no mail', async () => {
    const [known, unknown] = [(await stack.onboard()).email, 'nobody@example.com'];
    const [one, other] = [await ask(known), await ask(unknown)];
    expect(other.json).toEqual(one.json);
    expect(other.status).toBe(one.status);
    expect(await mailsTo(unknown)).toEqual([]);
  });

  test('a link of another kind changes no password, and made-up ones do nothing', async () => {
    const { email } = await stack.onboard();
    const verify = await linkTo(email, 'Confirm');
    for (const link of [verify, 'x', `${crypto.randomUUID()}.${'A'.repeat(43)}`])
      expect((await use(link)).json.code).toBe('invalid_link');
    expect((await stack.send('POST /v1/auth/confirm', json({ link: verify }))).status).toBe(200);
  });

  test('an address is mailed five times an hour, whether it has an account or not', async () => {
    for (const email of [(await stack.onboard()).email, 'nobody-else@example.com']) {
      const statuses = [];
      for (let count = 0; count < 6; count += 1) statuses.push((await ask(email)).status);
      expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
    }
  });
});

describe('another address', () => {
  const change = (token: string, email: string) =>
    stack.send('POST /v1/auth/email', { headers: bearer(token), ...json({ email }) });
  const confirm = (link: string) => stack.send('POST /v1/auth/confirm', json({ link }));

  test('is used when its holder confirms it; both are told, and the former one takes it back', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const [from, to] = [account.email, `new-${account.email}`];
    // Mails that wait together are sent in any order: the account's first is not waiting any more.
    await linkTo(from, 'Confirm');
    expect((await change(token, to)).status).toBe(202);
    expect((await mailsTo(from)).at(-1)?.subject).toContain('about to change');
    expect((await logIn(from, PASSWORD)).status).toBe(200);
    expect((await confirm(await linkTo(to, 'new e-mail address'))).json).toEqual({
      status: 'changed',
      email: to,
    });
    expect((await logIn(from, PASSWORD)).status).toBe(401);
    expect((await logIn(to, PASSWORD)).status).toBe(200);
    // Nobody else takes the former address while the change can be taken back.
    const again = { email: from, password: PASSWORD };
    expect((await stack.send('POST /v1/auth/onboard', json(again))).json.code).toBe('email_taken');
    expect((await change(token, `third-${from}`)).json.code).toBe('conflicting_state');

    expect((await confirm(await linkTo(from, 'was changed'))).json).toEqual({
      status: 'undone',
      email: from,
    });
    expect((await me(token)).status).toBe(401);
    expect((await logIn(to, PASSWORD)).status).toBe(401);
    expect((await logIn(from, PASSWORD)).status).toBe(401);
    expect((await use(await linkTo(from, 'Choose'))).status).toBe(200);
    const { json: body } = await logIn(from, NEXT);
    expect(await trail(body.access_token)).toEqual(
      expect.arrayContaining(['user.link', 'user.email', 'user.email-undo', 'user.password']),
    );
    // The other address is nobody's.
    expect((await stack.send('POST /v1/auth/onboard', json({ ...again, email: to }))).status).toBe(201);
  });

  test('that somebody has is told to its holder alone', async () => {
    const [account, holder] = [await stack.onboard(), await stack.onboard()];
    const token = await stack.logIn(account);
    expect((await change(token, holder.email)).status).toBe(202);
    expect(await confirm(await linkTo(holder.email, 'new e-mail address'))).toMatchObject({
      status: 409,
      json: { code: 'email_taken' },
    });
    expect((await logIn(account.email, PASSWORD)).status).toBe(200);
    expect((await logIn(holder.email, PASSWORD)).status).toBe(200);
  });

  test('is none any more once the password is new: who asked for it may not have been its holder', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const to = `moved-${account.email}`;
    await change(token, to);
    await ask(account.email);
    await use(await linkTo(account.email, 'Choose'));
    expect(await confirm(await linkTo(to, 'new e-mail address'))).toMatchObject({
      status: 400,
      json: { code: 'invalid_link' },
    });
    expect((await logIn(to, NEXT)).status).toBe(401);
    expect((await logIn(account.email, NEXT)).status).toBe(200);
  });

  test('of two at once one is used', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const addresses = ['one', 'two'].map((name) => `${name}-${account.email}`);
    const links = [];
    for (const to of addresses) {
      await change(token, to);
      links.push(await linkTo(to, 'new e-mail address'));
    }
    const statuses = (await Promise.all(links.map(confirm))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 400]);
    const logins = await Promise.all([...addresses, account.email].map((email) => logIn(email, PASSWORD)));
    expect(logins.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('an administrator', () => {
  const people = async () => {
    const admin = await stack.onboard();
    const token = await stack.logIn(admin);
    const email = `ben-${admin.email}`;
    const body = { email, password: PASSWORD, role: 'editor' };
    const user = (await stack.send('POST /v1/users', { headers: bearer(token), ...json(body) })).json;
    return { admin, token, email, user };
  };
  const reset = (id: string, token: string) =>
    stack.send(`POST /v1/users/${id}/reset-password`, { headers: bearer(token) });

  test('resets a person’s password: sessions end, the old one is dead, and the link chooses another', async () => {
    const { token, email, user } = await people();
    expect(user.email_verified).toBe(false);
    const theirs = (await logIn(email, PASSWORD)).json.access_token;
    expect((await reset(user.id, token)).json).toEqual({ id: user.id, status: 'accepted' });
    expect((await me(theirs)).status).toBe(401);
    expect((await logIn(email, PASSWORD)).status).toBe(401);
    expect((await use(await linkTo(email, 'Choose'))).status).toBe(200);
    expect((await logIn(email, NEXT)).status).toBe(200);
    expect(await trail(token)).toContain('user.reset');
  });

  test('resets nobody of another tenant, and no editor resets an administrator', async () => {
    const { admin, email, user } = await people();
    const stranger = await stack.logIn(await stack.onboard());
    expect((await reset(user.id, stranger)).status).toBe(404);
    const theirs = (await logIn(email, PASSWORD)).json.access_token;
    expect((await reset(admin.userId, theirs)).status).toBe(403);
  });
});

test('what these functions may do they need, and they were refused nothing', () => {
  expect(stack.local.rights().refused).toEqual([]);
});
