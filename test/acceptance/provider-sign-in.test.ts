/** Signing in with an identity provider (`oidc-provider`, in a process of its own), as a client of HTTP sees it; test/browser has the same in Chromium. */
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OidcProvider } from '../support/oidc-provider.ts';
import { ProviderBrowser } from '../support/provider-browser.ts';
import { type Account, expectStatus, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

const provider = new OidcProvider(18_796);

let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  await provider.start();
  stack = await startTestStack({
    profile: 'default',
    config: {
      identityProviders: [
        {
          issuer: provider.issuer,
          tenantClaim: { claim: 'org' },
          role: 'viewer',
          linkByEmail: true,
          createUsers: true,
          signIn: { id: 'acme', label: 'Acme <ID>', clientId: 'latchkey', domains: ['acme.example'] },
        },
      ],
    },
  });
  ada = await stack.onboard();
  await Promise.all([putSecret('a secret: 100 %'), startProvider()]);
});
afterAll(async () => {
  await provider.stop();
  await stack?.stop();
});

function startProvider(): Promise<void> {
  const client = {
    client_id: 'latchkey',
    client_secret: 'a secret: 100 %',
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [`${stack.url}/sign-in/acme`],
  } as const;
  const people = {
    ada: { org: ada.tenantId, email: ada.email, email_verified: true },
    new: { org: ada.tenantId, email: 'new@acme.example', email_verified: true, name: 'New Person' },
    stranger: { org: '00000000-0000-7000-8000-000000000000' },
  };
  return provider.start({}, [['ES256', 'a']], { clients: [client], people });
}

async function putSecret(SecretString: string): Promise<void> {
  const { secretsEndpoint: endpoint, region, credentials, outputs } = stack.local;
  const secrets = new SecretsManagerClient({ endpoint, region, credentials });
  await secrets.send(new PutSecretValueCommand({ SecretId: outputs.ProviderSecretAcme, SecretString }));
  secrets.destroy();
}

class Browser extends ProviderBrowser {
  constructor() {
    super(stack.send, 'acme');
  }

  /** The path that the provider leads back to, once somebody has signed in there. */
  async led(login: string): Promise<string> {
    return (await provider.signIn(await this.begin(), login)).slice(stack.url.length);
  }
}

