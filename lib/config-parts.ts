import * as z from 'zod';
import { ALGORITHMS } from '../lambdas/contract/algorithms.ts';
import { OPERATORS_TENANT } from '../lambdas/contract/operators.ts';
import { atLeastOne, fields, flag, httpsUrl, oneOf, text, whole } from './config-fields.ts';
import { roleName } from './rights-fields.ts';

/** Nested parts of the configuration: tokens, identity providers, limits by address, capacity and usage keys (docs/configuration.md). */

/** A day more than two years: what people accept before they log in again differs widely. */
const MAX_SESSION_DAYS = 731;

export const tokens = fields({
  /** The algorithm that signs access tokens from the next rotation on; null for the profile's. @default null */
  algorithm: oneOf(ALGORITHMS).nullable().default(null),
  /**
   * Accepts tokens that HS256 keys signed while something else signs now: on the way from HS256 to another algorithm.
   * The authorizer can then read the signing keys. @default - where the profile signs with HS256
   */
  acceptsHs256: flag().nullable().default(null),
  /**
   * URLs that the API had before: tokens that it issued under them are accepted, until they expire. New ones are issued
   * under the present URL. @default []
   */
  previousIssuers: z.array(httpsUrl()).readonly().default([]),
  /** Seconds after its first use for which a refresh token may be sent again; 0 is strict. @default 120 */
  refreshGraceSeconds: whole(0, 3600).default(120),
  /** Days without a refresh after which a session ends. @default 30 */
  idleDays: whole(1, MAX_SESSION_DAYS).default(30),
  /** Days after the login at which a session ends, used or not. @default 365 */
  absoluteDays: whole(1, MAX_SESSION_DAYS).default(365),
});

