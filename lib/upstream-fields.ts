import * as z from 'zod';
import { METHODS } from '../lambdas/contract/access.ts';
import type { Upstream, UpstreamTarget } from '../lambdas/contract/upstream.ts';
import { MAX_OBSERVE_DAYS } from '../lambdas/upstream/observed-rule.ts';
import { atLeastOne, fields, flag, httpsUrl, oneOf, reference, text, whole } from './config-fields.ts';
import { scopeName } from './rights-fields.ts';

/** The parts of the configuration that say what stands behind the front door (docs/upstream.md). */

/** API Gateway waits 29 seconds, and the forwarder's own answer must still arrive. */
const MAX_TIMEOUT_SECONDS = 27;

/** A function runs for at most 15 minutes (Lambda, "Quotas"), as long as API Gateway streams. */
const MAX_STREAM_SECONDS = 900;

/** API Gateway ends a stream that is idle for five minutes (developer guide, response-transfer-mode). */
const MAX_IDLE_SECONDS = 300;

const pathScope = fields({
  /** A path of the upstream as the caller sends it, without the stage; `/*` at the end matches everything below. */
  path: text(/^\/[^*\s]*(\/\*)?$/, 'a path that starts with /, with /* at the end for everything below'),
  /** @default - all methods */
  methods: z.array(oneOf(METHODS)).readonly().exactOptional(),
  scope: scopeName(),
  /**
   * Until when calls that it refuses are let pass, unidentified, as a time in UTC, at most 30 days ahead: while clients of
   * an API move behind the door. From then on it is enforced, with no deployment. @default - it is enforced
   */
  observeUntil: text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/, 'a time in UTC such as 2027-01-31T09:00Z')
    .refine(isTime, { error: 'must be a time that there is', abort: true })
    .transform((time) => Date.parse(time) / 1000)
    .refine((seconds) => seconds - Date.now() / 1000 <= MAX_OBSERVE_DAYS * 86_400, {
      error: `must be at most ${MAX_OBSERVE_DAYS} days from now; name an earlier time`,
    })
    .exactOptional(),
});

