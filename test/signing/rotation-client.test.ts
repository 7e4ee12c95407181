import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CONTROL_KEY } from '../../lambdas/kernel/item-keys.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import {
  EMPTY_KEYSET,
  nextKeyset,
  PUBLICATION_SECONDS,
  parseKeyset,
  publicKeys,
  signingKey,
  signingKeyset,
} from '../../lambdas/signing/keyset.ts';
import { type RotationContext, rotate } from '../../lambdas/signing/rotation-client.ts';
import { ASSERTION_AUDIENCE, Signer } from '../../lambdas/signing/signer.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { FakeSecret } from './secrets.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const SECRET = 'arn:secret';
const PRIVATE_MEMBERS = /"(d|p|q|dp|dq|qi|k)":/;

let store: TestStore;
let secret: FakeSecret;
let context: RotationContext;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.table.delete(CONTROL_KEY);
  secret = new FakeSecret(JSON.stringify(EMPTY_KEYSET));
  context = {
    secrets: secret.client,
    secretId: SECRET,
    use: 'token',
    control: new ControlStore(store.table),
    plan: { tokenAlgorithm: 'ES256', tokenSeconds: 900 },
    clock: () => NOW,
  };
});

const step = (Step: string, token: string, given: Partial<RotationContext> = {}) =>
  rotate({ Step, SecretId: SECRET, ClientRequestToken: token }, { ...context, ...given });

async function run(token: string, given: Partial<RotationContext> = {}): Promise<void> {
  for (const Step of STEPS) await step(Step, token, given);
}
const current = () => parseKeyset(secret.valueOf('AWSCURRENT'));

async function expectRotated(token: string): Promise<void> {
  expect(secret.versions.get(token)?.stages).toContain('AWSCURRENT');
  const keyset = current();
  const control = await context.control.read();
  expect(control.version).toBe(keyset.version);
  expect(control.keys).toEqual(publicKeys(keyset));
  expect(JSON.stringify(await store.item(CONTROL_KEY))).not.toMatch(PRIVATE_MEMBERS);
}

describe('the four steps', () => {
  test('publish the keyset and make it current', async () => {
    secret.announce('v1');
    await run('v1');
    await expectRotated('v1');
    expect(current().keys).toHaveLength(1);
  });

  test('killed at any call, before or after it was carried out, they end the same when they begin again', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let call = 1; call <= 12; call += 1) {
        await store.table.delete(CONTROL_KEY);
        secret = new FakeSecret(JSON.stringify(EMPTY_KEYSET));
        context = { ...context, secrets: secret.client };
        secret.announce('v1');
        secret.lost = { call, when };
        await run('v1').catch((error: Error) => expect(error.message).toBe('killed'));
        secret.lost = undefined;
        await run('v1');
        await expectRotated('v1');
        expect(current()).toMatchObject({ version: 1 });
        expect(current().keys).toHaveLength(1);
      }
    }
  });

  test('each repeated at once, twice, they make one keyset', async () => {
    for (const token of ['v1', 'v2', 'v3']) {
      secret.announce(token);
      for (const Step of STEPS) await Promise.all([step(Step, token), step(Step, token)]);
      await expectRotated(token);
    }
    expect(current().version).toBe(3);
  });

  test('run twice at once as a whole, they make one keyset', async () => {
    secret.announce('v1');
    await Promise.all([run('v1'), run('v1')]);
    await expectRotated('v1');
    expect(current().keys).toHaveLength(1);
  });

  test('what is current already is not made again', async () => {
    secret.announce('v1');
    await run('v1');
    const before = secret.valueOf('AWSCURRENT');
    await run('v1');
    expect(secret.valueOf('AWSCURRENT')).toBe(before);
  });

  test.each([
    ['a token that the service does not know', { token: 'forged' }, 'not known'],
    ['a step that there is not', { Step: 'constructor' }, 'no rotation step'],
    ['another secret', { SecretId: 'arn:other' }, 'another secret'],
  ])('%s is refused', async (_name, wrong, message) => {
    secret.announce('v1');
    const event = { Step: 'createSecret', SecretId: SECRET, ClientRequestToken: 'v1' };
    const { token, ...fields } = { token: undefined, ...wrong };
    const given = { ...event, ...fields, ...(token === undefined ? {} : { ClientRequestToken: token }) };
    await expect(rotate(given, context)).rejects.toThrow(message);
    expect(secret.versions.get('v1')?.value).toBeUndefined();
  });

  test('a version that is not pending, and a secret that is not rotated, are refused', async () => {
    secret.versions.set('old', { value: '{}', stages: ['AWSPREVIOUS'] });
    await expect(step('finishSecret', 'old')).rejects.toThrow('not staged AWSPENDING');
    secret.rotationEnabled = false;
    await expect(step('createSecret', 'old')).rejects.toThrow('not enabled');
  });

  test('what is not published does not pass the test', async () => {
    secret.announce('v1');
    await step('createSecret', 'v1');
    await expect(step('testSecret', 'v1')).rejects.toThrow('not published');
  });
});

