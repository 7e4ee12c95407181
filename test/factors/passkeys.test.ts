import { describe, expect, test } from 'vitest';
import type { Passkey } from '../../lambdas/factors/factors.ts';
import {
  type PasskeyAnswer,
  readAnswer,
  registrationOptions,
  requestOptions,
  userHandleOf,
  verifyRegistration,
  verifyUse,
} from '../../lambdas/factors/passkeys.ts';
import { Authenticator, type Ceremony } from '../support/authenticator.ts';
import { NOW } from '../support/tenants.ts';

const PARTY = { id: 'example.com', origin: 'https://api.example.com', name: 'Acme' };
const CHALLENGE = Buffer.from('a challenge of the server').toString('base64url');
const CEREMONY: Ceremony = { challenge: CHALLENGE, origin: PARTY.origin, rpId: PARTY.id };
const EXPECTED = { party: PARTY, challenge: CHALLENGE, now: NOW };

const register = (answer: PasskeyAnswer) => verifyRegistration(answer, { ...EXPECTED, name: 'Laptop' });
const use = (answer: PasskeyAnswer, passkey: Passkey) => verifyUse(answer, passkey, EXPECTED);

async function registered(authenticator: Authenticator): Promise<Passkey> {
  const passkey = await register(authenticator.register(CEREMONY));
  if (passkey === undefined) throw new Error('the registration is not taken');
  return passkey;
}

/** What is none of this party's ceremonies, by what is wrong with it. */
const WRONG: readonly (readonly [string, Partial<Ceremony>])[] = [
  ['on another origin', { origin: 'https://api.example.com.evil.example' }],
  ['on another host of the same domain', { origin: 'https://evil.example.com' }],
  ['without TLS', { origin: 'http://api.example.com' }],
  ['for another relying party', { rpId: 'evil.example' }],
  ['for the host instead of the domain', { rpId: 'api.example.com' }],
  ['to another challenge', { challenge: Buffer.from('an older challenge').toString('base64url') }],
  ['to no challenge', { challenge: '' }],
  ['by a person who was not verified', { isVerified: false }],
  ['by nobody who was there', { isPresent: false }],
];

/** An answer with something else in its `response`. */
const altered = ({ id, json }: PasskeyAnswer, response: object): PasskeyAnswer => ({
  id,
  json: { ...json, response: { ...(json.response as object), ...response } },
});

