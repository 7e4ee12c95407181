import { type BackoffStore, factorSubject, takeAttempt } from '../attempts/backoff.ts';
import { factorLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import { auditEntry, type PlacedOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Role } from '../contract/scopes.ts';
import { Problem } from '../kernel/problem.ts';
import { changeFactors, type FactorStore, type Factors, otherRelyingParty, type Passkey } from './factors.ts';
import { type PasskeyAnswer, type RelyingParty, userHandleOf, verifyUse } from './passkeys.ts';
import {
  CHALLENGE_SECONDS,
  type ChallengePurpose,
  hashPendingSecret,
  newPendingSecret,
  type PendingContext,
} from './pending.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { readTotpCode, stepOf } from './totp.ts';

/** Encrypts the secrets of apps, each for its person. */
export interface SecretCipher {
  encrypt(plaintext: string, person: Pick<Factors, 'tenantId' | 'userId'>): Promise<string>;
  /** Throws when the ciphertext is another person's. */
  decrypt(ciphertext: string, person: Pick<Factors, 'tenantId' | 'userId'>): Promise<string>;
}

/** What it takes to prove a factor, and to set one up. */
export interface FactorContext extends PendingContext {
  readonly factors: FactorStore;
  readonly cipher: SecretCipher;
  readonly backoff: BackoffStore;
  readonly sources: SourceStore;
  readonly deployment: Pick<Deployment, 'addressLimits' | 'factors'>;
  /** Null where passkeys are not offered. */
  readonly party: RelyingParty | null;
}

type Person = Pick<Factors, 'tenantId' | 'userId'>;

/** What somebody must do after the password: prove a factor, set one up, or nothing. */
export async function factorNeed(
  { tenantId, role, factors = [] }: Person & { readonly role: Role; readonly factors?: readonly string[] },
  { factors: store, deployment }: Pick<FactorContext, 'factors' | 'deployment'>,
): Promise<'prove' | 'enrol' | null> {
  if (factors.length > 0) return 'prove';
  return deployment.factors.requiredRoles.includes(role) || (await store.isRequiredByTenant(tenantId))
    ? 'enrol'
    : null;
}

/** A code, of an app or a recovery code, or the answer of a passkey with the challenge that it is to. */
export type Proof =
  | { readonly code: string }
  | { readonly answer: PasskeyAnswer; readonly challenge: string; readonly party: RelyingParty };

/** What a proof shows: how (RFC 8176), and what it leaves. */
interface Proven {
  readonly amr: readonly string[];
  readonly after: Factors;
  /** Of a recovery code. */
  readonly isRecovery?: true;
}

/**
 * Proves a factor of a person: each code once, of any number at once. Gives the methods (RFC 8176) to be added to those
 * before. Throws `wrong_factor` for whatever does not hold, in the same words, and `rate_limited` after too many
 * attempts, on the account or from the address.
 */
export async function proveFactor(
  person: Person,
  proof: Proof,
  from: PlacedOrigin,
  context: FactorContext,
): Promise<readonly string[]> {
  const { factors, backoff, sources, deployment, clock } = context;
  const taken = await takeFromSource(sources, from.address, factorLimit(deployment.addressLimits), clock());
  const subject = factorSubject(person.userId);
  await takeAttempt(backoff, subject, clock());
  const done = await changeFactors(person, factors, async (before) => {
    const proven = await provenBy(proof, before, context);
    if (proven === undefined) throw new Problem('wrong_factor');
    const { after, amr, isRecovery = false } = proven;
    const entry = auditEntry({
      action: 'factor.recovery',
      target: `user:${person.userId}`,
      origin: { actor: `user:${person.userId}`, ...from },
      at: clock(),
      before: { recovery_codes_left: before.recoveryCodes.length },
      after: { recovery_codes_left: after.recoveryCodes.length },
    });
    return { after, entries: isRecovery ? [entry] : [], gives: amr };
  });
  if (done === undefined) throw new Problem('wrong_factor');
  await backoff.clear(subject.id);
  await taken.giveBack();
  return done.gives;
}

async function provenBy(proof: Proof, before: Factors, context: FactorContext): Promise<Proven | undefined> {
  if ('answer' in proof) return byPasskey(proof, before, context.clock());
  const code = readTotpCode(proof.code);
  return code === undefined ? byRecoveryCode(proof.code, before) : byTotp(code, before, context);
}

async function byTotp(
  code: string,
  before: Factors,
  { cipher, clock }: Pick<FactorContext, 'cipher' | 'clock'>,
): Promise<Proven | undefined> {
  const { totp } = before;
  if (totp === null) return undefined;
  const now = clock();
  const lastStep = stepOf(code, await cipher.decrypt(totp.secret, before), totp.lastStep, now);
  if (lastStep === undefined) return undefined;
  return { amr: ['otp'], after: { ...before, totp: { ...totp, lastStep, lastUsedAt: now } } };
}

function byRecoveryCode(typed: string, before: Factors): Proven | undefined {
  const hash = hashRecoveryCode(typed);
  if (!before.recoveryCodes.includes(hash)) return undefined;
  const recoveryCodes = before.recoveryCodes.filter((each) => each !== hash);
  return { amr: ['otp'], after: { ...before, recoveryCodes }, isRecovery: true };
}

async function byPasskey(
  { answer, challenge, party }: Extract<Proof, { readonly answer: PasskeyAnswer }>,
  before: Factors,
  now: number,
): Promise<Proven | undefined> {
  const passkey = before.passkeys.find(({ id }) => id === answer.id);
  const used = passkey && (await verifyUse(answer, passkey, { party, challenge, now }));
  if (used === undefined) return undefined;
  const passkeys = before.passkeys.map((each) => (each.id === used.id ? used : each));
  return { amr: methodsOf(used), after: { ...before, passkeys } };
}

/** RFC 8176, 2: a key in software, as one that is synced is, or in hardware, and the presence of its person. */
function methodsOf({ isSynced }: Passkey): readonly string[] {
  return [isSynced ? 'swk' : 'hwk', 'user'];
}

/** The person whose passkey answers, by its credential and by what it says itself. Undefined for nobody's. */
export async function personOfPasskey(
  answer: PasskeyAnswer,
  { factors }: Pick<FactorContext, 'factors'>,
): Promise<Person | undefined> {
  const person = await factors.findPasskey(answer.id);
  const handle = userHandleOf(answer);
  return handle === undefined || handle === person?.userId ? person : undefined;
}

/** Makes a challenge for a browser and a purpose; it is good once. */
export async function newChallenge(
  secret: string,
  purpose: ChallengePurpose,
  { pending, clock }: PendingContext,
): Promise<string> {
  const value = newPendingSecret();
  const expiresAt = clock() + CHALLENGE_SECONDS;
  await pending.challenge(hashPendingSecret(secret), { purpose, value, expiresAt });
  return value;
}

/** The challenge of a browser, once. Undefined for none. */
export function takeChallenge(
  secret: string,
  purpose: ChallengePurpose,
  { pending, clock }: PendingContext,
): Promise<string | undefined> {
  return pending.takeChallenge(hashPendingSecret(secret), purpose, clock());
}

/** The relying party to use now. Throws `not_configured` where there is none, and `conflicting_state` where it is another than that of the passkeys that there are. */
export async function requireParty({
  party,
  factors,
}: Pick<FactorContext, 'party' | 'factors'>): Promise<RelyingParty> {
  if (party === null)
    throw new Problem('not_configured', { message: 'Passkeys need a domain: this deployment has none.' });
  const known = await factors.relyingParty();
  if (known !== undefined && known !== party.id) throw otherRelyingParty();
  return party;
}
