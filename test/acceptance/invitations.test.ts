/** Inviting people by mail, who accept on the page that the mail leads to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { MAX_USERS } from '../../lambdas/people/people.ts';
import type { HttpResponse } from '../support/http.ts';
import {
  type Account,
  bearer,
  contents,
  expectStatus,
  PASSWORD,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

const NEW_PASSWORD = 'Correct-Horse-42-Battery';

let stack: TestStack;
let ada: Account;
let token: string;
beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: {
      identityProviders: [
        {
          issuer: 'https://acme.example.com',
          tenantClaim: { claim: 'org' },
          role: 'viewer',
          linkByEmail: true,
          signIn: {
            id: 'acme',
            label: 'Acme ID',
            clientId: 'c',
            authentication: 'none',
            domains: ['acme.example'],
          },
        },
      ],
    },
  });
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(() => stack?.stop());

let count = 0;
const address = () => `invited${(count += 1)}@example.com`;

const invite = async (fields: object = {}, by = token, headers: object = {}): Promise<HttpResponse> =>
  stack.send('POST /v1/invitations', {
    headers: { ...bearer(by), ...headers },
    json: { email: address(), role: 'editor', ...fields },
  });

/** The link of the latest invitation of an address, once its mail is there. */
async function linkTo(email: string, mails = 1): Promise<string> {
  const sent = () =>
    stack.local.mails().filter(({ to, text }) => to === email && text.includes('/accept-invitation'));
  await expect.poll(() => sent().length, { timeout: 20_000 }).toBe(mails);
  return /\?link=(\S+)/.exec(sent().at(-1)?.text ?? '')?.[1] ?? '';
}

