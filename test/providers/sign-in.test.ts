import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { FLOW_SECONDS } from '../../lambdas/providers/flows.ts';
import { keysBy, providerMetadata } from '../../lambdas/providers/metadata.ts';
import {
  beginSignIn,
  completeSignIn,
  findProvider,
  type ProviderAnswer,
  type ProviderSignInContext,
  resumeFlow,
  signInProviders,
} from '../../lambdas/providers/sign-in.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import { newSecret, signInsOf } from '../../lambdas/signin/sign-ins.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, newAccount } from '../support/tenants.ts';
import { FakeProvider, SIGN_IN } from './provider.ts';

/** Sign-ins with a provider that answers as a test says. */

const FROM = { requestId: 'r1', address: ADDRESS };
const NOW = Math.floor(Date.now() / 1000);
const refused = { code: 'sign_in_refused' };

let fake: FakeProvider;
beforeEach(() => {
  fake = new FakeProvider();
  fake.serve();
});
afterEach(() => vi.restoreAllMocks());

/** A tenant with a person, and browsers that sign in to it. */
async function world(at: FakeProvider = fake, clock = () => NOW) {
  const stores = memoryStores();
  const account = newAccount();
  await stores.accounts.createAccount(account);
  const { tenantId, email, userId } = account.user;
  const context: ProviderSignInContext = {
    ...stores,
    deployment: DEPLOYMENT,
    tenant: async () => ({
      state: 'active',
      tier: 'free',
      suspendedWorkspaces: new Set(),
      workspaces: new Set([account.workspaceId]),
    }),
    providers: signInProviders([at.provider], () => async () => 's:cret'),
    url: 'https://api.example.com',
    clock,
  };
  const provider = findProvider('okta', context);
  const begin = (secret: string, fields: object = {}) =>
    beginSignIn(
      provider,
      { secret, goesTo: null, uiLocales: null, loginHint: null, asksAnew: false, ...fields },
      FROM,
      context,
    );
  const comeBack = async (secret: string, answer: ProviderAnswer) => {
    const flow = await resumeFlow(provider, answer, secret, context);
    return completeSignIn(provider, { answer: { ...answer, state: flow.state }, secret }, FROM, context);
  };
  /** Signs in whom the claims speak of; gives who the browser is then signed in as. */
  const signIn = async (claims: object, answer: ProviderAnswer = { code: 'c' }) => {
    const secret = newSecret();
    const location = await begin(secret);
    at.gives(location, { org: tenantId, ...claims });
    const renewed = await comeBack(secret, { ...answer, state: stateOf(location) });
    return signInsOf(stores.signIns, clock).current({ [SIGN_IN_COOKIE]: renewed });
  };
  return { stores, account, tenantId, email, userId, context, begin, comeBack, signIn };
}

const stateOf = (location: string) => new URL(location).searchParams.get('state') ?? '';

