import type { Profile } from '../lambdas/contract/profile.ts';
import { ASSERTION_HEADER } from '../lambdas/upstream/header-table.ts';
import { type Config, ConfigError } from './config.ts';
import { isBelow } from './upstream-paths.ts';

/** Upstreams that API Gateway calls itself: what they take, and what they do without (ADR 0120). */

/** What is lost where no function of ours stands before an upstream: said at every synth. */
export const LOSSES =
  "API Gateway calls it itself. It gets the caller's own credential and headers as they were sent, and the identity in " +
  'X-Latchkey-Assertion alone: verify that. Callers get no rate limit headers of an answer, its headers as they are, and ' +
  'no 503 of a circuit breaker or a ceiling (docs/upstream.md, "Called by API Gateway itself").';

type Configured = Pick<Config, 'upstream' | 'upstreams' | 'environment' | 'gatewayFacts'>;

/** The upstreams of the kind, by the name of their field, with the paths below which they serve. */
function directOf({ upstream, upstreams }: Configured, { upstreamPrefixes }: Profile) {
  return [
    ...(upstream?.http === undefined ? [] : [{ field: 'upstream', paths: upstreamPrefixes }]),
    ...Object.entries(upstreams).flatMap(([name, { http, path }]) =>
      http === undefined ? [] : [{ field: `upstreams.${name}`, paths: [path] }],
    ),
  ];
}

/** Refuses an upstream of the kind where what it does without is promised, or not yet known to hold. Throws a `ConfigError`. */
export function requireBearable(config: Configured, profile: Profile): void {
  const direct = directOf(config, profile);
  const faults = direct.flatMap(({ field, paths }) => [
    ...(profile.promisesRateHeaders === true
      ? [
          `${field}.http: the contract of the profile "${profile.name}" promises rate limit headers on every answer, and API Gateway adds none to those of an upstream; use url`,
        ]
      : []),
    ...(config.environment === 'production' && !config.gatewayFacts.mappedHeaderReplaces
      ? [
          `${field}.http: in production it takes gatewayFacts.mappedHeaderReplaces, which the doctor (--mirror PATH) tells you to set once it has seen on a stack of yours in development that a client's own ${ASSERTION_HEADER} is replaced`,
        ]
      : []),
    ...(config.upstream?.scopes ?? []).flatMap(({ path, observeUntil }, index) =>
      observeUntil !== undefined && paths.some((each) => overlaps(path.replace(/\/\*$/, ''), each))
        ? [
            `upstream.scopes.${index}.observeUntil: ${paths.join(' and ')} is called by API Gateway itself (${field}.http), where nobody could take out headers that a client makes up; use url there while the rule is observed`,
          ]
        : [],
    ),
  ]);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}

function overlaps(one: string, other: string): boolean {
  return isBelow(one, other) || isBelow(other, one);
}