/** Whether a calendar has it: others are read as another day. */
function isTime(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(time.slice(0, 16));
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

const SUBNET = /^subnet-[0-9a-f]{8,17}$/;
const SECURITY_GROUP = /^sg-[0-9a-f]{8,17}$/;
const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?$/;

const target = {
  /** The team's API on the public internet. */
  url: httpsUrl().transform(withoutSlash).exactOptional(),
  /** One that is reached within a VPC only; `vpc` says which. */
  privateUrl: text(
    /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
    'an http:// or https:// URL without credentials or a query',
  )
    .transform(withoutSlash)
    .exactOptional(),
  /** Where the forwarder stands to reach a `privateUrl`. */
  vpc: fields({
    /** Of two zones at best, with a way to DynamoDB and Secrets Manager. */
    subnetIds: atLeastOne(reference(SUBNET, 'the id of a subnet, such as subnet-0a1b2c3d'), 'subnet'),
    securityGroupIds: atLeastOne(
      reference(SECURITY_GROUP, 'the id of a security group, such as sg-0a1b2c3d'),
      'security group',
    ),
  }).exactOptional(),
  /** A function in Lambda that is invoked with the event that API Gateway would send it. */
  lambda: text(
    FUNCTION_ARN,
    'the ARN of a function in Lambda, with or without a version or an alias',
  ).exactOptional(),
  /**
   * One on the public internet that API Gateway calls itself, without a function of Latchkey's in between: cheaper, and
   * with less (docs/upstream.md, "Called by API Gateway itself").
   */
  http: httpsUrl().transform(withoutSlash).exactOptional(),
  /** A second upstream for a share of the tenants, beside a `url`. */
  canary: fields({
    url: httpsUrl().transform(withoutSlash),
    /** Of 100 tenants, by the hash of their ids. */
    percent: whole(0, 100),
  }).exactOptional(),
  /** Seconds until its whole response must be there, of a streamed one its head: beyond, the caller gets a 504. @default 27 */
  timeoutSeconds: whole(1, MAX_TIMEOUT_SECONDS).default(MAX_TIMEOUT_SECONDS),
  /**
   * Whether its pages may act as pages of the API's own origin: read what the origin keeps in the browser, and end it.
   * Otherwise HTML gets `Content-Security-Policy: sandbox`. @default false
   */
  sharesOrigin: flag().default(false),
  /** When it is left alone for a while; null for never. @default - after 5 failures in a row, for 10 seconds */
  circuitBreaker: fields({
    /** Calls in a row without an answer, as one instance of the function sees them. @default 5 */
    failures: whole(1, 1_000).default(5),
    /** Seconds until one call is made to see whether it answers again. @default 10 */
    openSeconds: whole(1, 300).default(10),
  })
    .nullable()
    .prefault({}),
  /**
   * Calls at once, at most: a bulkhead, so that an upstream that hangs takes nobody else's capacity. They are reserved of
   * the account's; null for none. @default - where anything is reserved, 400 for `upstream`, 200 for all others together
   */
  concurrency: whole(1, 10_000).nullable().exactOptional(),
};

type Target = { [Name in keyof typeof target]?: z.output<(typeof target)[Name]> };

/** One place and no more, with what belongs to it. */
function requireOneTarget(
  {
    url,
    privateUrl,
    lambda,
    http,
    vpc,
    canary,
    stream,
    sharesOrigin,
    concurrency,
  }: Target & {
    readonly stream?: unknown;
  },
  context: z.RefinementCtx,
): void {
  const fault = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  if ([url, privateUrl, lambda, http].filter((each) => each !== undefined).length !== 1)
    fault('url', 'must be there, or privateUrl, or lambda, or http; one of the four');
  if ((privateUrl === undefined) !== (vpc === undefined))
    fault('vpc', 'must be there with a privateUrl, and with no other');
  if (canary !== undefined && url === undefined) fault('canary', 'must be there with a url only');
  if (lambda !== undefined && (stream ?? null) !== null)
    fault('stream', 'must be null: answers of a function are not streamed');
  if (http === undefined) return;
  if ((stream ?? null) !== null) fault('stream', 'must be null with http: use url to stream');
  if ((concurrency ?? null) !== null)
    fault('concurrency', 'must be null with http: no function stands behind it that could have a ceiling');
  if (sharesOrigin !== true)
    fault(
      'sharesOrigin',
      'must be true with http: nobody takes its cookies and pages from the origin of the sign-in; set it if you trust the upstream with that, or use url',
    );
}

/** What everything goes to that no other upstream serves. */
export const upstream = fields({
  ...target,
  /** Paths that take another scope than their method's. @default [] */
  scopes: z.array(pathScope).readonly().default([]),
}).superRefine(requireOneTarget);

/** A part of a function's name. */
const upstreamName = text(/^[a-z][a-z0-9]{0,31}$/, 'named with small letters and digits');

/** Each has a function and some ten resources of the template, of which CloudFormation takes 500. */
const MAX_UPSTREAMS = 5;

/** What parts of the paths go to, by name. */
export const upstreams = z
  .record(
    upstreamName,
    fields({
      /** The path that it serves, with everything below, as the caller sends it, such as /v1/search. */
      path: text(
        /^(\/[\w.~!$&'()+,:@-]+)+$/,
        'a path such as /v1/search, without the stage and without * or a slash at its end',
      ),
      ...target,
      /**
       * Passes its answers on while they come, such as server-sent events; null gathers them first, up to 4.5 MB.
       * @default null
       */
      stream: fields({
        /** Seconds from the head of an answer to its end; a revoked key's stream ends then. @default 60 */
        maxStreamSeconds: whole(1, MAX_STREAM_SECONDS).default(60),
        /** Seconds without a byte after which it ends. @default 30 */
        idleSeconds: whole(1, MAX_IDLE_SECONDS).default(30),
      })
        .nullable()
        .default(null),
    }).superRefine(requireOneTarget),
  )
  .refine((all) => Object.keys(all).length <= MAX_UPSTREAMS, {
    error: `must be at most ${MAX_UPSTREAMS} upstreams`,
  })
  .refine((all) => new Set(Object.values(all).map(({ path }) => path)).size === Object.keys(all).length, {
    error: 'must have each path once',
  })
  .default({});

interface UpstreamConfig {
  readonly upstream: z.output<typeof upstream> | null;
  readonly upstreams: z.output<typeof upstreams>;
}

/** All upstreams by name, that of everything else under the empty one. */
function byName({ upstream: rest, upstreams: others }: UpstreamConfig) {
  return [
    ...Object.entries(others),
    ...(rest === null ? [] : [['', { ...rest, path: '', stream: null }] as const]),
  ] as const;
}

/** The upstreams of a configuration as the functions know them. */
export function upstreamsOf(config: UpstreamConfig): readonly Upstream[] {
  return byName(config).map(
    ([name, { path, timeoutSeconds, sharesOrigin, circuitBreaker, stream, ...place }]) => ({
      name,
      path,
      target: targetOf(place),
      canary:
        place.canary === undefined
          ? null
          : { target: { kind: 'url' as const, url: place.canary.url }, percent: place.canary.percent },
      timeoutSeconds,
      sharesOrigin,
      circuitBreaker,
      stream,
    }),
  );
}

function targetOf({ url, privateUrl, lambda, http }: Target): UpstreamTarget {
  if (http !== undefined) return { kind: 'http', url: http };
  if (lambda !== undefined) return { kind: 'lambda', functionArn: lambda };
  return { kind: 'url', url: url ?? privateUrl ?? '' };
}

/** Where a function stands within a network. */
export type Vpc = NonNullable<Target['vpc']>;

/** The networks of upstreams that are reached within one, by the upstream's name. */
export function vpcsOf(config: UpstreamConfig): Readonly<Record<string, Vpc>> {
  return Object.fromEntries(
    byName(config).flatMap(([name, { vpc }]) => (vpc === undefined ? [] : [[name, vpc]])),
  );
}

/** The share of all upstreams but the main one, where the configuration does not say it of each. */
const SHARED_CONCURRENCY = 200;
const MAIN_CONCURRENCY = 400;

/** Calls at once for each upstream by its name; none where the configuration says so. */
export function concurrencyOf(config: UpstreamConfig): Readonly<Record<string, number>> {
  const share = Math.max(1, Math.floor(SHARED_CONCURRENCY / Object.keys(config.upstreams).length));
  return Object.fromEntries(
    byName(config).flatMap(([name, { http, concurrency = name === '' ? MAIN_CONCURRENCY : share }]) =>
      concurrency === null || http !== undefined ? [] : [[name, concurrency]],
    ),
  );
}
