import type { ChangeOrigin } from '../audit/entries.ts';
import type { User } from './user.ts';

/** A browser in which a person is signed in, as they see it. Times are Unix seconds. */
export interface BrowserSignIn {
  readonly signInId: string;
  readonly authTime: number;
  readonly expiresAt: number;
  /** The `User-Agent` and the IP address from which they signed in; null where none was told. */
  readonly userAgent: string | null;
  readonly address: string | null;
}

/** The sign-ins of a person. Given by whoever knows of browsers: this room does not. */
export interface BrowserSignIns {
  /** Oldest first. */
  ofPerson(userId: string, now: number): Promise<BrowserSignIn[]>;
  /** Ends one of theirs; whether there was one. */
  endOf(
    person: Pick<User, 'tenantId' | 'userId'>,
    signInId: string,
    origin: ChangeOrigin,
    now: number,
  ): Promise<boolean>;
}
