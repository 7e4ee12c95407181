import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { CONFIRM_PATH, INVITATION_PATH, RESET_PASSWORD_PATH } from '../pages/paths.ts';

/** Every kind of link, and the path of the page that it opens: a GET shows the page, the page's POST uses the link. */
export const LINK_PATHS = {
  verify: CONFIRM_PATH,
  reset: RESET_PASSWORD_PATH,
  address: CONFIRM_PATH,
  undo: CONFIRM_PATH,
  invitation: INVITATION_PATH,
} as const;

export type LinkKind = keyof typeof LINK_PATHS;

/** What a link is for, by name. */
export type LinkFacts = Readonly<Record<string, string>>;

/** A link that nobody has used. It is good for whoever has one of its secrets, once. */
export interface NewLink {
  /** Names the link, for who sends it again or takes it back; it opens nothing. */
  readonly id: string;
  readonly kind: LinkKind;
  /** The thing that it is about, such as `user:<id>`. */
  readonly subject: string;
  readonly facts: LinkFacts;
  /** Seconds for which it is good after a mail with it was sent. */
  readonly lifetimeSeconds: number;
  /** When it is forgotten, used or not (Unix seconds). */
  readonly forgottenAt: number;
}

/** A link that is good. */
export interface Link extends Omit<NewLink, 'forgottenAt'> {
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** Seconds for which a link waits for its mail to be sent: longer than a mail is tried. */
const WAITING_SECONDS = 4 * 86_400;

/** Bytes of chance in a secret: nobody guesses it, so a plain hash of it may be stored. */
const SECRET_BYTES = 32;

/**
 * A link for a mail. A room puts it into its own transaction by `linkWrite` (`link-store.ts`), and the mail that names it
 * by `linkId`. It has no secret and no time yet: both begin when the mail is sent.
 */
export function newLink({ kind, subject, facts = {}, expiresIn }: NewLinkRequest, now: number): NewLink {
  const forgottenAt = now + WAITING_SECONDS + expiresIn;
  return { id: randomUUIDv7(), kind, subject, facts, lifetimeSeconds: expiresIn, forgottenAt };
}

export interface NewLinkRequest {
  readonly kind: LinkKind;
  readonly subject: string;
  readonly facts?: LinkFacts;
  /** Seconds. */
  readonly expiresIn: number;
}

/** A link as somebody presents it: its id, and the hash of the secret. */
export interface PresentedLink {
  readonly id: string;
  readonly hash: string;
}

export interface LinkStore {
  /** For a link that belongs to no other change. */
  add(link: NewLink): Promise<void>;
  /**
   * Gives a link one more secret, by its hash, from which it is good for its lifetime: a mail that is sent twice has two
   * that share one use. Undefined for a link that is used, taken back or forgotten.
   */
  arm(id: string, hash: string, now: number): Promise<Link | undefined>;
  /** The link, if it is good; reading does not use it. */
  read(presented: PresentedLink, now: number): Promise<Link | undefined>;
  /**
   * Uses a link alone. Of any number at once one succeeds. Where a change follows, `useLink` stands in its transaction
   * instead (`link-store.ts`). Throws `invalid_link`.
   */
  use(presented: PresentedLink, now: number): Promise<void>;
}

/** Makes the secret of a link, for one mail. */
export function newLinkSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The stored form of a secret: its SHA-256. */
export function hashLinkSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** The text that a mail carries. */
export function linkToken(id: string, secret: string): string {
  return `${id}.${secret}`;
}

const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** Reads the text of a mail; undefined for what we did not make. */
export function presentedLink(token: string): PresentedLink | undefined {
  const [, id, secret] = TOKEN.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, hash: hashLinkSecret(secret) };
}

/** What it takes to read links. */
export interface LinkReading {
  readonly links: Pick<LinkStore, 'read'>;
  readonly clock: Clock;
}

/**
 * The link of one of these kinds that a text names, for a page that shows what it is for; it is not used. Throws
 * `invalid_link` in the same words whatever the reason.
 */
export async function readLink<Kind extends LinkKind>(
  token: string,
  kinds: readonly Kind[],
  { links, clock }: LinkReading,
): Promise<{ readonly link: Link & { readonly kind: Kind }; readonly use: PresentedLink }> {
  const use = presentedLink(token);
  const link = use && (await links.read(use, clock()));
  const kind = kinds.find((one) => one === link?.kind);
  if (use === undefined || link === undefined || kind === undefined) throw new Problem('invalid_link');
  return { link: { ...link, kind }, use };
}

/** The URL of a link. `base` is the API's public URL, without a slash at its end. */
export function linkUrl(base: string, kind: LinkKind, token: string): string {
  return `${base}${LINK_PATHS[kind]}?link=${token}`;
}