const color = () => text(/^#[0-9a-f]{6}$/, 'a colour as #rrggbb, with digits and small letters a to f');

/** The pages on which people sign in and allow apps (docs/pages.md). */
export const branding = fields({
  /** The service's name, as its people know it; null for the profile's title. @default null */
  name: text(/^(?=.*\S)[^\u0000-\u001f\u007f]{1,60}$/, 'a name of 1 to 60 characters on one line')
    .nullable()
    .default(null),
  /** The file of the logo, an SVG, from the folder of this file; null for the name in its place. @default null */
  logo: text(/^[^\0]+\.svg$/, 'the path of an .svg file, or null for none')
    .nullable()
    .default(null),
  /** Of the primary button. The text on it is white or black, whichever is readable. @default #1f4b99 */
  color: color().default('#1f4b99'),
  /** The same where the system is set to dark; null for `color`, lightened until it stands out. @default null */
  darkColor: color().nullable().default(null),
});

export const factors = fields({
  /** Roles whose people must have a second factor: who has none sets one up at the next sign-in. @default [] */
  requiredRoles: z
    .array(text(/^/, 'the name of a role'), { error: 'must be a list of roles' })
    .readonly()
    .default([]),
  /**
   * The domain that passkeys are made for (RP ID): that of `domain`, or one above it. It is fixed once there is a passkey,
   * as none is good for another. @default null: the host of the API's own URL
   */
  passkeyDomain: text(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    'a domain such as example.com, or null for that of the API',
  )
    .nullable()
    .default(null),
});

const MAIL_DOMAIN = String.raw`([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}`;
const MAIL_ADDRESS = String.raw`[\w.+-]{1,64}@${MAIL_DOMAIN}`;

/** Mails about accounts (docs/mail.md). */
export const mail = fields({
  /** The identity that is verified in Amazon SES, a domain or an address; null hands mails to EventBridge. @default null */
  identity: text(
    new RegExp(`^(${MAIL_DOMAIN}|${MAIL_ADDRESS})$`),
    'a domain or an address that is verified in Amazon SES, in small letters, or null to hand mails to EventBridge',
  )
    .nullable()
    .default(null),
  /** The sender, of that identity: `accounts@example.com`, or with a name, `Example <accounts@example.com>`. @default null */
  from: text(
    new RegExp(`^(${MAIL_ADDRESS}|[\\w .'&-]{1,60} <${MAIL_ADDRESS}>)$`),
    'an address, or a name and an address in angle brackets',
  )
    .nullable()
    .default(null),
  /** What somebody may do whose address is not confirmed: all that others may, or nothing that takes a login. @default everything */
  unverified: oneOf(['everything', 'nothing']).default('everything'),
}).superRefine(({ identity, from }, context) => {
  const fault = (message: string) => context.addIssue({ code: 'custom', path: ['from'], message });
  if (identity === null) {
    if (from !== null)
      fault('is of no use without identity; name the identity in Amazon SES, or remove from');
    return;
  }
  const address = /<(.+)>$/.exec(from ?? '')?.[1] ?? from;
  const isOfIdentity = address === identity || address?.endsWith(`@${identity}`);
  if (isOfIdentity !== true) fault(`must be an address of ${identity}`);
});

const NO_AUDIENCE = 'must be a list of at least one audience, or signIn must say how people sign in';

const word = (what: string) =>
  text(/^[^\s\u0000-\u001f]{1,255}$/, `${what}, 1 to 255 characters without blanks`);
const tenantId = () =>
  word('the id of a tenant').refine((id) => id !== OPERATORS_TENANT, {
    error: `must not be ${OPERATORS_TENANT}: no identity provider leads to who runs the deployment`,
  });
const claimValue = () => text(/^.{1,255}$/, 'a text of 1 to 255 characters');
const claimName = () => word('the name of a claim');

/** A sign-in with the provider by redirect (docs/providers.md). */
const providerSignIn = fields({
  /** Names it in the redirect URI, `<URL of the API>/sign-in/<id>`. */
  id: text(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, '1 to 32 small letters, digits and hyphens, such as okta'),
  /** The provider as its people know it, on the button. */
  label: text(/^(?=.*\S)[^\u0000-\u001f\u007f]{1,40}$/, 'a name of 1 to 40 characters on one line'),
  /** The id of the client that the provider has made for this API. */
  clientId: word('the id of a client'),
  /**
   * How the client proves itself when it redeems a code: by its `secret`, which the stack keeps in Secrets Manager, or by
   * `none`, for a public client. PKCE protects both. @default secret
   */
  authentication: oneOf(['secret', 'none']).default('secret'),
  /** What it asks the provider for; `openid` must be among them. @default ['openid', 'email', 'profile'] */
  scopes: atLeastOne(text(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, 'a scope (RFC 6749, 3.3)'), 'scope')
    .refine((scopes) => scopes.includes('openid'), {
      error: 'must have openid: without it there is no ID token',
    })
    .default(['openid', 'email', 'profile']),
  /** Claims that an ID token must have, each with one of these values. @default - the provider's `claims` */
  claims: z.record(claimName(), atLeastOne(claimValue(), 'value')).exactOptional(),
  /** Domains of e-mail addresses that come in by this provider alone: a password is refused. @default [] */
  domains: z
    .array(
      text(
        /^(?=.{3,253}$)([\p{Ll}\p{Lo}\p{M}\p{N}]([\p{Ll}\p{Lo}\p{M}\p{N}-]*[\p{Ll}\p{Lo}\p{M}\p{N}])?\.)+[\p{Ll}\p{Lo}\p{M}\p{N}-]+$/u,
        'a domain in small letters, such as example.com',
      ),
    )
    .readonly()
    .default([]),
});

export const identityProvider = fields({
  /** `iss` of its tokens, to the letter: a slash at the end counts. */
  issuer: httpsUrl(),
  /** Where its keys are; null to ask its `/.well-known/openid-configuration`. @default null */
  jwksUrl: httpsUrl().nullable().default(null),
  /** `aud` of its tokens must have one of these: what the provider calls this API. @default - none: nothing is exchanged */
  audiences: z.array(claimValue(), { error: NO_AUDIENCE }).readonly().default([]),
  /** Claims that a token must have besides, each with one of these values. @default {} */
  claims: z.record(claimName(), atLeastOne(claimValue(), 'value')).default({}),
  /** The tenant of all of its tokens; null where a claim tells. @default null */
  tenantId: tenantId().nullable().default(null),
  /** The claim that names the tenant; null where all are of one. @default null */
  tenantClaim: fields({
    claim: claimName(),
    /** Tenants by the claim's value; null where the value is the tenant's id. @default null */
    ids: z.record(z.string(), tenantId()).nullable().default(null),
  })
    .nullable()
    .default(null),
  /** The role of whose token says no other; null refuses them. @default null */
  role: roleName().nullable().default(null),
  /** The claim that names roles, and ours by its values; the largest that matches counts. @default null */
  roleClaim: fields({ claim: claimName(), values: z.record(z.string(), roleName()) })
    .nullable()
    .default(null),
  /** Makes a person of the tenant of whoever is not known yet. @default false */
  createUsers: flag().default(false),
  /** Takes whoever is not known yet for the person of the tenant with the same verified address. @default false */
  linkByEmail: flag().default(false),
  /** The claim that says that the provider has verified the address; Entra calls it `xms_edov`. @default email_verified */
  emailVerifiedClaim: claimName().default('email_verified'),
  /** How its people sign in on the pages; null where they do not. @default null */
  signIn: providerSignIn.nullable().default(null),
}).superRefine((provider, context) => {
  const { audiences, tenantId, tenantClaim, role, roleClaim, createUsers, linkByEmail, signIn } = provider;
  const fault = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (audiences.length === 0 && signIn === null) fault('audiences', NO_AUDIENCE);
  if ((tenantId === null) === (tenantClaim === null))
    fault('tenantId', 'must be the id of a tenant, or tenantClaim must say where it stands; one of the two');
  if (role === null && roleClaim === null)
    fault('role', 'must be the name of a role, or roleClaim must say where it stands');
  if (!createUsers && !linkByEmail)
    fault('createUsers', 'must be true, or linkByEmail: otherwise nobody could come in');
});

/**
 * Limits of one source address (of IPv6, one /64) where no credential is needed. The numbers leave room for an
 * office, a school or a mobile network behind one address: docs/limits.md has the reasons.
 */
export const addressLimits = fields({
  /** Accounts that are opened in an hour, or would be. @default 100 */
  accountsPerHour: whole(1, 1_000_000).default(100),
  /** Logins that fail in ten minutes, of accounts that have not logged in from there before; and invalid requests. @default 100 */
  failedLoginsPerTenMinutes: whole(1, 1_000_000).default(100),
  /** Refreshes that fail in ten minutes. @default 100 */
  failedRefreshesPerTenMinutes: whole(1, 1_000_000).default(100),
});

/** Bounds of the limit of a rate-based rule (AWS WAF). */
const wafLimit = () => whole(10, 2_000_000_000);

export const wafLimits = fields({
  /** Requests a minute from one source address to public routes that do work: onboarding, login, refresh. @default 600 */
  publicRequestsPerMinute: wafLimit().default(600),
  /** And to all routes together; null for twice what the largest tier may send. @default null */
  requestsPerMinute: wafLimit().nullable().default(null),
});

/**
 * Instances of a function that nobody else can take, and that it cannot exceed. Together they must leave 100 of the
 * account's to everybody else (Lambda, "Configuring reserved concurrency").
 */
export const RESERVED_CONCURRENCY = fields({
  /**
   * A bulkhead: whatever floods the account's other functions, decisions go on. At 10 ms a decision it is 20,000 a
   * second, twice what an account's API Gateway takes. @default 200
   */
  authorizer: whole(1, 10_000).default(200),
  /** A ceiling: a flood of logins, each a whole vCPU, stays within it. @default 10 */
  accounts: whole(1, 10_000).default(10),
  /** The same for people who change passwords. @default 5 */
  people: whole(1, 10_000).default(5),
});

/**
 * Instances of a function that are started before anybody calls, and kept: a call that one of them takes waits for no start. They
 * cost by the hour, used or not. Only functions that API Gateway calls while somebody waits.
 */
export const PROVISIONED_CONCURRENCY = fields({
  /** Every request with a credential waits for it. @default 0 */
  authorizer: whole(0, 10_000).default(0),
  /** Logins and sign-ups. @default 0 */
  accounts: whole(0, 10_000).default(0),
  /** Keys, and what else the API manages. @default 0 */
  management: whole(0, 10_000).default(0),
  /** Changes of passwords, and invitations. @default 0 */
  people: whole(0, 10_000).default(0),
  /** What anybody may ask: pages, documents, health. @default 0 */
  public: whole(0, 10_000).default(0),
  /** Tokens and their refresh. @default 0 */
  tokens: whole(0, 10_000).default(0),
});

/** How tenants come to usage keys of their own. */
export const ownUsageKeys = fields({
  /**
   * API keys in the Region, those of others too, up to which tenants are given keys of their own. An account has
   * 10,000, which AWS does not raise: the rest is for the stacks' shared keys and for other APIs. @default 9500
   */
  max: whole(0, 9_900).default(9_500),
  /**
   * Up to which tenants of the initial tier are given keys: whoever makes accounts by the thousand cannot take the
   * keys of those who were put on another tier. @default 8000
   */
  maxForInitialTier: whole(0, 9_900).default(8_000),
  /**
   * Seconds from a key's making to its first use. AWS documents none; 30 to 40 minutes were reported
   * (docs/aws-facts.md, 5), and a key that does not work yet would be a 403. @default 3600
   */
  warmSeconds: whole(1, 86_400).default(3_600),
  /**
   * Seconds from a key's last use to its deletion: more than the 2 for which authorizers hold what they know, and the
   * 29 of a request that is under way. @default 600
   */
  retireSeconds: whole(5, 86_400).default(600),
});

/** A part of all requests. */
const share = () => {
  const error = 'must be a number from 0 to 1: the part of all requests that is recorded';
  return z.number({ error }).min(0, { error }).max(1, { error });
};

/** Where spans go, and of which requests (docs/operations.md, "Traces"). */
export const traces = fields({
  /** The collector's URL, which takes OTLP/HTTP at `/v1/traces`. */
  otlpUrl: httpsUrl(),
  /**
   * The version of a layer with an OpenTelemetry collector, for functions of arm64, that listens at `otlpUrl`; null where
   * the collector is elsewhere. @default null
   */
  collectorLayerArn: text(
    /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:layer:[\w-]{1,140}:\d+$/,
    "the ARN of a layer's version, or null where the collector is elsewhere",
  )
    .nullable()
    .default(null),
  /** Of all requests the part that is recorded. @default 0.05 */
  share: share().default(0.05),
  /** Whether requests are recorded too that a caller has flagged as sampled: callers then choose what it costs. @default false */
  callersSample: flag().default(false),
  /**
   * Milliseconds for which a request that is recorded waits for the collector, at most: a forwarder runs a second longer than
   * its upstream may take. @default 250
   */
  timeoutMilliseconds: whole(10, 800).default(250),
});

/** Facts of API Gateway that no document has; upstreams that it calls itself rest on them. */
export const gatewayFacts = fields({
  /** A usage plan of 0/0 answers 429 (docs/aws-facts.md, 2): who is over a limit gets that there, not a 403. @default false */
  zeroPlanThrottles: flag().default(false),
  /** A mapped request header replaces the client's own (docs/aws-facts.md, 5): `http` in production takes it. @default false */
  mappedHeaderReplaces: flag().default(false),
});
