import { DynamoExchangeStore } from '../../lambdas/people/exchange-store.ts';
import { connectApp } from './connected-app.ts';
import { type Account, apiKey, bearer, contents, expectStatus, PASSWORD, type TestStack } from './stack.ts';

/** A person with a session. */
export interface Member extends Pick<Account, 'email' | 'tenantId' | 'userId'> {
  readonly token: string;
}

/** A tenant that has something of everything, and its two administrators. */
export interface FullTenant {
  readonly ada: Member & Account;
  readonly ben: Member;
  /** A key that Ada has made, which has been used. */
  readonly key: string;
  /** The cookie by which Ada is signed in with a browser. */
  readonly cookie: string;
}

/** Adds a person to a tenant and logs them in. */
export async function addMember(
  stack: TestStack,
  by: Member,
  role: string,
  email = `member.${crypto.randomUUID().slice(0, 8)}@example.com`,
): Promise<Member> {
  const request = {
    headers: bearer(by.token),
    json: { email, password: PASSWORD, role, full_name: 'Ben B.' },
  };
  const { id: userId } = contents(expectStatus(await stack.send('POST /v1/users', request), 201));
  const { tenantId } = by;
  return { email, tenantId, userId, token: await stack.logIn({ email } as Account) };
}

/** Signs in with a browser; gives its cookie. */
export async function signInWithBrowser(stack: TestStack, email: string): Promise<string> {
  const page = await stack.send('GET /sign-in');
  const [planted = ''] = page.values['set-cookie']?.[0]?.split(';') ?? [];
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const response = await stack.send('POST /sign-in', {
    headers: {
      cookie: planted,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Firefox/140.0',
    },
    body: `${new URLSearchParams({ csrf, email, password: PASSWORD })}`,
  });
  return expectStatus(response, 200).values['set-cookie']?.[0]?.split(';')[0] ?? '';
}

export async function fullTenant(stack: TestStack): Promise<FullTenant> {
  const account = await stack.onboard();
  const token = await stack.logIn(account);
  const ada = { ...account, token };
  const headers = bearer(token);
  const send = async (target: string, json?: object) => {
    const response = await stack.send(target, { headers, ...(json === undefined ? {} : { json }) });
    if (response.status >= 300) throw new Error(`${target}: ${response.text}`);
  };
  await stack.logIn(account);
  const ben = await addMember(stack, ada, 'viewer');
  await send(`PATCH /v1/users/${ben.userId}`, { role: 'admin', full_name: 'Ben Renamed' });
  await send('PATCH /v1/tenant', { name: 'Acme Ltd' });
  await send('POST /v1/workspaces', { name: 'Second' });
  const [used, unused, revoked, disabled] = await Promise.all([1, 2, 3, 4].map(() => stack.createKey(token)));
  expectStatus(await stack.send('GET /v1/auth/me', { headers: apiKey(used.key) }), 200);
  await send(`PATCH /v1/api-keys/${unused.id}`, { name: 'Renamed' });
  await send(`DELETE /v1/api-keys/${revoked.id}`);
  await send(`PATCH /v1/api-keys/${disabled.id}`, { enabled: false });
  await send('POST /v1/clients', {
    name: 'Ours',
    redirect_uris: ['https://app.example/callback'],
    token_endpoint_auth_method: 'none',
  });
  await connectApp(stack, account);
  await new DynamoExchangeStore(stack.table).link(
    `hash-${account.userId}`,
    { ...account, fullName: null, role: 'admin' },
    1,
  );
  const ended = await stack.logIn(account);
  await stack.send('POST /v1/auth/logout', { headers: bearer(ended), json: {} });
  return { ada, ben, key: used.key, cookie: await signInWithBrowser(stack, account.email) };
}
