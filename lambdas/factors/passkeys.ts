import type { Passkey } from './factors.ts';

/** The relying party: what a passkey is made for, and whose pages it answers to (WebAuthn Level 3, 5.1.2). */
export interface RelyingParty {
  readonly id: string;
  /** `https://` and the host, or `http://localhost` with its port. */
  readonly origin: string;
  readonly name: string;
}

/**
 * The relying party of a deployment: `domain` where the configuration names one, else the host of the API's URL. Null
 * where passkeys are not offered: at an execute-api host, which is not the team's for ever and shared with all of AWS.
 */
export function relyingPartyOf(url: string, domain: string | null, name: string): RelyingParty | null {
  const { hostname, origin, protocol } = new URL(url);
  if (/\.execute-api\..*amazonaws\.com(\.cn)?$/.test(hostname)) return null;
  // Browsers take no IP address (WebAuthn, 5.1.3, step 7), and http of this machine alone.
  if (/^[\d.]+$|^\[/.test(hostname) || (protocol === 'http:' && hostname !== 'localhost')) return null;
  return { id: hostname === 'localhost' ? hostname : (domain ?? hostname), origin, name };
}

/** COSE algorithms of passkeys, best first (RFC 9053): EdDSA, ES256, RS256, which Windows has. */
const ALGORITHMS = [-8, -7, -257] as const;

const CEREMONY_MILLISECONDS = 300_000;

/** The options of a registration, as `navigator.credentials.create` takes them in JSON (WebAuthn, 5.4). */
export function registrationOptions(
  { id, name }: RelyingParty,
  {
    userId,
    email,
    challenge,
    passkeys,
  }: {
    readonly userId: string;
    readonly email: string;
    readonly challenge: string;
    readonly passkeys: readonly Passkey[];
  },
): object {
  return {
    rp: { id, name },
    user: { id: Buffer.from(userId).toString('base64url'), name: email, displayName: email },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: CEREMONY_MILLISECONDS,
    excludeCredentials: descriptorsOf(passkeys),
    // Found without a name, and opened by PIN, finger or face: so one passkey can stand for the password too.
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}

/** The options of a sign-in, as `navigator.credentials.get` takes them in JSON; with no passkeys whichever there is. */
export function requestOptions(
  { id }: RelyingParty,
  challenge: string,
  passkeys: readonly Passkey[] = [],
): object {
  return {
    challenge,
    rpId: id,
    timeout: CEREMONY_MILLISECONDS,
    userVerification: 'required',
    ...(passkeys.length === 0 ? {} : { allowCredentials: descriptorsOf(passkeys) }),
  };
}

function descriptorsOf(passkeys: readonly Passkey[]) {
  return passkeys.map(({ id, transports }) => ({
    type: 'public-key',
    id,
    ...(transports.length === 0 ? {} : { transports }),
  }));
}

/** The answer of a browser, as its script sends it; only its form has been looked at. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Characters of an answer: a key of RSA with its certificate has some thousands. */
export const MAX_ANSWER_LENGTH = 16_384;
const MAX_ID_LENGTH = 1400;

/** Reads the answer of a browser; undefined for what is none. */
export function readAnswer(text: string): PasskeyAnswer | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || !('id' in json)) return undefined;
    const { id } = json;
    const isId = typeof id === 'string' && id.length <= MAX_ID_LENGTH && /^[\w-]+$/.test(id);
    return isId ? { id, json: { ...json } } : undefined;
  } catch {
    return undefined;
  }
}

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** What an answer is to. */
interface Asked {
  readonly party: RelyingParty;
  readonly challenge: string;
}

/** What every answer is held to, of a registration as of a use. */
const expectedOf = ({ party, challenge }: Asked) => ({
  expectedChallenge: challenge,
  expectedOrigin: party.origin,
  expectedRPID: party.id,
  requireUserVerification: true,
});

/**
 * The passkey of a registration (WebAuthn, 7.1): for this challenge, origin and relying party, by a person who was
 * verified. Undefined for any other.
 */
export async function verifyRegistration(
  answer: PasskeyAnswer,
  { name, now, ...asked }: Asked & { readonly name: string; readonly now: number },
): Promise<Passkey | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: answer.json as unknown as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      ...expectedOf(asked),
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) return undefined;
    const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
    const { id, publicKey, counter, transports = [] } = credential;
    // The library does not compare them. One of a length that nobody has looked at could be neither used nor removed.
    if (id !== answer.id) return undefined;
    return {
      id,
      name,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: transports.filter((each) => TRANSPORTS.includes(each)),
      isSynced: credentialDeviceType === 'multiDevice',
      isBackedUp: credentialBackedUp,
      createdAt: now,
      lastUsedAt: null,
    };
  } catch {
    // The library tells what is wrong by throwing: to who sends it all is alike.
    return undefined;
  }
}

/**
 * The passkey as its use leaves it (WebAuthn, 7.2), if the answer is of it, for this challenge, origin and relying party,
 * by a person who was verified. Undefined for any other; so too where its counter has not grown, as that of a copy has not.
 */
export async function verifyUse(
  answer: PasskeyAnswer,
  passkey: Passkey,
  { now, ...asked }: Asked & { readonly now: number },
): Promise<Passkey | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: answer.json as unknown as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      ...expectedOf(asked),
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
      },
    });
    if (!verified) return undefined;
    const { newCounter, credentialBackedUp } = authenticationInfo;
    return { ...passkey, counter: newCounter, isBackedUp: credentialBackedUp, lastUsedAt: now };
  } catch {
    return undefined;
  }
}

/** The person whom a discovered passkey says that it is of (its user handle). */
export function userHandleOf({ json: { response } }: PasskeyAnswer): string | undefined {
  if (typeof response !== 'object' || response === null || !('userHandle' in response)) return undefined;
  return typeof response.userHandle === 'string'
    ? Buffer.from(response.userHandle, 'base64url').toString()
    : undefined;
}
