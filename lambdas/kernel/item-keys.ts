import type { ItemKey } from './items.ts';

const key = (partition: string, sort: string): ItemKey => ({ PK: { S: partition }, SK: { S: sort } });

/** Every key of the table is made here (docs/architecture.md). */
export const keyRecordKey = (locator: string): ItemKey => key(`KEY#${locator}`, 'KEY');
export const sessionKey = (sessionId: string): ItemKey => key(`SESSION#${sessionId}`, 'SESSION');
export const tenantKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'TENANT');
export const userKey = (tenantId: string, userId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `USER#${userId}`);
export const workspaceKey = (tenantId: string, workspaceId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `WORKSPACE#${workspaceId}`);
export const keyRowKey = (tenantId: string, keyId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `APIKEY#${keyId}`);
export const userSessionKey = (userId: string, sessionId: string): ItemKey =>
  key(`USER#${userId}`, `SESSION#${sessionId}`);
export const refreshKey = (hash: string): ItemKey => key(`REFRESH#${hash}`, 'REFRESH');
export const codeKey = (hash: string): ItemKey => key(`CODE#${hash}`, 'CODE');
export const deviceKey = (hash: string): ItemKey => key(`DEVICE#${hash}`, 'DEVICE');
export const userCodeKey = (userCode: string): ItemKey => key(`USERCODE#${userCode}`, 'USERCODE');
export const appKey = (userId: string, appId: string): ItemKey => key(`USER#${userId}`, `APP#${appId}`);
export const identityKey = (hash: string): ItemKey => key(`IDENTITY#${hash}`, 'IDENTITY');
/** The same among the rows of its person. */
export const userIdentityKey = (userId: string, hash: string): ItemKey =>
  key(`USER#${userId}`, `IDENTITY#${hash}`);
export const exchangedKey = (hash: string): ItemKey => key(`EXCHANGED#${hash}`, 'EXCHANGED');
/** All factors of a person; a passkey by the hash of its credential; and the relying party that passkeys are made for. */
export const factorsKey = (userId: string): ItemKey => key(`USER#${userId}`, 'FACTORS');
export const passkeyKey = (hash: string): ItemKey => key(`PASSKEY#${hash}`, 'PASSKEY');
export const RELYING_PARTY_KEY: ItemKey = /* @__PURE__ */ key('PASSKEY#', 'RELYINGPARTY');
/** Somebody who has proven the password and no factor yet, and the challenge of a browser. */
export const pendingKey = (hash: string): ItemKey => key(`PENDING#${hash}`, 'PENDING');
export const challengeKey = (hash: string, purpose: string): ItemKey =>
  key(`PENDING#${hash}`, `CHALLENGE#${purpose}`);
/** A sign-in with a browser, and the row of its person by which it is found. */
export const signInKey = (hash: string): ItemKey => key(`SIGNIN#${hash}`, 'SIGNIN');
export const userSignInKey = (userId: string, signInId: string): ItemKey =>
  key(`USER#${userId}`, `SIGNIN#${signInId}`);

/** Somebody who is asked to become a person of a tenant. */
export const invitationKey = (tenantId: string, id: string): ItemKey =>
  key(`TENANT#${tenantId}`, `INVITATION#${id}`);

/** A sign-in that a browser has begun at an identity provider, by the hash of its `state`. */
export const signInFlowKey = (hash: string): ItemKey => key(`SIGNINFLOW#${hash}`, 'FLOW');

/** An OAuth client that registered itself or that an administrator registered, and its row among those of its tenant. */
export const clientKey = (clientId: string): ItemKey => key(`CLIENT#${clientId}`, 'CLIENT');
export const clientRowKey = (tenantId: string, clientId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `CLIENT#${clientId}`);

/** The copy of a metadata document, by the SHA-256 of its URL. */
export const clientDocumentKey = (hash: string): ItemKey => key(`CLIENT#${hash}`, 'DOCUMENT');

/** A mark of an assertion by which a client has proven itself. */
export const clientAssertionKey = (hash: string): ItemKey => key(`CLIENT#${hash}`, 'ASSERTION');

/** Numbers of registered clients that nobody has consented to, by the hour. */
export const REGISTRATIONS_KEY: ItemKey = /* @__PURE__ */ key('CLIENT#', 'REGISTRATIONS');

/** The partition of the mails that wait to be sent, in the order in which they were queued. */
export const OUTBOX = 'OUTBOX';
export const outboxKey = (mailId: string): ItemKey => key(OUTBOX, `MAIL#${mailId}`);

/** A link of a mail, by the id that is in it. */
export const linkKey = (linkId: string): ItemKey => key(`LINK#${linkId}`, 'LINK');

export const emailKey = (email: string): ItemKey => key(`EMAIL#${email}`, 'EMAIL');

/** The last number of a tenant's audit trail, and its rows, in the order of their numbers. */
export const auditHeadKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'AUDITHEAD');
export const auditKey = (tenantId: string, seq: number): ItemKey =>
  key(`TENANT#${tenantId}`, `AUDIT#${String(seq).padStart(12, '0')}`);

/** Says that a change of a hot record has its row. */
export const auditedKey = (tenantId: string, source: string): ItemKey =>
  key(`TENANT#${tenantId}`, `AUDITED#${source}`);
export const backoffKey = (subject: string): ItemKey => key(`BACKOFF#${subject}`, 'BACKOFF');

export const CONTROL_KEY: ItemKey = /* @__PURE__ */ key('CONTROL', 'CONTROL');

/** The key under which the lists' cursors are sealed. */
export const CURSOR_KEY: ItemKey = /* @__PURE__ */ key('CURSORS', 'CURSORS');

export const CENSUS_KEY: ItemKey = /* @__PURE__ */ key('CENSUS', 'CENSUS');

/** The partition of what the reconciler knows: a row a tenant, and its own. */
export const USAGE_KEYS = 'USAGEKEYS';
export const usageKeyRowKey = (tenantId: string): ItemKey => key(USAGE_KEYS, `TENANT#${tenantId}`);

export const RECONCILER_KEY: ItemKey = /* @__PURE__ */ key(USAGE_KEYS, 'RECONCILER');

/** How much a tenant has used, and each of its keys. */
export const tenantUsageKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'USAGE');
export const keyUsageKey = (tenantId: string, keyId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `USAGE#${keyId}`);
/** A claim on an idempotency key, by its hash. */
export const idempotencyItemKey = (id: string): ItemKey => key(`IDEMPOTENCY#${id}`, 'IDEMPOTENCY');
/** In a table of its own: a key, encrypted. By its tenant too, as an import may bring an id that another tenant has. */
export const vaultKey = (tenantId: string, keyId: string): ItemKey =>
  key(`VAULT#${tenantId}#${keyId}`, 'VAULT');
/** The partition of what is to be erased: a person or a tenant, and how far that has come. */
export const ERASURES = 'ERASURES';
export const erasureKey = (of: 'USER' | 'TENANT', id: string): ItemKey => key(ERASURES, `${of}#${id}`);
export const eventKey = (eventId: string): ItemKey => key(`EVENT#${eventId}`, 'EVENT');
