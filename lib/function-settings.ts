import type { AuthorizerSettings } from '../lambdas/contract/authorizer-settings.ts';
import { routes } from '../lambdas/table/index.ts';
import { apiConstants } from './api-constants.ts';
import { brandingOf } from './branding.ts';
import { decisionProfileOf, decisionSettingsOf, deploymentOf, type Settings } from './settings.ts';

/** Every setting of the functions; each gets those that it names. */
export type FunctionSettings = Readonly<typeof import('../lambdas/contract/settings.ts')>;

/** The settings of a deployment's functions. It has no secret, and nothing that only CloudFormation knows. */
export function functionSettings(settings: Settings): FunctionSettings {
  const { config, profile } = settings;
  const deployment = deploymentOf(settings);
  const plans = Object.entries(config.tiers).map(([name, { monthlyQuota, rate }]) => [
    name,
    { monthlyQuota, perMinute: rate * 60 },
  ]);
  const api = apiConstants(routes, profile, deployment, Object.fromEntries(plans));
  const { managementPrefix, hasOperators } = profile;
  const { acceptsHs256 } = deployment.tokens;
  const { pathScopes, allowedDecisionsPerLogLine, gatewayFacts } = deployment;
  return {
    deployment,
    profileSettings: {
      ...(managementPrefix === undefined ? {} : { managementPrefix }),
      ...(hasOperators === undefined ? {} : { hasOperators }),
    },
    decision: { profile: decisionProfileOf(profile), deployment: decisionSettingsOf(deployment) },
    access: api.access,
    basePath: deployment.basePath,
    hs256: acceptsHs256,
    challenges: config.challenges === 'context' ? api.resourceMetadata : null,
    gathering: allowedDecisionsPerLogLine === 1 ? null : allowedDecisionsPerLogLine,
    direct:
      api.direct.length === 0
        ? null
        : {
            resources: api.direct,
            zeroPlanThrottles: gatewayFacts.zeroPlanThrottles,
            signs: true,
            knowsOwnKeys: true,
          },
    payload2: null,
    observed: pathScopes.some(({ observeUntil }) => observeUntil !== undefined),
    traced: deployment.traces,
    branding: brandingOf(settings),
    openApi: api.openApi,
    advertised: api.advertised,
    methods: api.methods,
    consoleBuild: api.console,
  };
}

/** The settings of the authorizer of a protected API: its methods alone, and nothing of the front door's paths. Nobody is let in unproven. */
export function protectedSettings(
  settings: Settings,
  { access, direct, payload2 }: AuthorizerSettings,
): FunctionSettings {
  const told = functionSettings(settings);
  const { profile, deployment } = told.decision;
  return {
    ...told,
    decision: { profile, deployment: { ...deployment, pathScopes: [], anonymous: false } },
    access,
    // A domain of the team's own may have one; nothing is known of it, and no path rule asks.
    basePath: '',
    direct,
    payload2,
    observed: false,
    // Metadata lead to the front door, which is another resource (RFC 9728, 3.3).
    challenges: null,
  };
}
