import * as z from 'zod';
import { fields, flag, isToken, oneOf, reference, stringOr, text, whole } from './config-fields.ts';
import {
  addressLimits,
  branding,
  factors,
  gatewayFacts,
  identityProvider,
  mail,
  ownUsageKeys,
  PROVISIONED_CONCURRENCY,
  RESERVED_CONCURRENCY,
  tokens,
  traces,
  wafLimits,
} from './config-parts.ts';
import { cors } from './cors-fields.ts';
import { recoveryFields } from './recovery-fields.ts';
import { rightsFields } from './rights-fields.ts';
import { upstream, upstreams } from './upstream-fields.ts';

/** The limits of API Gateway for an account in a Region; no tier can have more (API Gateway, "Quotas"). */
const ACCOUNT_RATE = 10_000;
const ACCOUNT_BURST = 5_000;

/** The retentions that CloudWatch Logs knows, in days (`PutRetentionPolicy`). */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653,
] as const;

const KMS_KEY_ARN =
  /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const CERTIFICATE_ARN = /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/;

/**
 * A part of what API Gateway takes as a path of a mapping (API Gateway, "Use API mappings … for REST APIs", "Restrictions"):
 * what all servers read alike, and without what begins with a dot, as `.well-known` belongs to the host. `/ping` and `/sping`
 * are its own health checks ("Important notes").
 */
const BASE_PATH = /^(?=.{1,300}$)(?!s?ping(\/|$))(\w|\w[\w.-]*[\w-])(\/(\w|\w[\w.-]*[\w-]))*$/;

/** Limits of a usage plan, and the exact limit of one API key. */
const plan = {
  /** Requests a second, in the long run. */
  rate: whole(1, ACCOUNT_RATE, 'requests a second, which is all of an account in a Region'),
  /** Requests that may be sent at once: the size of the token bucket. */
  burst: whole(1, ACCOUNT_BURST, 'requests at once, which is all of an account in a Region'),
  /** Requests a calendar month; null for no quota. */
  monthlyQuota: whole(1, 1_000_000_000, 'or null for no quota').nullable(),
  /** Requests a minute of one API key, counted exactly. */
  keyRequestsPerMinute: whole(1, 1_000_000),
};

/** Keys of a tenant that may call at their limit at the same time, for a plan to carry. */
const BUSY_KEYS = 10;

/**
 * A plan must not refuse what a key is promised (ADR 0084): two minutes of a key may come in a moment, at the edge
 * between them, and in the long run several keys use up all of theirs.
 */