describe('a rotation that was stopped before it had published', () => {
  test.each([1, 599, 601, 86_400])(
    'for %d seconds: no key signs before JWKS caches can know it, nor drops the one before',
    async (late) => {
      secret.announce('v1');
      await run('v1');
      const first = signingKey(current(), 'token', NOW)?.kid;
      const clock = () => NOW + late;
      secret.announce('v2');
      await step('createSecret', 'v2');
      for (const Step of STEPS) await step(Step, 'v2', { clock });
      const signer = async (at: number) =>
        signingKey(signingKeyset(current(), await context.control.read()), 'token', at)?.kid;
      expect(await signer(NOW + late + PUBLICATION_SECONDS - 1)).toBe(first);
      const second = await signer(NOW + late + PUBLICATION_SECONDS);
      expect(second).not.toBe(first);
      // The date holds for all that come after it: a rotation right before the second key signs drops the first no earlier.
      const later = NOW + late + PUBLICATION_SECONDS + 900 + 300;
      secret.announce('v3');
      await run('v3', { clock: () => later });
      expect(current().keys.map(({ kid }) => kid)).toContain(first);
      expect(await signer(later)).toBe(second);
      secret.announce('v4');
      await run('v4', { clock: () => later + 1 });
      expect(current().keys.map(({ kid }) => kid)).not.toContain(first);
    },
  );

  test('of two runs that publish one keyset at once, the date stays within their distance', async () => {
    secret.announce('v1');
    await run('v1');
    secret.announce('v2');
    await step('createSecret', 'v2');
    const at = (seconds: number) => step('setSecret', 'v2', { clock: () => NOW + seconds });
    await Promise.all([at(1000), at(1001)]);
    await at(5000);
    const added = (await context.control.read()).keys.filter(
      ({ createdAt, signsFrom }) => signsFrom !== createdAt,
    );
    expect(added).toHaveLength(1);
    for (const { signsFrom } of added) expect([1600, 1601]).toContain((signsFrom ?? 0) - NOW);
  });

  test('a key that is not published signs nothing, though it is current', async () => {
    secret.announce('v1');
    await run('v1');
    const { keys, ...facts } = await context.control.read();
    const kid = signingKey(current(), 'token', NOW)?.kid;
    const stale = { ...facts, keys: keys.filter((key) => key.kid !== kid) };
    expect(signingKey(signingKeyset(current(), stale), 'token', NOW)).toBeUndefined();
  });
});

describe('algorithms', () => {
  test('from HS256 to ES256, EdDSA and RS256 each is a rotation like any other', async () => {
    let now = NOW;
    for (const tokenAlgorithm of ['HS256', 'ES256', 'EdDSA', 'RS256', 'HS256'] as const) {
      const token = `v-${now}`;
      secret.announce(token);
      const plan = { tokenAlgorithm, tokenSeconds: 604_800 };
      await run(token, { plan, clock: () => now });
      await expectRotated(token);
      now += 700;
      expect(signingKey(current(), 'token', now)?.algorithm).toBe(tokenAlgorithm);
    }
    // Nobody is logged out: every key is still there for the seven days of its tokens.
    expect(current().keys.filter(({ use }) => use === 'token')).toHaveLength(5);
    expect((await context.control.read()).keys.filter(({ jwk, use }) => use === 'token' && jwk)).toHaveLength(
      3,
    );
  });

  test('a shorter lifetime in the configuration drops no key whose longer tokens can be alive', async () => {
    secret.announce('v1');
    await run('v1', { plan: { tokenAlgorithm: 'HS256', tokenSeconds: 604_800 } });
    const first = current().keys[0]?.kid;
    for (const [index, after] of [0, 10_000, 500_000].entries()) {
      secret.announce(`w${index}`);
      await run(`w${index}`, { clock: () => NOW + after });
    }
    expect(current().keys.map(({ kid }) => kid)).toContain(first);
  });
});

describe('a revoked key', () => {
  test('is dropped by the next rotation, and its successor signs as soon as authorizers know it', async () => {
    secret.announce('v1');
    await run('v1');
    const kid = signingKey(current(), 'token', NOW)?.kid ?? '';
    await context.control.revoke(kid);
    secret.announce('v2');
    await run('v2');
    const { revokedKids } = await context.control.read();
    expect(revokedKids).toEqual(new Set([kid]));
    expect(current().keys.map((key) => key.kid)).not.toContain(kid);
    expect(signingKey(current(), 'token', NOW)).toBeUndefined();
    expect(signingKey(current(), 'token', NOW + 3)).toBeDefined();
  });
});

