import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FLOW_COOKIE, SESSION_COOKIE } from '../../lambdas/console/session.ts';
import { type Answer, type CallInput, ISSUER, type OAuthServer, type Person, startServer } from './server.ts';

/** What a script of our own page sends. */
const OURS = { 'Sec-Fetch-Site': 'same-origin', Origin: ISSUER, 'X-Latchkey-Console': '1' };

let server: OAuthServer;
let ada: Person;
beforeAll(async () => {
  server = await startServer();
});
beforeEach(async () => {
  ada = await server.signIn();
});

const call = (target: string, cookie?: string, given: CallInput = {}) =>
  server.call(target, {
    ...given,
    headers: { ...OURS, ...(cookie && { Cookie: cookie }), ...given.headers },
  });

/** The name and value of a cookie that an answer sets. */
const cookieOf = ({ cookies }: Answer, name: string) =>
  cookies.find((each) => each.startsWith(`${name}=`))?.split(';')[0] ?? '';

/** A sign-in up to its answer: what the page is sent back with, and the cookie of the browser. */
async function answered(as: Person) {
  const begun = await call('POST /console/sign-in', undefined, { json: {} });
  const query = new URL(begun.json.location).searchParams;
  const { location } = await server.call('GET /authorize', { query, as });
  const code = location?.searchParams.get('code') ?? '';
  return {
    begun,
    query,
    flow: cookieOf(begun, FLOW_COOKIE),
    json: { code, state: query.get('state') ?? '' },
  };
}

async function signedIn(as: Person) {
  const { flow, json } = await answered(as);
  const opened = await call('POST /console/session', flow, { json });
  return { opened, session: cookieOf(opened, SESSION_COOKIE), token: opened.json.access_token as string };
}

describe('a sign-in to the console', () => {
  test('goes by code and PKCE to one path of ours, with the verifier in a cookie that no script and no other site has', async () => {
    const { begun, query, flow } = await answered(ada);
    const [name, value = ''] = flow.split('=');
    const [state, verifier = ''] = value.split('.');
    expect([name, state]).toEqual([FLOW_COOKIE, query.get('state')]);
    expect(Object.fromEntries(query)).toMatchObject({
      client_id: 'console',
      redirect_uri: `${ISSUER}/console/callback`,
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    });
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/'])
      expect(begun.cookies[0]).toContain(part);
    expect(begun.headers['cache-control']).toBe('no-store');
  });

  test('is answered without a question to who is signed in, and leads others to the sign-in', async () => {
    expect((await answered(ada)).json.code).toMatch(/^[\w-]{43}$/);
    const begun = await call('POST /console/sign-in', undefined, { json: {} });
    const query = new URL(begun.json.location).searchParams;
    const { location } = await server.call('GET /authorize', { query });
    expect(location?.pathname).toBe('/sign-in');
  });

  test('is asked for again where it was longer ago than a call takes', async () => {
    const begun = await call('POST /console/sign-in', undefined, { json: { max_age: 0 } });
    const query = new URL(begun.json.location).searchParams;
    server.pass(60);
    const { location } = await server.call('GET /authorize', { query, as: ada });
    expect(location?.pathname).toBe('/sign-in');
  });

  test('never leads anywhere else than to our own page', async () => {
    const { query } = await answered(ada);
    query.set('redirect_uri', 'https://evil.example/callback');
    const answer = await server.call('GET /authorize', { query, as: ada });
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });

  test('opens a session as a login does: for all that the person may, with the refresh token in the cookie alone', async () => {
    const { opened, session, token } = await signedIn(ada);
    expect(opened.json).toEqual({ access_token: token, expires_in: 900 });
    const claims = decodeJwt(token);
    expect(claims.sub).toBe(ada.userId);
    expect([claims.client_id, claims.scope]).toEqual([undefined, undefined]);
    expect(server.stateOf(token)).toBe('active');
    const [, secret = ''] = session.split('=');
    expect([secret.length > 40, opened.text.includes(secret)]).toEqual([true, false]);
    expect(opened.cookies.find((each) => each.startsWith(session))).toMatch(
      /Secure; HttpOnly; SameSite=Strict$/,
    );
    expect(cookieOf(opened, FLOW_COOKIE)).toBe(`${FLOW_COOKIE}=`);
  });

  test('is refused with the answer of another browser: by its state, and by its verifier', async () => {
    const [hers, his] = [await answered(ada), await answered(ada)];
    for (const [cookie, json] of [
      [undefined, hers.json],
      [his.flow, hers.json],
      [his.flow, { code: hers.json.code, state: his.json.state }],
    ] as const) {
      const answer = await call('POST /console/session', cookie, { json });
      expect([answer.status, answer.json.code, answer.cookies]).toEqual([400, 'invalid_grant', []]);
    }
  });

  test('used twice ends what it has given', async () => {
    const { flow, json } = await answered(ada);
    const first = await call('POST /console/session', flow, { json });
    const second = await call('POST /console/session', flow, { json });
    expect([first.status, second.status]).toEqual([200, 400]);
    expect(server.stateOf(first.json.access_token)).not.toBe('active');
  });

  test('on another machine leaves the first one signed in', async () => {
    const [one, two] = [await signedIn(ada), await signedIn(ada)];
    expect([server.stateOf(one.token), server.stateOf(two.token)]).toEqual(['active', 'active']);
  });
});

