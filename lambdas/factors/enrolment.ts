import { randomUUIDv7 } from 'node:crypto';
import type { AuditVerb } from '../audit/actions.ts';
import { type AuditEntry, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import type { Role } from '../contract/scopes.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import type { Language } from '../pages/languages.ts';
import { type FactorContext, requireParty } from './check.ts';
import {
  changeFactors,
  type FactorChange,
  type FactorChanging,
  type Factors,
  kindsOf,
  lastFactorStays,
  MAX_PASSKEYS,
  noFactors,
} from './factors.ts';
import { type PasskeyAnswer, verifyRegistration } from './passkeys.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { newTotpSecret, readTotpCode, stepOf } from './totp.ts';

/** Seconds for which an app waits for its first code. */
const SETUP_SECONDS = 600;

/** Whose factors are changed. */
export interface Enrollee extends Pick<Factors, 'tenantId' | 'userId'> {
  readonly email: string;
  readonly role: Role;
  /** In which they are told of it by mail. @default en */
  readonly language?: Language;
  /** That they have proven the password alone, as they have no factor: nothing changes once there is one. @default false */
  readonly hasNone?: true;
}

/** An app that waits for its first code. Its secret is shown while it does. */
export interface TotpSetup {
  readonly id: string;
  readonly secret: string;
}

/** What a change has brought about: the recovery codes, where they are new. They are nowhere after this. */
export interface Enrolled {
  readonly id: string;
  readonly recoveryCodes: readonly string[] | null;
}

/** Begins to set up an app; another one that waits is forgotten. */
export async function beginTotp(person: Enrollee, context: FactorContext): Promise<TotpSetup> {
  const { cipher, clock } = context;
  const [id, secret] = [randomUUIDv7(), newTotpSecret()];
  const pendingTotp = {
    id,
    secret: await cipher.encrypt(secret, person),
    expiresAt: clock() + SETUP_SECONDS,
  };
  await changed(person, context, async (before) => ({ after: { ...before, pendingTotp }, gives: undefined }));
  return { id, secret };
}

/** The app that waits, to be shown again; undefined where none does. */
export async function waitingTotp(
  person: Enrollee,
  { factors, cipher, clock }: FactorContext,
): Promise<TotpSetup | undefined> {
  const { pendingTotp } = await factors.find(person);
  if (pendingTotp === null || pendingTotp.expiresAt <= clock()) return undefined;
  return { id: pendingTotp.id, secret: await cipher.decrypt(pendingTotp.secret, person) };
}

/**
 * Ends the setting up of an app by a code of it; the app that there was before is replaced. Throws `wrong_factor`, and
 * `conflicting_state` where none waits.
 */
export function confirmTotp(
  person: Enrollee,
  typed: string,
  origin: ChangeOrigin,
  context: FactorContext,
): Promise<Enrolled> {
  return enrol(person, origin, context, async (before) => {
    const now = context.clock();
    const { pendingTotp: pending } = before;
    if (pending === null || pending.expiresAt <= now)
      throw new Problem('conflicting_state', {
        message: 'No authenticator app is being set up. Begin again.',
      });
    const secret = await context.cipher.decrypt(pending.secret, person);
    const lastStep = stepOf(readTotpCode(typed) ?? '', secret, 0, now);
    if (lastStep === undefined) throw new Problem('wrong_factor');
    const totp = { id: pending.id, secret: pending.secret, lastStep, createdAt: now, lastUsedAt: now };
    return { id: pending.id, after: { ...before, totp, pendingTotp: null } };
  });
}

/** Registers a passkey. Throws `wrong_factor`, `limit_reached`, and as {@link requireParty}. */
export async function addPasskey(
  person: Enrollee,
  given: { readonly answer: PasskeyAnswer; readonly challenge: string; readonly name: string },
  origin: ChangeOrigin,
  context: FactorContext,
): Promise<Enrolled> {
  const party = await requireParty(context);
  const { answer, challenge, name } = given;
  const passkey = await verifyRegistration(answer, { party, challenge, name, now: context.clock() });
  if (passkey === undefined) throw new Problem('wrong_factor');
  return enrol(person, origin, context, async (before) => {
    if (before.passkeys.length >= MAX_PASSKEYS)
      throw new Problem('limit_reached', { message: `Nobody has more than ${MAX_PASSKEYS} passkeys.` });
    const after = { ...before, passkeys: [...before.passkeys, passkey] };
    return { id: passkey.id, after, relyingParty: party.id };
  });
}

/** Removes a factor. Throws `not_found`, and `conflicting_state` for the last one of who must have one. */
export async function removeFactor(
  person: Enrollee,
  id: string,
  origin: ChangeOrigin,
  context: FactorContext,
): Promise<void> {
  await changed(person, context, async (before) => {
    const isTotp = before.totp?.id === id;
    const passkeys = before.passkeys.filter((each) => each.id !== id);
    if (!isTotp && passkeys.length === before.passkeys.length)
      throw new Problem('not_found', { message: 'You have no second factor with this id.' });
    const left = { ...before, passkeys, totp: isTotp ? null : before.totp };
    const isLast = kindsOf(left).length === 0;
    if (isLast && context.deployment.factors.requiredRoles.includes(person.role)) throw lastFactorStays();
    return {
      after: isLast ? { ...left, recoveryCodes: [], pendingTotp: null } : left,
      entries: [entryOf('remove', { before, after: left }, origin, context)],
      tells: { to: person.email, language: person.language, template: 'factorRemoved' },
      ...(isLast ? { unlessRequired: person.role } : {}),
      gives: undefined,
    };
  });
}

/** Removes all factors of somebody who has lost them, by whoever may; of who has none nothing. */
export async function removeAllFactors(
  person: Omit<Enrollee, 'role'>,
  origin: ChangeOrigin,
  context: Pick<FactorContext, 'factors' | 'clock'>,
): Promise<void> {
  await changed(person, context, async (before) => {
    const after = noFactors(person);
    // Who has none is told nothing.
    if (kindsOf(before).length === 0) return { after, gives: undefined };
    return {
      after,
      entries: [entryOf('reset', { before, after }, origin, context)],
      tells: { to: person.email, language: person.language, template: 'factorsReset' },
      gives: undefined,
    };
  });
}

/** Makes new recovery codes; those that there were are worth nothing. Throws `conflicting_state` without a factor. */
export async function renewRecoveryCodes(
  person: Enrollee,
  origin: ChangeOrigin,
  context: FactorContext,
): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  return changed(person, context, async (before) => {
    if (kindsOf(before).length === 0)
      throw new Problem('conflicting_state', { message: 'Set up a second factor first.' });
    const after = { ...before, recoveryCodes: codes.map(hashRecoveryCode) };
    return {
      after,
      entries: [entryOf('recovery-codes', { before, after }, origin, context)],
      tells: { to: person.email, language: person.language, template: 'recoveryCodesRenewed' },
      gives: codes,
    };
  });
}