/** Base64url with one bit of a byte turned. */
function flipped({ json }: PasskeyAnswer, field: string, byte = -1): string {
  const bytes = Buffer.from((json.response as Record<string, string>)[field] ?? '', 'base64url');
  const index = (byte + bytes.length) % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

describe('the registration of a passkey', () => {
  test.each([-7, -8, -257] as const)(
    'is taken with a key of COSE %i, which then signs in',
    async (algorithm) => {
      const authenticator = new Authenticator({ algorithm });
      const passkey = await registered(authenticator);
      expect(passkey).toMatchObject({
        id: authenticator.id,
        name: 'Laptop',
        counter: 1,
        // What is no transport of WebAuthn would come back to the browser in later options.
        transports: ['usb'],
        isSynced: false,
        isBackedUp: false,
        createdAt: NOW,
        lastUsedAt: null,
      });
      expect(await use(authenticator.use(CEREMONY), passkey)).toEqual({
        ...passkey,
        counter: 2,
        lastUsedAt: NOW,
      });
    },
  );

  test('tells a synced one, which may be copied, from one of a device', async () => {
    expect(await registered(new Authenticator({ isSynced: true }))).toMatchObject({
      counter: 0,
      isSynced: true,
      isBackedUp: true,
      transports: ['internal'],
    });
  });

  test.each(WRONG)('%s is refused', async (_what, wrong) => {
    expect(await register(new Authenticator().register({ ...CEREMONY, ...wrong }))).toBeUndefined();
  });

  test('is refused with a key of an algorithm that was not offered', async () => {
    expect(await register(new Authenticator({ algorithm: -35 }).register(CEREMONY))).toBeUndefined();
  });

  test('is no sign-in, though it is signed alike', async () => {
    const authenticator = new Authenticator();
    expect(await register(authenticator.register({ ...CEREMONY, type: 'webauthn.get' }))).toBeUndefined();
    expect(await register(authenticator.use(CEREMONY))).toBeUndefined();
  });

  test('under another id than that of its credential is refused, so that no id is longer than one that is read', async () => {
    const long = new Authenticator({ idBytes: 2000 });
    expect(await register(long.register({ ...CEREMONY, id: 'short' }))).toBeUndefined();
    expect(await register(new Authenticator().register({ ...CEREMONY, id: 'another' }))).toBeUndefined();
  });

  test('of garbage is refused, and nothing throws', async () => {
    const answer = new Authenticator().register(CEREMONY);
    const garbage: object[] = [
      { attestationObject: '' },
      { attestationObject: '%%%' },
      { attestationObject: 7 },
      { attestationObject: Buffer.from('no CBOR').toString('base64url') },
      { attestationObject: (answer.json.response as Record<string, string>).attestationObject?.slice(0, 80) },
      { clientDataJSON: '' },
      { clientDataJSON: Buffer.from('{').toString('base64url') },
      { clientDataJSON: Buffer.from('null').toString('base64url') },
      { clientDataJSON: null },
    ];
    for (const response of garbage) expect(await register(altered(answer, response))).toBeUndefined();
    for (const response of [undefined, null, 7, [], 'text'])
      expect(await register({ ...answer, json: { ...answer.json, response } })).toBeUndefined();
    for (const type of ['password', undefined])
      expect(await register({ ...answer, json: { ...answer.json, type } })).toBeUndefined();
  });
});

describe('the use of a passkey', () => {
  test.each(WRONG)('%s is refused', async (_what, wrong) => {
    const authenticator = new Authenticator();
    const passkey = await registered(authenticator);
    expect(await use(authenticator.use({ ...CEREMONY, ...wrong }), passkey)).toBeUndefined();
    expect(await use(authenticator.use(CEREMONY), passkey)).toBeDefined();
  });

  test('by another key is refused, whatever id it says', async () => {
    const [mine, other] = [new Authenticator(), new Authenticator()];
    const passkey = await registered(mine);
    const forged = other.use({ ...CEREMONY, id: mine.id, counter: 9 });
    expect(await use(forged, passkey)).toBeUndefined();
  });

  test('is refused when a bit of what was signed, or of the signature, is another', async () => {
    const authenticator = new Authenticator();
    const passkey = await registered(authenticator);
    const answer = authenticator.use(CEREMONY);
    // The counter's last byte grows by it: only the signature shows that.
    expect(
      await use(altered(answer, { authenticatorData: flipped(answer, 'authenticatorData') }), passkey),
    ).toBeUndefined();
    expect(await use(altered(answer, { signature: flipped(answer, 'signature') }), passkey)).toBeUndefined();
    expect(await use(answer, passkey)).toBeDefined();
  });

  test.each([
    ['the same', 5],
    ['a smaller one', 4],
    ['none at all', 0],
  ])('whose counter is %s is of a copy, and refused', async (_what, counter) => {
    const authenticator = new Authenticator();
    const passkey = { ...(await registered(authenticator)), counter: 5 };
    expect(await use(authenticator.use({ ...CEREMONY, counter }), passkey)).toBeUndefined();
    expect(await use(authenticator.use({ ...CEREMONY, counter: 6 }), passkey)).toMatchObject({ counter: 6 });
  });

  test('that counts nothing is taken each time, as synced ones are', async () => {
    const authenticator = new Authenticator({ isSynced: true });
    const once = await use(authenticator.use(CEREMONY), await registered(authenticator));
    expect(once).toMatchObject({ counter: 0, lastUsedAt: NOW });
    expect(once && (await use(authenticator.use(CEREMONY), once))).toMatchObject({ counter: 0 });
  });

  test('is no registration, and garbage is refused where nothing throws', async () => {
    const authenticator = new Authenticator();
    const passkey = await registered(authenticator);
    const answer = authenticator.use({ ...CEREMONY, type: 'webauthn.create' });
    expect(await use(answer, passkey)).toBeUndefined();
    expect(await use(authenticator.register(CEREMONY), passkey)).toBeUndefined();
    const good = authenticator.use(CEREMONY);
    for (const response of [
      { signature: '' },
      { signature: '%' },
      { signature: null },
      { authenticatorData: '' },
      { authenticatorData: 'AAAA' },
      { clientDataJSON: '' },
    ])
      expect(await use(altered(good, response), passkey)).toBeUndefined();
    for (const response of [undefined, null, 7, []])
      expect(await use({ ...good, json: { ...good.json, response } }, passkey)).toBeUndefined();
    // What is stored cannot be read: no sign-in, rather than one that nobody has looked at.
    expect(await use(good, { ...passkey, publicKey: '' })).toBeUndefined();
  });
});

describe('what a browser is asked for', () => {
  const stored = { id: 'abc', transports: ['usb'] } as unknown as Passkey;
  const unknownWay = { id: 'def', transports: [] } as unknown as Passkey;

  test('a registration: a key that is found without a name and opened by its person, on no device that has one', () => {
    const given = { userId: 'u1', email: 'ada@example.com', challenge: CHALLENGE };
    expect(registrationOptions(PARTY, { ...given, passkeys: [stored, unknownWay] })).toMatchObject({
      rp: { id: 'example.com' },
      // The handle is no address: an authenticator shows it to whoever holds it.
      user: { id: Buffer.from('u1').toString('base64url'), name: 'ada@example.com' },
      challenge: CHALLENGE,
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: [
        { type: 'public-key', id: 'abc', transports: ['usb'] },
        { type: 'public-key', id: 'def' },
      ],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
  });

  test('a sign-in: any passkey of the domain, or of those that a person has', () => {
    const any = requestOptions(PARTY, CHALLENGE);
    expect(any).toMatchObject({ challenge: CHALLENGE, rpId: 'example.com', userVerification: 'required' });
    // A list that is empty would let no passkey answer.
    expect(any).not.toHaveProperty('allowCredentials');
    expect(requestOptions(PARTY, CHALLENGE, [stored])).toMatchObject({
      allowCredentials: [{ type: 'public-key', id: 'abc', transports: ['usb'] }],
    });
  });
});

describe('the person whom an answer names', () => {
  test('is read from its user handle, and from nothing else', () => {
    const answer = new Authenticator().use({ ...CEREMONY, userHandle: 'u1' });
    expect(userHandleOf(answer)).toBe('u1');
    expect(userHandleOf(new Authenticator().use(CEREMONY))).toBeUndefined();
    for (const response of ['null', '7', '{"userHandle":null}', '{"userHandle":7}']) {
      const other = readAnswer(`{"id":"abc","response":${response}}`);
      expect(other && userHandleOf(other)).toBeUndefined();
    }
  });
});