describe('the session of the console', () => {
  test('gives the next access token for its cookie, and another cookie', async () => {
    const { session, token } = await signedIn(ada);
    const renewed = await call('PUT /console/session', session);
    expect(renewed.json.session).toEqual({ access_token: expect.any(String), expires_in: 900 });
    expect(renewed.json.session.access_token).not.toBe(token);
    expect(cookieOf(renewed, SESSION_COOKIE)).toMatch(/=lkrefresh_[\w-]{43}$/);
    expect(cookieOf(renewed, SESSION_COOKIE)).not.toBe(session);
  });

  test('is given to tabs that ask at once, each with a pair of its own', async () => {
    const { session } = await signedIn(ada);
    const answers = await Promise.all([1, 2, 3].map(() => call('PUT /console/session', session)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map((each) => cookieOf(each, SESSION_COOKIE))).size).toBe(3);
    for (const { json } of answers) expect(server.stateOf(json.session.access_token)).toBe('active');
  });

  test('is null for a browser without one, and a dead cookie is forgotten', async () => {
    const none = await call('PUT /console/session');
    expect([none.json, none.cookies]).toEqual([{ session: null }, []]);
    const dead = await call('PUT /console/session', `${SESSION_COOKIE}=lkrefresh_nonsense`);
    expect([dead.json, cookieOf(dead, SESSION_COOKIE)]).toEqual([{ session: null }, `${SESSION_COOKIE}=`]);
    expect(dead.cookies[0]).toContain('Max-Age=0');
  });

  test('ends by signing out, with the sign-in of the browser', async () => {
    const { session, token } = await signedIn(ada);
    const ended = await call('DELETE /console/session', session);
    expect([ended.status, ended.cookies.map((each) => each.split('=')[0])]).toEqual([
      204,
      [SESSION_COOKIE, '__Host-latchkey-sign-in'],
    ]);
    expect(server.stateOf(token)).not.toBe('active');
    expect((await call('PUT /console/session', session)).json).toEqual({ session: null });
  });

  test.each([
    ['POST /console/sign-in', {}],
    ['POST /console/session', { code: 'x', state: 'x' }],
    ['PUT /console/session', undefined],
    ['DELETE /console/session', undefined],
  ])('%s answers nobody but a script of our own origin', async (target, json) => {
    const { session, token } = await signedIn(ada);
    for (const [name, values] of [
      ['Sec-Fetch-Site', ['', 'same-site', 'cross-site', 'none']],
      ['Origin', ['', 'null', 'https://evil.example', `${ISSUER}.evil.example`, 'http://api.example.com']],
      ['X-Latchkey-Console', ['', '0', 'true']],
    ] as const)
      for (const value of values) {
        const answer = await call(target, session, {
          headers: { [name]: value },
          ...(json === undefined ? {} : { json }),
        });
        expect([name, value, answer.status, answer.json.code, answer.cookies]).toEqual([
          name,
          value,
          403,
          'other_origin',
          [],
        ]);
      }
    expect(server.stateOf(token)).toBe('active');
  });
});
