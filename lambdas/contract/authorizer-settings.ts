import type { AccessTable } from './access.ts';
import type { DirectSettings, Payload2Settings } from './deployment.ts';

/** What the authorizer of a protected API is told in place of what the front door's is; all else is the same. */
export interface AuthorizerSettings {
  /** The methods of that API alone. */
  readonly access: AccessTable;
  readonly direct: DirectSettings;
  /** Null for a REST API. */
  readonly payload2: Payload2Settings | null;
}
