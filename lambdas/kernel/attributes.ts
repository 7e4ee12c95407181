/**
 * The attributes of the items that the authorizer reads, each named once: for its own readers, which know nothing else
 * of records, and for the declarations of the entities. As constants they cost its bundle nothing. Those of `KEY` and
 * `SESSION` items are short, as such a record is written on every request and stays below 1 KB.
 */

/** Of both, a key and a session. */
export const STATE = 'st';
export const EXPIRY = 'xa';
export const TENANT = 'ten';
export const WORKSPACE = 'wsp';
/** The window of the last use; its count is `c<window>`. */
export const WINDOW = 'win';
export const USES = 'n';
export const USED_AT = 'seen';
export const USED_FROM = 'ip';
/** How many changes there were, and the note of the last one until the next use. */
export const CHANGES = 'seq';
export const CHANGE = 'chg';

/** Of a key. A slot is a hash and its expiry; the second is of the key before the last rotation. */
export const KEY_ID = 'id';
export const ENVIRONMENT = 'env';
export const SCOPES = 'scp';
export const HASH = 'ha';
export const PREVIOUS_HASH = 'hb';
export const PREVIOUS_EXPIRY = 'xb';
export const ALLOWED_BLOCKS = 'ips';
export const ROTATED_AT = 'rot';
/** Other tenants that claim the same imported key. */
export const CLAIMANTS = 'claims';
/** Refusals since it was made, and the reason of the last one (ADR 0153). */
export const REFUSALS = 'r';
export const REFUSED_FOR = 'why';

/** Of a session. */
export const SESSION_ID = 'sid';
export const USER = 'usr';
export const ROLE = 'rol';
/** The version of the person whose role the session has. */
export const USER_VERSION = 'uv';
/** When the person proved who they are, and how (RFC 8176): of a sign-in with a browser too. */
export const AUTH_TIME = 'at';
export const METHODS = 'amr';

/** Of a person: whether their address is confirmed. */
export const EMAIL_VERIFIED = 'emailVerified';

/** Of a person, whose sessions follow what has a newer version. */
export const PERSON_VERSION = 'ver';
/** The kinds of factors that a person has. */
export const FACTORS = 'factors';

/** Of a tenant. */
export const TENANT_STATE = 'state';
/** Whether its people must have a second factor. */
export const REQUIRES_FACTOR = 'requiresFactor';
export const TIER = 'tier';
export const USAGE_KEY = 'usageKey';
export const HELD_UNTIL = 'heldUntil';
export const WORKSPACES = 'workspaces';
export const EMBED_ORIGINS = 'embedOrigins';
export const SUSPENDED_WORKSPACES = 'suspendedWorkspaces';