/** Gives a passkey another name. Throws `not_found`. */
export async function renamePasskey(
  person: Enrollee,
  { id, name }: { readonly id: string; readonly name: string },
  context: FactorContext,
): Promise<void> {
  if (name.trim() === '') throw invalidField('name', 'must not be blank');
  await changed(person, context, async (before) => {
    if (before.passkeys.every((each) => each.id !== id))
      throw new Problem('not_found', { message: 'You have no passkey with this id.' });
    const passkeys = before.passkeys.map((each) => (each.id === id ? { ...each, name } : each));
    return { after: { ...before, passkeys }, gives: undefined };
  });
}

interface Addition {
  readonly id: string;
  readonly after: Factors;
  readonly relyingParty?: string;
}

/** Adds a factor, and with the first one recovery codes. */
async function enrol(
  person: Enrollee,
  origin: ChangeOrigin,
  context: FactorContext,
  add: (before: Factors) => Promise<Addition>,
): Promise<Enrolled> {
  const codes = newRecoveryCodes();
  return changed(person, context, async (before) => {
    const { id, after, relyingParty } = await add(before);
    const isFirst = before.recoveryCodes.length === 0;
    const complete = isFirst ? { ...after, recoveryCodes: codes.map(hashRecoveryCode) } : after;
    return {
      after: complete,
      entries: [entryOf('add', { before, after: complete }, origin, context)],
      tells: { to: person.email, language: person.language, template: 'factorAdded' },
      ...(relyingParty === undefined ? {} : { relyingParty }),
      gives: { id, recoveryCodes: isFirst ? codes : null },
    };
  });
}

/** Runs a change on the factors as they are, again when another change came between. Gives what the change does. */
async function changed<Given = undefined>(
  person: Pick<Enrollee, 'tenantId' | 'userId' | 'hasNone'>,
  { factors }: Pick<FactorContext, 'factors'>,
  change: FactorChanging<Given>,
): Promise<Given> {
  const done = await changeFactors(person, factors, (before) => {
    if (person.hasNone && kindsOf(before).length > 0)
      throw new Problem('conflicting_state', {
        message: 'You have a second factor by now: sign in with it first.',
      });
    return change(before);
  });
  if (done !== undefined) return done.gives;
  throw new Problem('conflicting_state', { message: 'Your second factors are being changed. Try again.' });
}

/** The trail tells how many there are, and never what they are made of. */
function entryOf(
  verb: AuditVerb<'factor'>,
  { before, after }: Pick<FactorChange, 'before' | 'after'>,
  origin: ChangeOrigin,
  { clock }: Pick<FactorContext, 'clock'>,
): AuditEntry {
  const told = ({ totp, passkeys, recoveryCodes }: Omit<Factors, 'version'>) => ({
    totp: totp !== null,
    passkeys: passkeys.map(({ name }) => name),
    recovery_codes_left: recoveryCodes.length,
  });
  return auditEntry({
    action: `factor.${verb}`,
    target: `user:${after.userId}`,
    origin,
    at: clock(),
    before: told(before),
    after: told(after),
  });
}
