import type { ChangeOrigin } from '../audit/entries.ts';
import type { NewLink, PresentedLink } from '../mail/link.ts';
import type { LinkedMail } from '../mail/linked-mail.ts';
import type { Mail } from '../mail/mail.ts';
import type { PersonFacts } from '../people/verification.ts';
import type { User } from '../sessions/user.ts';

/** Seconds for which the link is good that takes a change of an address back. */
export const UNDO_SECONDS = 7 * 86_400;

/** A mail that was asked for, whom it is for, and the link that it is to carry. */
export interface AskedMail {
  readonly mail: Mail;
  readonly person: User;
  readonly link: NewLink;
}

/** The use of a link, and the person that it is about, with the address that they must still have. */
export interface LinkUse {
  readonly use: PresentedLink;
  readonly person: PersonFacts;
}

export interface PasswordSetting extends LinkUse {
  /** The version of the password that the link is for. */
  readonly passwordVersion: number;
  readonly passwordHash: string;
  readonly notice: Mail;
}

export interface PasswordReset {
  readonly person: PersonFacts;
  /** Of no password. */
  readonly passwordHash: string;
  readonly link: NewLink;
  /** Null where whoever resets it hands the link over. */
  readonly mail: Mail | null;
}

export interface AddressAsk {
  readonly person: PersonFacts;
  readonly change: LinkedMail;
  readonly notice: Mail;
}

export interface AddressChange extends LinkUse {
  readonly to: string;
  /** The version of the password when it was asked for: who did not ask chooses another, and the link is dead. */
  readonly passwordVersion: number;
  readonly undo: LinkedMail;
}

export interface AddressUndo extends LinkUse {
  readonly to: string;
  /** Of no password. */
  readonly passwordHash: string;
  readonly reset: LinkedMail;
}

/** Each is one transaction, with its row of the trail. What uses a link throws `invalid_link`. Times are Unix seconds. */
export interface RecoveryStore {
  /** Gives a mail that was asked for its link. Undefined when another try has done so. */
  linkMail(asked: AskedMail, now: number): Promise<Mail | undefined>;
  /** Notes that the person's address is theirs. */
  verify(use: LinkUse, origin: ChangeOrigin, now: number): Promise<void>;
  /** The new password holds, and nothing that was opened for the former. */
  setPassword(setting: PasswordSetting, origin: ChangeOrigin, now: number): Promise<void>;
  /** No password holds until the link's is chosen. Throws `invalid_link` when the person has another address. */
  reset(reset: PasswordReset, origin: ChangeOrigin, now: number): Promise<void>;
  /** Throws `conflicting_state` while the last change can be taken back. */
  askForAddress(ask: AddressAsk, origin: ChangeOrigin, now: number): Promise<void>;
  /** The address is the other one, and the former is held for who takes the change back. Throws `email_taken`. */
  changeAddress(change: AddressChange, origin: ChangeOrigin, now: number): Promise<void>;
  /** The address is the former one, no password holds, and nothing that was opened. Throws `email_taken`. */
  undoAddress(undo: AddressUndo, origin: ChangeOrigin, now: number): Promise<void>;
}