describe('the secret of assertions', () => {
  const ASSERTIONS = 'arn:assertions';
  let assertions: FakeSecret;
  /** Both secrets, by their ids. */
  const both = () =>
    ({
      send: (command: { readonly input: { readonly SecretId: string } }) =>
        (command.input.SecretId === ASSERTIONS ? assertions : secret).client.send(command as never),
    }) as unknown as RotationContext['secrets'];
  const rotateAssertions = async (token: string, at = NOW) => {
    assertions.announce(token);
    const given = { ...context, secrets: both(), use: 'assertion', predecessorId: SECRET } as const;
    for (const Step of STEPS) {
      const event = { Step, SecretId: ASSERTIONS, ClientRequestToken: token };
      await rotate(event, { ...given, secretId: ASSERTIONS, clock: () => at });
    }
  };
  const held = () => parseKeyset(assertions.valueOf('AWSCURRENT'));
  const published = async () => (await context.control.read()).keys;
  beforeEach(() => {
    assertions = new FakeSecret(JSON.stringify(EMPTY_KEYSET));
  });

  /** A deployment of before: one secret, published as one. */
  async function oneSecret(): Promise<{ kid: string; tokens: string }> {
    const keyset = await nextKeyset(EMPTY_KEYSET, context.plan, NOW - 86_400);
    secret = new FakeSecret(JSON.stringify(keyset));
    context = { ...context, secrets: secret.client };
    await context.control.publish(keyset.version, publicKeys(keyset));
    return {
      kid: signingKey(keyset, 'assertion', NOW)?.kid ?? '',
      tokens: signingKey(keyset, 'token', NOW)?.kid ?? '',
    };
  }

  test('takes over the key that signed before, which goes on until its successor is known everywhere', async () => {
    const { kid, tokens } = await oneSecret();
    await rotateAssertions('a1');
    const sign = async (at: number) =>
      signingKey(signingKeyset(held(), await context.control.read()), 'assertion', at)?.kid;
    expect(await sign(NOW + PUBLICATION_SECONDS - 1)).toBe(kid);
    expect(await sign(NOW + PUBLICATION_SECONDS)).not.toBe(kid);
    expect(held().keys.map(({ use }) => use)).toEqual(['assertion', 'assertion']);
    expect((await published()).map((key) => key.kid)).toEqual(expect.arrayContaining([kid, tokens]));
  });

  test('an assertion that was made before is verified by the keys that are published after, at every step', async () => {
    const { kid } = await oneSecret();
    const old = parseKeyset(secret.valueOf('AWSCURRENT'));
    const issuer = 'https://api.example.com';
    const made = await new Signer(
      async () => old,
      issuer,
      () => NOW,
    ).assertion({ tenant: 't' });
    const verify = async () => {
      const keys = (await published()).flatMap(({ kid: id, jwk }) => (jwk ? [{ ...jwk, kid: id }] : []));
      const options = { issuer, audience: ASSERTION_AUDIENCE, currentDate: new Date(NOW * 1000) };
      return (await jwtVerify(made, createLocalJWKSet({ keys }), options)).protectedHeader.kid;
    };
    assertions.announce('a1');
    const given = { ...context, secrets: both(), use: 'assertion', predecessorId: SECRET } as const;
    for (const Step of STEPS) {
      expect(await verify()).toBe(kid);
      const event = { Step, SecretId: ASSERTIONS, ClientRequestToken: 'a1' };
      await rotate(event, { ...given, secretId: ASSERTIONS });
    }
    expect(await verify()).toBe(kid);
    secret.announce('v2');
    await run('v2');
    expect(await verify()).toBe(kid);
  });

  test('the secret of tokens keeps those keys until they are taken over, and holds none after', async () => {
    const { kid } = await oneSecret();
    secret.announce('v2');
    await run('v2');
    expect(current().keys.map((key) => key.kid)).toContain(kid);
    expect(current().keys.filter(({ use }) => use === 'assertion')).toHaveLength(1);
    await rotateAssertions('a1');
    expect(held().keys.map((key) => key.kid)).toContain(kid);
    secret.announce('v3');
    await run('v3');
    expect(current().keys.every(({ use }) => use === 'token')).toBe(true);
    expect((await published()).map((key) => key.kid)).toContain(kid);
  });

  test('of a new deployment makes a key that signs at once, whichever secret is first', async () => {
    for (const order of ['tokens', 'assertions'] as const) {
      await store.table.delete(CONTROL_KEY);
      secret = new FakeSecret('{}');
      assertions = new FakeSecret('{}');
      context = { ...context, secrets: secret.client };
      if (order === 'assertions') await rotateAssertions('a1');
      secret.announce('v1');
      await run('v1');
      if (order === 'tokens') await rotateAssertions('a1');
      const facts = await context.control.read();
      expect(facts).toMatchObject({ version: 1, assertionVersion: 1 });
      expect(signingKey(signingKeyset(held(), facts), 'assertion', NOW)).toBeDefined();
      expect(signingKey(signingKeyset(current(), facts), 'token', NOW)).toBeDefined();
      expect(facts.keys).toHaveLength(2);
    }
  });

  test('rotates by itself: a rotation of tokens publishes no older keys of it', async () => {
    await oneSecret();
    await rotateAssertions('a1');
    await rotateAssertions('a2', NOW + 1);
    const known = (await published()).filter(({ use }) => use === 'assertion');
    secret.announce('v2');
    await run('v2');
    expect((await published()).filter(({ use }) => use === 'assertion')).toEqual(known);
    expect(known).toHaveLength(3);
  });
});
