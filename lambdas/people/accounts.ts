import { randomUUIDv7 } from 'node:crypto';
import { type Attempts, type BackoffStore, loginSubjects, takeAttempt } from '../attempts/backoff.ts';
import {
  accountLimit,
  loginLimit,
  PLACE_SECONDS,
  placeOf,
  type SourceStore,
  takeFromSource,
} from '../attempts/source.ts';
import type { ChangeOrigin, PlacedOrigin, RequestOrigin } from '../audit/entries.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { mainEnvironment } from '../keys/key-format.ts';
import { issueKey, type KeyIssue } from '../keys/keys.ts';
import type { KeyKeeper } from '../keys/vault.ts';
import type { LinkedMail } from '../mail/linked-mail.ts';
import type { Language } from '../pages/languages.ts';
import { type GrantContext, unlessChanged } from '../sessions/grants.ts';
import type { User } from '../sessions/user.ts';
import { requireStrongPassword } from './password-strength.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { requirePasswordAllowed } from './required-provider.ts';
import { verificationMail } from './verification.ts';

/** Nobody's id. */
const NOBODY = 'nobody';

/** A new account: all of it is created, or nothing. */
export interface NewAccount {
  readonly user: User;
  /** Null for who signed up without a password: nobody can log in. */
  readonly passwordHash: string | null;
  /** The mail by which they confirm the address. @default - none */
  readonly verification?: LinkedMail;
  /** Until when the address waits for the key's first use (Unix seconds); null when it is kept at once. */
  readonly heldUntil: number | null;
  readonly tier: string;
  readonly sector: string | null;
  readonly workspaceId: string;
  readonly tenantName: string;
  readonly workspaceName: string;
  readonly key: KeyIssue;
  readonly createdAt: number;
  readonly origin: ChangeOrigin;
}

/** Seconds for which an address is held for who signed up without a password and has not used the key. */
export const HOLD_SECONDS = 86_400;

/** The login of an e-mail address. */
export interface Login {
  readonly userId: string;
  readonly tenantId: string;
  readonly workspaceId: string;
  /** Undefined for who has none. */
  readonly passwordHash: string | undefined;
}

export interface AccountStore {
  /** Throws `email_taken` when the address has an account, or is held for one beyond `createdAt`. */
  createAccount(account: NewAccount): Promise<void>;
  findLogin(email: string): Promise<Login | undefined>;
  findUser(tenantId: string, userId: string): Promise<User | undefined>;
  /** Keeps the address of an account that was held until its key was used; see `signUp`. */
  keepAddress(tenantId: string, usedAt: number): Promise<void>;
}

/** What is known before a password is looked at. */
export interface LoginStart {
  readonly login: Login | undefined;
  /** Whether the account has logged in from the place before. */
  readonly isKnown: boolean;
  /** Those of each subject, in their order. */
  readonly attempts: readonly Attempts[];
}

export interface LoginStartStore {
  /**
   * @param place as `placeOf` names it
   * @param subjects the ids of {@link BackoffSubject}s
   */
  read(email: string, place: string, subjects: readonly string[], now: number): Promise<LoginStart>;
}

/** What it takes to prove who somebody is by their password. */
export interface PasswordContext extends Pick<GrantContext, 'deployment' | 'clock'> {
  readonly accounts: AccountStore;
  readonly starts: LoginStartStore;
  readonly backoff: BackoffStore;
  readonly sources: SourceStore;
  /** @default - keys are shown once */
  readonly keeper?: KeyKeeper;
}

export interface AccountContext extends GrantContext, PasswordContext {}

export interface Onboarding {
  /** As `parseEmail` gives it. */
  readonly email: string;
  readonly password: string;
  readonly fullName: string | null;
  readonly workspaceName: string;
  readonly sector: string | null;
  /** Of the mail by which they confirm the address. */
  readonly language: Language;
}

export interface Onboarded {
  readonly account: NewAccount;
  /** The key itself: it is nowhere after this. */
  readonly key: string;
}

/** Counts an account that is about to be opened from an address. Throws `rate_limited`. */
export async function admitAccount(
  address: string,
  { sources, deployment, clock }: AccountContext,
): Promise<void> {
  await takeFromSource(sources, address, accountLimit(deployment.addressLimits), clock());
}

/**
 * Creates tenant, administrator, workspace and a first key. Throws `email_taken`, and `provider_required` for an address
 * that comes in by an identity provider alone.
 * The address is claimed by a condition of the one write, so of any number at once one succeeds.
 */
export async function onboard(
  input: Onboarding,
  context: AccountContext,
  from: RequestOrigin,
): Promise<Onboarded> {
  requirePasswordAllowed(input.email, context.deployment);
  await requireStrongPassword(input.password, input.email, 'password');
  const passwordHash = await hashPassword(input.password);
  return openAccount(input, { passwordHash, holdSeconds: null }, context, from);
}

/** A sign-up without a password. */
export interface SignUp {
  /** As `parseEmail` gives it. */
  readonly email: string;
  /** Of the organisation, and of the person who signs up for it. */
  readonly name: string;
  /** The tier that is asked for; only the one that everybody starts with can be had. */
  readonly tier: string | undefined;
  readonly language: Language;
}