describe('a sign-in begins', () => {
  test('at the provider’s endpoint, with PKCE by S256, a state and a nonce, at a redirect URI of its own', async () => {
    const { begin } = await world();
    const url = new URL(
      await begin(newSecret(), { loginHint: 'ada@example.com', uiLocales: 'de', asksAnew: true }),
    );
    expect(url.origin + url.pathname).toBe('https://idp.example.com/authorize');
    const { state, nonce, code_challenge, ...rest } = Object.fromEntries(url.searchParams);
    expect(rest).toEqual({
      tenant: 'x',
      response_type: 'code',
      client_id: 'latchkey',
      redirect_uri: 'https://api.example.com/sign-in/okta',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      login_hint: 'ada@example.com',
      ui_locales: 'de',
      prompt: 'login',
    });
    expect(new Set([state, nonce, code_challenge]).size).toBe(3);
    for (const value of [state, nonce, code_challenge]) expect(value).toMatch(/^[\w-]{43}$/);
  });

  test('anew each time, even in one browser', async () => {
    const { begin } = await world();
    const secret = newSecret();
    const [one, other] = [await begin(secret), await begin(secret)].map((url) => new URL(url).searchParams);
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(one?.get(name)).not.toBe(other?.get(name));
  });

  test.each([
    ['does not answer', (at: FakeProvider) => void (at.isDown = true)],
    ['is another one’s', (at: FakeProvider) => void (at.metadata.issuer = 'https://evil.example.com')],
    ['has no endpoint', (at: FakeProvider) => void (at.metadata.authorization_endpoint = undefined)],
    [
      'has one in the clear',
      (at: FakeProvider) => void (at.metadata.token_endpoint = 'http://idp.example.com/token'),
    ],
    [
      'has one that is run',
      (at: FakeProvider) => void (at.metadata.authorization_endpoint = 'javascript:alert(1)'),
    ],
  ])('nowhere while the provider’s document %s', async (_what, change) => {
    change(fake);
    const { begin } = await world();
    await expect(begin(newSecret())).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('three hundred times in ten minutes from one address', async () => {
    const { begin } = await world();
    for (let count = 0; count < 300; count += 1) await begin(newSecret());
    await expect(begin(newSecret())).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('with no provider that is not configured', async () => {
    const { context } = await world();
    expect(() => findProvider('other', context)).toThrow(new Problem('not_found'));
  });
});

describe('the person of an ID token', () => {
  test('is signed in, when and how the provider says', async () => {
    const { signIn, email, userId } = await world();
    const claims = { email, email_verified: true, auth_time: NOW - 90, amr: ['pwd', 'mfa'] };
    expect(await signIn(claims)).toMatchObject({ userId, email, authTime: NOW - 90, amr: ['pwd', 'mfa'] });
    // Known by now: by the subject, whatever the address is.
    expect(await signIn({})).toMatchObject({ userId, authTime: expect.any(Number), amr: [] });
  });

  test.each([
    ['has not been verified', (email: string) => ({ email, email_verified: false })],
    ['is not said to be verified', (email: string) => ({ email })],
    ['is verified by another claim than the configured one', (email: string) => ({ email, xms_edov: true })],
    ['looks like somebody’s', (email: string) => ({ email: email.replace('a', 'а'), email_verified: true })],
    [
      'becomes somebody’s by NFKC',
      (email: string) => ({ email: email.replace('.com', '．com'), email_verified: true }),
    ],
    ['is nobody’s', () => ({ email: 'nobody@example.com', email_verified: true })],
  ])('is nobody of ours whose address %s', async (_what, claimsOf) => {
    const { signIn, email } = await world();
    await expect(signIn(claimsOf(email))).rejects.toMatchObject(refused);
  });

  test('takes nobody’s account where addresses link to nobody', async () => {
    const at = new FakeProvider({ linkByEmail: false, createUsers: true });
    at.serve();
    const { signIn, email, userId } = await world(at);
    const signedIn = await signIn({ email, email_verified: true });
    expect(signedIn?.userId).not.toBe(userId);
    expect(signedIn?.email).toMatch(/@exchange\.invalid$/);
  });

  test('is who a configured claim verifies', async () => {
    const at = new FakeProvider({ emailVerifiedClaim: 'xms_edov' });
    at.serve();
    const { signIn, email, userId } = await world(at);
    await expect(signIn({ email, email_verified: true })).rejects.toMatchObject(refused);
    expect(await signIn({ email, xms_edov: true })).toMatchObject({ userId });
  });

  test.each([
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'other' }],
    ['several audiences and no azp', { aud: ['latchkey', 'other'] }],
    ['an azp that is another client', { azp: 'other' }],
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['an end that has passed', { exp: NOW - 1 }],
    ['another tenant’s name', { org: '00000000-0000-7000-8000-000000000000x' }],
  ])('is not let in by a token with %s', async (_what, claims) => {
    const { signIn, email } = await world();
    await expect(signIn({ email, email_verified: true, ...claims })).rejects.toMatchObject(refused);
  });

  test('is let in by one for several audiences whose azp is our client', async () => {
    const { signIn, email } = await world();
    const claims = { email, email_verified: true, aud: ['latchkey', 'other'], azp: 'latchkey' };
    expect(await signIn(claims)).toMatchObject({ email });
  });

  test.each(['suspended', 'closed'] as const)('is not let in while the tenant is %s', async (state) => {
    const { stores, signIn, email, tenantId } = await world();
    const tenant = stores.state.tenants.get(tenantId);
    if (tenant !== undefined) stores.state.tenants.set(tenantId, { ...tenant, state });
    await expect(signIn({ email, email_verified: true })).rejects.toMatchObject(refused);
  });
});

describe('an answer', () => {
  const person = async () => {
    const all = await world();
    const secret = newSecret();
    const location = await all.begin(secret);
    fake.gives(location, { org: all.tenantId, email: all.email, email_verified: true });
    return { ...all, secret, location, answer: { code: 'c', state: stateOf(location) } };
  };
  const stale = { code: 'stale_form' };

  test('is taken once', async () => {
    const { comeBack, secret, answer } = await person();
    await comeBack(secret, answer);
    await expect(comeBack(secret, answer)).rejects.toMatchObject(stale);
    expect(fake.redeemed).toHaveLength(1);
  });

  test('is not taken from another browser, which does not use it up', async () => {
    const { comeBack, secret, answer } = await person();
    await expect(comeBack(newSecret(), answer)).rejects.toMatchObject(stale);
    await expect(comeBack(secret, { code: 'c' })).rejects.toMatchObject(stale);
    await expect(comeBack(secret, { ...answer, state: 'x' })).rejects.toMatchObject(stale);
    await comeBack(secret, answer);
  });

  test('is not taken when it comes too late', async () => {
    let now = NOW;
    const { begin, comeBack } = await world(fake, () => now);
    const secret = newSecret();
    const location = await begin(secret);
    now += FLOW_SECONDS;
    await expect(comeBack(secret, { code: 'c', state: stateOf(location) })).rejects.toMatchObject(stale);
  });

  test('of another issuer brings its code to nobody (RFC 9207)', async () => {
    const { comeBack, secret, answer } = await person();
    await expect(comeBack(secret, { ...answer, iss: 'https://evil.example.com' })).rejects.toMatchObject(
      refused,
    );
    expect(fake.redeemed).toEqual([]);
  });

  test('says whose it is where all do', async () => {
    fake.metadata.authorization_response_iss_parameter_supported = true;
    const [silent, said] = [await person(), await person()];
    await expect(silent.comeBack(silent.secret, silent.answer)).rejects.toMatchObject(refused);
    fake.gives(said.location, { org: said.tenantId, email: said.email, email_verified: true });
    await said.comeBack(said.secret, { ...said.answer, iss: fake.issuer });
  });

  test('with the code of another browser’s flow is refused: the provider wants its verifier', async () => {
    const { begin, comeBack, tenantId, email } = await world();
    const [victim, attacker] = [newSecret(), newSecret()];
    const theirs = await begin(victim);
    fake.gives(await begin(attacker), { org: tenantId, email, email_verified: true });
    await expect(comeBack(victim, { code: 'c', state: stateOf(theirs) })).rejects.toMatchObject(refused);
  });

  test.each([
    ['access_denied', 'access_denied'],
    ['temporarily_unavailable', 'unavailable'],
    ['server_error', 'unavailable'],
    ['invalid_scope', 'sign_in_refused'],
    ['<script>', 'sign_in_refused'],
    [undefined, 'sign_in_refused'],
  ])('with the error %j is %s, and redeems nothing', async (error, code) => {
    const { comeBack, secret, answer } = await person();
    await expect(comeBack(secret, { state: answer.state, error })).rejects.toMatchObject({ code });
    expect(fake.redeemed).toEqual([]);
  });
});

describe('a code is redeemed', () => {
  test.each([
    ['by Basic authentication, form-encoded, unless the provider says otherwise', undefined, true],
    ['in the body where the provider takes no other', ['client_secret_post'], false],
  ])('%s', async (_what, methods, isBasic) => {
    fake.metadata.token_endpoint_auth_methods_supported = methods;
    const { signIn, email } = await world();
    await signIn({ email, email_verified: true });
    const [{ form, authorization } = { form: {}, authorization: null }] = fake.redeemed;
    expect(authorization).toBe(isBasic ? `Basic ${btoa('latchkey:s%3Acret')}` : null);
    expect(form).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://api.example.com/sign-in/okta',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      ...(isBasic ? {} : { client_id: 'latchkey', client_secret: 's:cret' }),
    });
  });

  test('by a public client with its id alone', async () => {
    const at = new FakeProvider({ signIn: { ...SIGN_IN, authentication: 'none' } });
    at.serve();
    const { signIn, email } = await world(at);
    await signIn({ email, email_verified: true });
    const [{ form, authorization } = { form: {}, authorization: '' }] = at.redeemed;
    expect([authorization, form.client_id, 'client_secret' in form]).toEqual([null, 'latchkey', false]);
  });

  test('by an instance that knows nothing yet in two waits, and without asking for anything twice', async () => {
    const { begin, context, tenantId, email } = await world();
    const secret = newSecret();
    const location = await begin(secret);
    fake.gives(location, { org: tenantId, email, email_verified: true });
    fake.asked.length = 0;
    const [metadata, token, keys] = ['.well-known/openid-configuration', 'token', 'keys'].map(
      (path) => `${fake.issuer}/${path}`,
    );
    const read = Promise.withResolvers<void>();
    // Each answer comes when what goes with it has been asked for, and would never come if that waited for it.
    fake.waits = (url) =>
      url === metadata ? read.promise : vi.waitFor(() => expect(fake.asked).toEqual([metadata, token, keys]));
    const providers = signInProviders([fake.provider], () => async () => {
      read.resolve();
      return 's:cret';
    });
    const answer = { code: 'c', state: stateOf(location) };
    const provider = findProvider('okta', { providers });
    const { state } = await resumeFlow(provider, answer, secret, context);
    await completeSignIn(provider, { answer: { ...answer, state }, secret }, FROM, context);
    expect(fake.asked).toEqual([metadata, token, keys]);
  });

  test('with the keys at the configured address, whatever becomes of discovery', async () => {
    const at = new FakeProvider({ jwksUrl: 'https://keys.example.com/' });
    at.serve();
    const metadata = providerMetadata(at.provider);
    const keys = keysBy(metadata, at.provider);
    at.waits = async (url) => {
      if (url.includes('openid-configuration')) throw new Error('read ECONNRESET');
    };
    await expect(keys.present()).rejects.toMatchObject({ code: 'unavailable' });
    expect(at.asked).toEqual(['https://keys.example.com/']);
  });

  test('with keys where the metadata says, which is read again only for newer ones, and used if it cannot be', async () => {
    const [configuration, at] = [`${fake.issuer}/.well-known/openid-configuration`, `${fake.issuer}/keys`];
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const metadata = providerMetadata(fake.provider);
      const keys = keysBy(metadata, fake.provider);
      await metadata.present();
      vi.advanceTimersByTime(60_000);
      await keys.present();
      expect(fake.asked).toEqual([configuration, at]);
      vi.advanceTimersByTime(20_000);
      await keys.newer();
      expect(fake.asked.slice(2)).toEqual([configuration, at]);
      fake.waits = async (url) => {
        if (url === configuration) throw new Error('read ECONNRESET');
      };
      vi.advanceTimersByTime(20_000);
      await keys.newer();
      expect(fake.asked.slice(4)).toEqual([configuration, at]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('of what fails, that which comes first is told: whose answer it is, what it says, and our secret last', async () => {
    const { begin, context } = await world();
    const secret = newSecret();
    const providers = signInProviders([fake.provider], () => async () => {
      throw new Error('no secret');
    });
    const provider = findProvider('okta', { providers });
    const location = await begin(secret);
    const complete = (answer: ProviderAnswer) =>
      completeSignIn(provider, { answer: { ...answer, state: stateOf(location) }, secret }, FROM, context);
    const code = 'c';
    await expect(complete({ code, iss: 'https://elsewhere.example' })).rejects.toMatchObject(refused);
    await expect(complete({ code, error: 'access_denied' })).rejects.toMatchObject({ code: 'access_denied' });
    await expect(complete({ code })).rejects.toThrow('no secret');
    expect(fake.redeemed).toEqual([]);
  });

  test('after all that was asked for has ended, also where it fails', async () => {
    const { begin, context } = await world();
    const secret = newSecret();
    const location = await begin(secret);
    const read = Promise.withResolvers<string>();
    const providers = signInProviders([fake.provider], () => () => read.promise);
    fake.isDown = true;
    let isOver = false;
    const completion = completeSignIn(
      findProvider('okta', { providers }),
      { answer: { code: 'c', state: stateOf(location) }, secret },
      FROM,
      context,
    ).finally(() => {
      isOver = true;
    });
    await setTimeout(20);
    expect(isOver).toBe(false);
    read.resolve('s:cret');
    await expect(completion).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('and where the keys cannot be read, that is what is wrong', async () => {
    const { begin, comeBack } = await world();
    const secret = newSecret();
    const location = await begin(secret);
    fake.gives(location, {});
    fake.waits = async (url) => {
      if (url.endsWith('/keys')) throw new Error('read ECONNRESET');
    };
    const answer = { code: 'c', state: stateOf(location) };
    await expect(comeBack(secret, answer)).rejects.toMatchObject({ code: 'unavailable' });
    expect(fake.redeemed).toHaveLength(1);
  });

  test.each<[string, () => Promise<Response> | Response, string]>([
    [
      'a refusal of the code',
      () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
      'sign_in_refused',
    ],
    ['no ID token', () => Response.json({ access_token: 'x' }), 'sign_in_refused'],
    ['a token that is none', () => Response.json({ id_token: 'x' }), 'sign_in_refused'],
    [
      'a refusal of our client',
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      'unavailable',
    ],
    ['a failure', () => new Response('<h1>oops</h1>', { status: 500 }), 'unavailable'],
    ['nothing', () => Promise.reject(new Error('read ECONNRESET')), 'unavailable'],
  ])('and for %s nobody is signed in', async (_what, answer, code) => {
    const { begin, comeBack } = await world();
    const secret = newSecret();
    const location = await begin(secret);
    fake.answer = answer;
    await expect(comeBack(secret, { code: 'c', state: stateOf(location) })).rejects.toMatchObject({ code });
  });

  test('and what the provider says is in no error', async () => {
    const { begin, comeBack } = await world();
    const secret = newSecret();
    const location = await begin(secret);
    fake.answer = () =>
      Response.json({ error: 'invalid_client', error_description: 's:cret' }, { status: 401 });
    const error = await comeBack(secret, { code: 'c', state: stateOf(location) }).catch(
      (thrown: Problem) => thrown,
    );
    expect(JSON.stringify([String(error), (error as Problem).cause])).not.toContain('s:cret');
  });
});
