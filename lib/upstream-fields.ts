import * as z from 'zod';
import { METHODS } from '../lambdas/contract/access.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import { fields, flag, httpsUrl, oneOf, text, whole } from './config-fields.ts';
import { scopeName } from './rights-fields.ts';

/** The parts of the configuration that say what stands behind the front door (docs/upstream.md). */

/** API Gateway waits 29 seconds, and the forwarder's own answer must still arrive. */
const MAX_TIMEOUT_SECONDS = 27;

const pathScope = fields({
  /** A path of the upstream as the caller sends it, without the stage; `/*` at the end matches everything below. */
  path: text(/^\/[^*\s]*(\/\*)?$/, 'a path that starts with /, with /* at the end for everything below'),
  /** @default - all methods */
  methods: z.array(oneOf(METHODS)).readonly().exactOptional(),
  scope: scopeName(),
});

const target = {
  /** The team's API. */
  url: httpsUrl().transform((url) => url.replace(/\/+$/, '')),
  /** Seconds until its whole response must be there: beyond, the caller gets a 504. @default 27 */
  timeoutSeconds: whole(1, MAX_TIMEOUT_SECONDS).default(MAX_TIMEOUT_SECONDS),
  /**
   * Whether its pages may act as pages of the API's own origin: read what the origin keeps in the browser, and end it.
   * Otherwise HTML gets `Content-Security-Policy: sandbox`. @default false
   */
  sharesOrigin: flag().default(false),
};

/** What everything goes to that no other upstream serves. */
export const upstream = fields({
  ...target,
  /** Paths that take another scope than their method's. @default [] */
  scopes: z.array(pathScope).readonly().default([]),
});

/** What a part of the paths goes to. */
const upstreamBelow = fields({
  /** The path that it serves, with everything below, as the caller sends it, such as `/v1/search`. */
  path: text(
    /^(\/[\w.~!$&'()+,:@-]+)+$/,
    'a path such as /v1/search, without the stage and without * or a slash at its end',
  ),
  ...target,
});

export const upstreams = z
  .array(upstreamBelow)
  .readonly()
  .refine((all) => new Set(all.map(({ path }) => path)).size === all.length, {
    error: 'must have each path once',
  })
  .default([]);

/** The upstreams of a configuration as the functions know them. */
export function upstreamsOf(config: {
  readonly upstream: z.output<typeof upstream> | null;
  readonly upstreams: z.output<typeof upstreams>;
}): readonly Upstream[] {
  const everythingElse = config.upstream === null ? [] : [{ ...config.upstream, path: '' }];
  return [...config.upstreams, ...everythingElse].map(({ path, url, timeoutSeconds, sharesOrigin }) => ({
    path,
    url,
    timeoutSeconds,
    sharesOrigin,
  }));
}
