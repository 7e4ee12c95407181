import type { Role } from '../contract/scopes.ts';

/** A person of one tenant. */
export interface User {
  readonly userId: string;
  readonly tenantId: string;
  readonly email: string;
  readonly fullName: string | null;
  /** Whether somebody has shown that the address is theirs. @default false */
  readonly emailVerified?: boolean;
  readonly role: Role;
  /** The kinds of second factors that they have (`FactorKind`). @default none */
  readonly factors?: readonly string[];
  /** Grows with each change that sessions must follow; a session is opened for one version. @default 0 */
  readonly version?: number;
}