function planCarriesKeys(
  { rate, burst, keyRequestsPerMinute: perMinute, keys }: PlanOfKeys,
  context: z.core.$RefinementCtx,
): void {
  const fault = (field: keyof PlanOfKeys, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  // A number that is wrong by itself says so first.
  if (context.issues.length > 0) return;
  const busyKeys = Math.min(keys, BUSY_KEYS);
  if (2 * perMinute > ACCOUNT_BURST) {
    const most = ACCOUNT_BURST / 2;
    fault(
      'keyRequestsPerMinute',
      `is more than any plan carries in a burst, as an account takes ${ACCOUNT_BURST} requests at once; lower it to ${most} or less`,
    );
  } else if (burst < 2 * perMinute) {
    fault(
      'burst',
      `must be at least twice keyRequestsPerMinute, or a key meets it before its own limit; raise it to ${2 * perMinute} or more`,
    );
  }
  if (60 * rate < perMinute * busyKeys) {
    const least = Math.ceil((perMinute * busyKeys) / 60);
    const many = busyKeys === 1 ? '1 key that uses' : `${busyKeys} keys that use`;
    fault('rate', `must carry ${many} up keyRequestsPerMinute; raise it to ${least} or more`);
  }
}

type PlanOfKeys = Pick<Tier, 'rate' | 'burst' | 'keyRequestsPerMinute' | 'keys'>;

/** Limits of one tenant. */
const tier = fields({
  ...plan,
  /** Requests a minute of one session, counted exactly. */
  sessionRequestsPerMinute: whole(1, 1_000_000),
  /** API keys that a tenant may have. */
  keys: whole(1, 100_000),
}).superRefine(planCarriesKeys);

/** Limits that the `test` keys of all tenants share. */
const sandbox = fields(plan).superRefine((limits, context) =>
  planCarriesKeys({ ...limits, keys: BUSY_KEYS }, context),
);

/** Part of a usage key, which has letters and digits only; `exhausted` and `sandbox` are plans of our own. */
const tierName = text(
  /^(?!(exhausted|sandbox)$)[a-z][a-z0-9]{0,31}$/,
  'named with small letters and digits, and not exhausted or sandbox',
);

/** A usage plan each, of the 300 of an account in a Region that other stacks use too (API Gateway, "Quotas"). */
const MAX_TIERS = 20;

const domain = fields({
  /** The API's own host name: its URL, and the issuer of its tokens. */
  name: text(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/,
    'a host name in small letters, such as api.example.com',
  ),
  /**
   * The certificate of that name in ACM, of the stack's own Region; null where the name is in API Gateway already, made by
   * another stack: then the API is mapped there and nothing else of it changes.
   */
  certificateArn: stringOr(
    CERTIFICATE_ARN,
    'must be the ARN of a certificate in ACM, or null where another stack has made the domain',
    'there is a domain without a certificate; name the ARN of one in ACM, of the same Region, null where another stack has made the domain, or set domain to null',
  ).nullable(),
  /** The path of the host at which the API answers, such as `auth` or `auth/v1`; null for its root. @default null */
  basePath: text(
    BASE_PATH,
    'a path such as auth or auth/v1, without slashes at its ends: letters, digits, -, _ and ., and not ping or sping, which are of API Gateway; or null for the root of the host',
  )
    .nullable()
    .default(null),
  /** The public zone in Route 53 that gets the records of the name; null where DNS is elsewhere. @default null */
  hostedZone: fields({
    /** As Route 53 shows it, such as Z0123456789ABCDEFGHIJ. */
    id: reference(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone: Z, then capital letters and digits'),
    /** Holds the domain's name, such as example.com. */
    name: reference(
      /^[a-z0-9.-]{1,253}[a-z0-9]$/,
      'the name of a zone in small letters, such as example.com',
    ),
  })
    .nullable()
    .default(null),
  /**
   * Whether, below a path, two more paths of the host are the API's: `.well-known/oauth-authorization-server` and
   * `.well-known/oauth-protected-resource`, where RFC 8414 and RFC 9728 have a client look. One API of a host can have
   * them. @default false
   */
  wellKnown: flag().default(false),
  /**
   * Whether the stage's URL answers beside the domain, and its tokens are accepted: while clients move to a domain that
   * a live stack is given. @default false
   */
  alsoServeStageUrl: flag().default(false),
}).superRefine(({ name, certificateArn, hostedZone, basePath, wellKnown }, context) => {
  if (wellKnown && basePath === null) {
    const message = 'at the root of the host they are there anyway; leave it out, or name a basePath';
    context.addIssue({ code: 'custom', path: ['wellKnown'], message });
  }
  if (hostedZone === null) return;
  if (certificateArn === null) {
    const message = 'the stack that has made the domain makes its records too; set hostedZone to null';
    context.addIssue({ code: 'custom', path: ['hostedZone'], message });
    return;
  }
  if (isToken(hostedZone.name)) return;
  if (name === hostedZone.name || name.endsWith(`.${hostedZone.name}`)) return;
  const message = `the zone ${hostedZone.name} cannot hold the domain ${name}; name the zone that does, or set hostedZone to null`;
  context.addIssue({ code: 'custom', path: ['hostedZone', 'name'], message });
});

function isEachOnce(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** The configuration that a team edits. Every field is checked at synth time; an unknown one is an error. */
export const CONFIG = fields({
  /** The CloudFormation stack's name. @default Latchkey */
  name: text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'a letter, then letters, digits and -').default('Latchkey'),
  /** The published contract to serve: a file of `profiles/`. */
  profile: text(/^[a-z0-9-]+$/, 'the name of a profile'),
  /** `production` keeps data and logs when the stack is deleted. */
  environment: oneOf(['development', 'production']),
  /** The API's stage, part of its URL: API Gateway knows no stage at the root. @default live */
  stage: text(/^[A-Za-z0-9_-]{1,128}$/, 'letters, digits, - and _').default('live'),
  /** A host name of the team's own for the API; null for the stage's URL. @default null */
  domain: domain.nullable().default(null),
  /**
   * Keeps keys that are made from now on encrypted by a key in KMS of its own, so that who made one can see it again.
   * Only where the profile's contract says so: others promise that a key is shown once. @default false
   */
  revealApiKey: flag().default(false),
  /**
   * Lets a call without a credential in as a viewer; in development only. @default - true in a stack that `npm start`
   * serves, where the profile allows it; else false
   */
  anonymous: flag().exactOptional(),
  /**
   * The path that Latchkey's own routes begin with in place of the upstream's prefix, such as `/latchkey`: for an API that
   * has paths like `/v1/users` itself. null leaves them where the profile has them. @default null
   */
  managementPrefix: text(
    /^(\/[A-Za-z0-9_~-][\w.~-]*)+$/,
    'a path such as /latchkey, without a slash at its end, or null for the paths of the profile',
  )
    .nullable()
    .default(null),
  /** The API behind the front door; null for the built-in echo. @default null */
  upstream: upstream.nullable().default(null),
  /** Other APIs behind it by name, each for a path and everything below; the longest path wins. @default {} */
  upstreams,
  ...rightsFields,
  /** Serves the key console at `/console`, and leads browsers there that ask for `/`. @default true */
  console: flag().default(true),
  /**
   * The rows and screens of operators, who run the deployment: people of the reserved tenant `operators`, whom
   * `npm run ops -- operator add` makes. @default false
   */
  operators: flag().default(false),
  /** What makes the pages the team's own. */
  branding: branding.prefault({}),
  /** Mails about accounts: who sends them, and what an address that is not confirmed means. */
  mail: mail.prefault({}),
  /** Limits of tenants, by the tier's name. */
  tiers: z
    .record(tierName, tier)
    .refine((tiers) => Object.keys(tiers).length > 0, { error: 'must have at least one tier' })
    .refine((tiers) => Object.keys(tiers).length <= MAX_TIERS, {
      error: `must have at most ${MAX_TIERS} tiers, as each takes one of the account's 300 usage plans; remove some`,
    }),
  /** The tier of a new tenant. */
  initialTier: text(/^/, 'the name of a tier'),
  /** Limits that all `test` keys share, whoever's they are; `keyRequestsPerMinute` is of each. */
  sandbox,
  /** Usage keys of tenants. @default - as each field says */
  usageKeys: ownUsageKeys.prefault({}),
  /** Pages in browsers that may call the API. */
  cors,
  /**
   * Whether API Gateway's own answers carry headers that the authorizer has counted. AWS does not document that it maps
   * them; `doctor` looks. Without, refusals keep status and body, and `Retry-After` is a fixed time. @default true
   */
  gatewayContextHeaders: flag().default(true),
  /**
   * How `WWW-Authenticate` says what to do: `static`, one text for all calls of a status, or `context`, which says why
   * (RFC 6750, 3.1), for which scope and for which path, if API Gateway maps such a header: `doctor` looks. @default static
   */
  challenges: oneOf(['static', 'context']).default('static'),
  /** Facts of API Gateway that `doctor` has recorded on a stack of yours, for upstreams of the kind `http`. */
  gatewayFacts: gatewayFacts.prefault({}),
  /** Limits of one source address where no credential is needed. */
  addressLimits: addressLimits.prefault({}),
  /** Whether AWS WAF stands before the API, which costs by the request. @default - in production */
  waf: flag().exactOptional(),
  /** How much AWS WAF lets through from one source address. */
  wafLimits: wafLimits.prefault({}),
  /**
   * Instances that functions have for themselves; null for none, as a new account needs it: its limit is 10 or 50, and
   * Lambda refuses to reserve of that. @default - null in development, each field's default in production
   */
  reservedConcurrency: RESERVED_CONCURRENCY.nullable().exactOptional(),
  /** Instances of functions that are started before anybody calls. */
  provisionedConcurrency: PROVISIONED_CONCURRENCY.prefault({}),
  /** Access tokens, and the sessions that refresh them. */
  tokens: tokens.prefault({}),
  /** Identity providers whose tokens are exchanged for ours. @default [] */
  identityProviders: z
    .array(identityProvider)
    .readonly()
    .refine((all) => isEachOnce(all.map(({ issuer }) => issuer)), {
      error: 'must have each issuer once',
    })
    .refine((all) => isEachOnce(all.flatMap(({ signIn }) => signIn?.id ?? [])), {
      error: 'must have each signIn.id once',
    })
    .refine((all) => isEachOnce(all.flatMap(({ signIn }) => signIn?.domains ?? [])), {
      error: 'must have each of signIn.domains once: an address comes in by one provider',
    })
    .default([]),
  /** Second factors of people: authenticator apps and passkeys. */
  factors: factors.prefault({}),
  /** Days from one rotation of the signing keys to the next (Secrets Manager takes up to 1,000). @default 30 */
  rotationDays: whole(1, 1000).default(30),
  /** The SNS topic that alarms tell; null for alarms that only show. @default null */
  alarmTopicArn: text(
    /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]{1,256}$/,
    'the ARN of an SNS topic, or null for alarms that only show',
  )
    .nullable()
    .default(null),
  /**
   * The key in AWS KMS, of the stack's own Region, that encrypts the table, the signing keys, the logs and the queue;
   * null for AWS's own keys, which nobody can delete. @default null
   */
  kmsKeyArn: z
    .string()
    .regex(KMS_KEY_ARN, { error: "must be the ARN of a key in KMS, or null for AWS's own keys" })
    .nullable()
    .default(null),
  ...recoveryFields,
  /**
   * How many decisions that let somebody in have one line of the log, at most a hundred: so many times of a metric fit
   * into one. Refusals always have one each. @default 1
   */
  allowedDecisionsPerLogLine: whole(1, 100).default(1),
  /** Traces by OpenTelemetry, beside those of X-Ray (docs/operations.md); null for none. @default null */
  traces: traces.nullable().default(null),
  /** Days for which logs are kept. @default 30 */
  logRetentionDays: z
    .literal(RETENTION_DAYS, { error: `must be one of ${RETENTION_DAYS.join(', ')}` })
    .default(30),
}).superRefine((config, context) => {
  const { tiers, initialTier, challenges, gatewayContextHeaders } = config;
  const reserved = reservedByName(config);
  for (const [name, provisioned] of Object.entries(config.provisionedConcurrency)) {
    const most = reserved[name] ?? Number.POSITIVE_INFINITY;
    const message = `must be at most ${most}, which is what reservedConcurrency lets the function have`;
    if (provisioned > most)
      context.addIssue({ code: 'custom', path: ['provisionedConcurrency', name], message });
  }
  if (challenges === 'context' && !gatewayContextHeaders) {
    const message =
      'must be static where gatewayContextHeaders is false, as a challenge from the context is such a header';
    context.addIssue({ code: 'custom', path: ['challenges'], message });
  }
  const names = Object.keys(tiers);
  if (names.length === 0 || names.includes(initialTier)) return;
  const message = `must be one of the tiers: ${names.join(', ')}`;
  context.addIssue({ code: 'custom', path: ['initialTier'], message });
});

/** Instances that functions of our own have for themselves, by name; empty where none are reserved. */
export function reservedByName({
  environment,
  reservedConcurrency,
}: Pick<Config, 'environment'> & {
  readonly reservedConcurrency?: z.output<typeof RESERVED_CONCURRENCY> | null | undefined;
}): Readonly<Record<string, number>> {
  const byDefault = environment === 'production' ? RESERVED_CONCURRENCY.parse({}) : null;
  return (reservedConcurrency === undefined ? byDefault : reservedConcurrency) ?? {};
}

/** As it is written in `latchkey.config.ts`. */
export type ConfigInput = z.input<typeof CONFIG>;

/** Checked, with every default filled in. */
export type Config = z.output<typeof CONFIG>;

export type Tier = z.output<typeof tier>;

export type Domain = z.output<typeof domain>;

/** The part of a tier that a usage plan is made from. */
export type Plan = Pick<Tier, 'rate' | 'burst' | 'monthlyQuota'>;

/** Checks a configuration. Throws a `ConfigError` with one line for each fault. */
export function parseConfig(input: unknown): Config {
  const result = CONFIG.safeParse(input);
  if (!result.success) throw ConfigError.fromIssues(result.error.issues);
  return result.data;
}

/** The configuration of a deployment: types for the editor, checks for the synth. Throws a `ConfigError`. */
export function defineConfig(config: ConfigInput): ConfigInput {
  parseConfig(config);
  return config;
}

/** A configuration that cannot be deployed. Each line of the message names a field and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** The same faults, each with the construct that has it. */
  static at(path: string, { message }: Error): ConfigError {
    return new ConfigError(message.replaceAll(/^/gm, `${path}: `));
  }

  static fromIssues(issues: readonly z.core.$ZodIssue[]): ConfigError {
    return new ConfigError(issues.flatMap(faults).join('\n'));
  }
}

function faults(issue: z.core.$ZodIssue): string[] {
  const fields =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  const message = messageOf(issue);
  return fields.map((path) => `${path.join('.') || 'configuration'}: ${message}`);
}

/** Of lists and of objects with names of the team's own the schemas have no text, and the validator's is its own. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_type' && issue.expected === 'record') return 'must be an object';
  if (issue.code === 'invalid_type' && issue.expected === 'array') return 'must be a list';
  return issue.message;
}