/**
 * Creates an account without a password. Nobody has shown that the address is theirs, so it is held for
 * {@link HOLD_SECONDS} only: until then the key must have been used once, else the account ends and the address is free.
 * Throws `email_taken`, `provider_required`, and `invalid_field` for another tier.
 */
export async function signUp(
  input: SignUp,
  context: AccountContext,
  from: RequestOrigin,
): Promise<Onboarded> {
  const { initialTier } = context.deployment;
  requirePasswordAllowed(input.email, context.deployment);
  if (input.tier !== undefined && input.tier !== initialTier) {
    throw invalidField('plan_id', `must be ${initialTier}: another plan cannot be chosen by signing up`);
  }
  const onboarding = {
    email: input.email,
    fullName: input.name,
    language: input.language,
    tenantName: input.name,
    workspaceName: 'Default',
    sector: null,
  };
  return openAccount(onboarding, { passwordHash: null, holdSeconds: HOLD_SECONDS }, context, from);
}

async function openAccount(
  input: Omit<Onboarding, 'password'> & Partial<Pick<NewAccount, 'tenantName'>>,
  {
    passwordHash,
    holdSeconds,
  }: { readonly passwordHash: string | null; readonly holdSeconds: number | null },
  { profile, deployment, accounts, clock, keeper }: AccountContext,
  from: RequestOrigin,
): Promise<Onboarded> {
  const createdAt = clock();
  const [tenantId, userId, workspaceId] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
  const { issue, key } = issueKey(
    {
      tenantId,
      workspaceId,
      name: profile.keys.onboardingName ?? 'First key',
      environment: mainEnvironment(profile.keys),
      scopes: deployment.rights.onboardingScopes,
      lifetimeSeconds:
        profile.keys.defaultExpiryDays === null ? null : profile.keys.defaultExpiryDays * 86_400,
      allowedBlocks: [],
      metadata: {},
      createdBy: `user:${userId}`,
    },
    profile.keys,
    createdAt,
  );
  const user = {
    userId,
    tenantId,
    email: input.email,
    fullName: input.fullName,
    role: deployment.rights.ownerRole,
  };
  const account: NewAccount = {
    user,
    passwordHash,
    verification: verificationMail(user, input.language, createdAt),
    heldUntil: holdSeconds === null ? null : createdAt + holdSeconds,
    tier: deployment.initialTier,
    sector: input.sector,
    workspaceId,
    tenantName: input.tenantName ?? input.workspaceName,
    workspaceName: input.workspaceName,
    key: issue,
    createdAt,
    origin: { actor: `user:${userId}`, ...from },
  };
  await accounts.createAccount(account);
  await keeper?.keep(issue.key, key, `user:${userId}`);
  return { account, key };
}

/** What a person proves who they are by. The address is normalised: see `normalizeEmail`. */
export interface PasswordCredentials {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens something for who proves to be a person; `open` is given that person and their own workspace, and is called anew
 * when it throws `conflicting_state`. Throws `wrong_password` alike for a wrong password and an unknown address, after
 * the same work, `email_unverified` where an address must be confirmed first, and `rate_limited` after too many attempts: on the account, from anywhere or from here, or from this
 * source address on any account. Throws `provider_required` before all that. Who has logged in from here before is held to their own attempts from here alone.
 */
export async function enterWithPassword<Opened>(
  credentials: PasswordCredentials,
  from: PlacedOrigin,
  { accounts, starts, backoff, sources, deployment, clock }: PasswordContext,
  open: (user: User, workspaceId: string) => Promise<Opened>,
): Promise<Opened> {
  requirePasswordAllowed(credentials.email, deployment);
  const place = placeOf(credentials.email, from.address);
  const perhaps = loginSubjects(credentials.email, from.address).map(({ id }) => id);
  const start = await starts.read(credentials.email, place, perhaps, clock());
  const { isKnown, attempts } = start;
  const taken = isKnown
    ? undefined
    : await takeFromSource(sources, from.address, loginLimit(deployment.addressLimits), clock());
  const subjects = loginSubjects(credentials.email, from.address, isKnown);
  // The subjects of a known place are the first of them.
  for (const [index, subject] of subjects.entries())
    await takeAttempt(backoff, subject, clock(), { known: attempts[index] });
  let first: LoginStart | undefined = start;
  const enter = async (): Promise<Opened> => {
    // The person before the password: a session is opened for what they were when it was looked at, or not at all.
    const { login } = first ?? { login: await accounts.findLogin(credentials.email) };
    first = undefined;
    // An address that nobody has takes the same reads: how long they take would tell.
    const user = await accounts.findUser(login?.tenantId ?? NOBODY, login?.userId ?? NOBODY);
    const known = await accounts.findLogin(credentials.email);
    const isRight = await verifyPassword(credentials.password, known?.passwordHash);
    if (user === undefined || known === undefined || !isRight) throw new Problem('wrong_password');
    if (!deployment.mail.allowsUnverified && user.emailVerified !== true)
      throw new Problem('email_unverified');
    return open(user, known.workspaceId);
  };
  const opened = await unlessChanged(enter);
  for (const subject of subjects) await backoff.clear(subject.id);
  if (taken !== undefined) {
    await taken.giveBack();
    await sources.remember(place, clock() + PLACE_SECONDS);
  }
  return opened;
}