test('a person of the provider comes in, goes on, and is in the audit trail', async () => {
  const browser = new Browser();
  const back = await browser.led('ada');
  expect(back).toContain('&iss=');
  const planted = browser.cookie;
  const response = await browser.send(`GET ${back}`);
  expect([response.status, response.headers.location]).toEqual([302, '/device']);
  expect(browser.cookie).not.toBe(planted);
  expect(await browser.who()).toBe(ada.email);
  const token = await stack.logIn(ada);
  const { json } = await stack.send('GET /v1/audit?limit=5', {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(json.data.map(({ action }: { action: string }) => action)).toContain('signin.create');
});

test('signing in again ends what the browser was signed in as', async () => {
  const browser = new Browser();
  expectStatus(await browser.send(`GET ${await browser.led('ada')}`), 302);
  const before = browser.cookie;
  expectStatus(await browser.send(`GET ${await browser.led('new')}`), 302);
  expect(await browser.who()).toBe('new@acme.example');
  browser.cookie = before;
  expect(await browser.who()).toBeUndefined();
});

test('somebody whom nobody knows yet is made, once, and is the same the next time', async () => {
  for (const _ of [1, 2]) {
    const browser = new Browser();
    expectStatus(await browser.send(`GET ${await browser.led('new')}`), 302);
    expect(await browser.who()).toBe('new@acme.example');
  }
  const token = await stack.logIn(ada);
  const { json } = await stack.send('GET /v1/users', { headers: { authorization: `Bearer ${token}` } });
  expect(json.data.filter(({ email }: { email: string }) => email === 'new@acme.example')).toHaveLength(1);
});

describe('nobody is signed in', () => {
  test('twice by one answer, nor by one in another browser', async () => {
    const [browser, other] = [new Browser(), new Browser()];
    const back = await browser.led('ada');
    await other.send('GET /sign-in');
    expectStatus(await other.send(`GET ${back}`), 403);
    expect(expectStatus(await new Browser().send(`GET ${back}`), 403).values['set-cookie']).toBeUndefined();
    // The state is its browser's still.
    const twice = await Promise.all([browser.send(`GET ${back}`), browser.send(`GET ${back}`)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([302, 403]);
  });

  test('by an answer that says another issuer, or none', async () => {
    for (const change of [/&iss=[^&]*/, /iss=[^&]*/]) {
      const browser = new Browser();
      const back = (await browser.led('ada')).replace(
        change,
        change.source.startsWith('&') ? '' : 'iss=https%3A%2F%2Fevil.example',
      );
      const { text } = expectStatus(await browser.send(`GET ${back}`), 403);
      expect(text).toContain('Your account at Acme &lt;ID&gt; cannot sign in here');
      expect(await browser.who()).toBeUndefined();
    }
  });

  test('whom the provider puts into a tenant that there is not', async () => {
    const browser = new Browser();
    expectStatus(await browser.send(`GET ${await browser.led('stranger')}`), 403);
  });

  test('by a form of another site, by a provider that there is not, nor by nothing', async () => {
    const browser = new Browser();
    expectStatus(await browser.post('/sign-in/acme', { csrf: 'guess' }), 403);
    expectStatus(await browser.post('/sign-in/other', {}), 404);
    expectStatus(await browser.send('GET /sign-in/other?code=c&state=s'), 404);
    expectStatus(await browser.send('GET /sign-in/acme'), 403);
  });

  test('who has not gone through with it, and is asked again', async () => {
    const browser = new Browser();
    const state = new URL(await browser.begin()).searchParams.get('state');
    const iss = encodeURIComponent(provider.issuer);
    const { text } = expectStatus(
      await browser.send(`GET /sign-in/acme?error=access_denied&state=${state}&iss=${iss}`),
      400,
    );
    expect(text).toContain('You have not signed in with Acme &lt;ID&gt;.');
    expect(text).toContain('name="continue" value="/device"');
  });

  test('while the provider does not take our secret; the one that is put there holds at once', async () => {
    await putSecret('another');
    const browser = new Browser();
    expectStatus(await browser.send(`GET ${await browser.led('ada')}`), 503);
    await putSecret('a secret: 100 %');
    expectStatus(await browser.send(`GET ${await browser.led('ada')}`), 302);
  });
});

describe('a password of an address of the provider’s domain', () => {
  test('is refused in the same words whether somebody has the address or not', async () => {
    const answers = [];
    for (const email of ['new@acme.example', 'nobody@acme.example', 'NOBODY@ACME.example']) {
      const { status, json } = await stack.send('POST /v1/auth/login', {
        json: { email, password: PASSWORD },
      });
      answers.push(JSON.stringify([status, { ...json, request_id: '' }]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('provider_required');
    expect(answers[0]).toContain('acme.example sign in with Acme');
  });

  test('opens no account', async () => {
    const account = { email: 'squatter@acme.example', password: PASSWORD };
    expectStatus(await stack.send('POST /v1/auth/onboard', { json: account }), 403);
  });

  test('leads to the provider on the page', async () => {
    const browser = new Browser();
    const { text } = expectStatus(
      await browser.post('/sign-in', { email: 'ada@acme.example', password: PASSWORD }),
      403,
    );
    expect(text).toContain('action="/sign-in/acme"');
    expect(text).toContain('name="login_hint" value="ada@acme.example"');
    expect(text).not.toContain('type="password"');
  });

  test('of a domain below it is taken as any other', async () => {
    const json = { email: 'ada@sub.acme.example', password: PASSWORD };
    expectStatus(await stack.send('POST /v1/auth/login', { json }), 401);
  });
});