const open = (link: string) => stack.send(`GET /accept-invitation?link=${link}`);
const accept = (link: string, fields: Readonly<Record<string, string>> = {}) =>
  stack.send('POST /accept-invitation', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams({ link, full_name: 'Grace Hopper', password: NEW_PASSWORD, ...fields })}`,
  });
const logIn = (email: string, password = NEW_PASSWORD) =>
  stack.send('POST /v1/auth/login', { json: { email, password } });

test('somebody invited comes in with the role, by a link that works once', async () => {
  const invitation = contents(expectStatus(await invite({ full_name: 'Grace' }), 201));
  expect(invitation).toMatchObject({ role: 'editor', status: 'pending', user_id: null, language: 'en' });
  const link = await linkTo(invitation.email);
  const mail = stack.local.mails().findLast(({ to }) => to === invitation.email);
  const { text, subject } = mail ?? { text: '', subject: '' };
  expect(subject).toBe('You are invited to Latchkey');
  expect(text).toContain(`${ada.email} invites you to join`);
  expect(text).toContain('within 7 days');
  // What looks at mails opens the link, and uses up nothing.
  for (const _ of [1, 2]) expect(expectStatus(await open(link), 200).text).toContain(invitation.email);
  expectStatus(await accept(link), 200);
  const { access_token } = contents(expectStatus(await logIn(invitation.email), 200));
  const me = contents(await stack.send(`GET ${stack.path('getMe')}`, { headers: bearer(access_token) }));
  expect(JSON.stringify(me)).toContain('editor');
  expect(expectStatus(await accept(link), 400).text).toContain('This invitation is not valid');
  const { json } = await stack.send('GET /v1/invitations', { headers: bearer(token) });
  expect(json.data.find(({ id }: { id: string }) => id === invitation.id)).toMatchObject({
    status: 'accepted',
  });
  const trail = await stack.send(`GET /v1/audit?target=invitation:${invitation.id}`, {
    headers: bearer(token),
  });
  expect(trail.json.data.map(({ action }: { action: string }) => action).sort()).toEqual([
    'invitation.accept',
    'invitation.create',
  ]);
});

test('the mail and the page are in the language that was asked for', async () => {
  const { email } = contents(await invite({ language: 'de', expires_in_days: 1 }));
  await linkTo(email);
  const mail = stack.local.mails().findLast(({ to }) => to === email);
  expect(mail?.subject).toBe('Einladung zu Latchkey');
  expect(mail?.text).toContain('innerhalb eines Tages');
});

describe('nobody comes in', () => {
  test('by an invitation that was taken back, or sent anew', async () => {
    const { id, email } = contents(await invite());
    const first = await linkTo(email);
    expectStatus(await stack.send(`POST /v1/invitations/${id}/resend`, { headers: bearer(token) }), 200);
    const second = await linkTo(email, 2);
    expectStatus(await open(first), 400);
    expectStatus(await open(second), 200);
    expectStatus(await stack.send(`DELETE /v1/invitations/${id}`, { headers: bearer(token) }), 200);
    expectStatus(await accept(second), 400);
    expectStatus(await stack.send(`DELETE /v1/invitations/${id}`, { headers: bearer(token) }), 409);
    expectStatus(await stack.send(`POST /v1/invitations/${id}/resend`, { headers: bearer(token) }), 409);
  });

  test('with an easy password, or without a name; the form says so, and the link stays good', async () => {
    const { email } = contents(await invite());
    const link = await linkTo(email);
    for (const [fields, said] of [
      [{ password: 'short' }, 'at least 8 characters'],
      [{ password: 'password1' }, 'easy to guess'],
      [{ full_name: ' ' }, 'Enter your name'],
    ] as const)
      expect(expectStatus(await accept(link, fields), 400).text).toContain(said);
    expectStatus(await accept(link), 200);
  });

  test('as another address than the invited one, whatever the form says', async () => {
    const { email } = contents(await invite());
    const link = await linkTo(email);
    expectStatus(await accept(link, { email: 'evil@example.com', username: 'evil@example.com' }), 200);
    expectStatus(await logIn('evil@example.com'), 401);
    expectStatus(await logIn(email), 200);
  });

  test('whose address has an account with another tenant: who invites is not told, who accepts is', async () => {
    const other = await stack.onboard();
    expectStatus(await invite({ email: other.email }), 201);
    const link = await linkTo(other.email);
    expect(expectStatus(await accept(link), 409).text).toContain('This address has an account');
    expectStatus(await logIn(other.email, PASSWORD), 200);
    expectStatus(await invite({ email: ada.email }), 409);
  });

  test('into a full tenant, nor into one that is suspended; the link stays good', async () => {
    const { email } = contents(await invite());
    const link = await linkTo(email);
    const set = (name: string, value: ReturnType<typeof N>) =>
      stack.table.update(tenantKey(ada.tenantId), {
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      });
    const before = (await stack.table.get(tenantKey(ada.tenantId)))?.userCount ?? N(1);
    await set('userCount', N(MAX_USERS));
    expect(expectStatus(await accept(link), 409).text).toContain('The organization is full');
    await set('userCount', before as ReturnType<typeof N>);
    await set('state', S('suspended') as never);
    expect(expectStatus(await accept(link), 401).text).toContain('access is suspended');
    await set('state', S('active') as never);
    expectStatus(await accept(link), 200);
  });

  test('by a made-up link', async () => {
    expectStatus(await open('x'), 400);
    expectStatus(await open(`${crypto.randomUUID()}.${'a'.repeat(43)}`), 400);
  });
});

test('an invitation that is accepted while it is taken back has one outcome', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, email } = contents(await invite());
    const link = await linkTo(email);
    const [accepted, revoked] = await Promise.all([
      accept(link),
      stack.send(`DELETE /v1/invitations/${id}`, { headers: bearer(token) }),
    ]);
    expect([accepted.status === 200, revoked.status === 200].sort()).toEqual([false, true]);
    expect((await logIn(email)).status).toBe(accepted.status === 200 ? 200 : 401);
  }
});

test('nobody invites above their own role, and another tenant’s invitation is none', async () => {
  const { id, email } = contents(await invite({ role: 'editor' }));
  const link = await linkTo(email);
  await accept(link);
  const editor = contents(await logIn(email)).access_token;
  expectStatus(await invite({ role: 'admin' }, editor), 403);
  // Who has just signed in.
  expectStatus(await invite({ role: 'admin' }, await stack.logIn(ada)), 201);
  const other = await stack.logIn(await stack.onboard());
  expectStatus(await stack.send(`DELETE /v1/invitations/${id}`, { headers: bearer(other) }), 404);
  expectStatus(await stack.send(`POST /v1/invitations/${id}/resend`, { headers: bearer(other) }), 404);
});

test('a repetition with an idempotency key invites once', async () => {
  const email = address();
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const [one, other] = [await invite({ email }, token, headers), await invite({ email }, token, headers)];
  expect(contents(other).id).toBe(contents(one).id);
  await linkTo(email);
});

test('one address is sent five mails an hour, whoever asks', async () => {
  const email = address();
  for (let sent = 0; sent < 5; sent += 1) expectStatus(await invite({ email }), 201);
  expectStatus(await invite({ email }), 429);
});

test('who must use an identity provider chooses no password, and is led there', async () => {
  const email = 'grace@acme.example';
  expectStatus(await invite({ email }), 201);
  const link = await linkTo(email);
  const { text } = expectStatus(await open(link), 200);
  expect(text).not.toContain('type="password"');
  expect(text).toContain('You will sign in with Acme ID');
  expectStatus(await accept(link, { password: '' }), 200);
  expectStatus(await logIn(email), 403);
});
