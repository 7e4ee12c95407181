import type { Branding } from '../contract/branding.ts';
import type { ConsoleBuild } from '../contract/console.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import { readableOn } from '../pages/colors.ts';

/**
 * What the console's page is told of its deployment: nothing that is not public by the OpenAPI document and the pages.
 * `console/settings.ts` reads it.
 */
export function consoleSettings(
  url: string,
  { paths, plans, firstCall }: ConsoleBuild,
  branding: Branding,
  { profile, deployment }: { readonly profile: Profile; readonly deployment: Deployment },
) {
  const { rights, tokens, tiers, sandbox } = deployment;
  const { prefix, environments, defaultExpiryDays, maxExpiryDays } = profile.keys;
  return {
    url,
    paths,
    first_call: firstCall,
    brand: {
      name: branding.name,
      has_logo: branding.logo !== null,
      color: branding.color,
      dark_color: branding.darkColor,
      on_color: readableOn(branding.color),
      on_dark_color: readableOn(branding.darkColor),
    },
    keys: {
      prefix,
      environments,
      default_expiry_days: defaultExpiryDays,
      max_expiry_days: maxExpiryDays,
      default_scopes: rights.defaultScopes,
      /** The contract's own word for a key's name. */
      name_field: Object.entries(profile.requestFields).find(([, field]) => field === 'name')?.[0] ?? 'name',
      is_revealed: deployment.revealsKeys,
    },
    credentials: profile.credentials,
    scopes: rights.scopes.map(({ name, description }) => ({
      name,
      description,
      includes: rights.inclusion[name] ?? [],
      is_managing: rights.managing.includes(name),
    })),
    roles: Object.entries(rights.roles).map(([name, { scopes }]) => ({ name, scopes })),
    area_scopes: rights.areaScopes,
    tiers: Object.fromEntries(
      Object.entries(tiers).map(([name, { keyRequestsPerMinute, keys }]) => [
        name,
        {
          key_requests_per_minute: keyRequestsPerMinute,
          keys,
          monthly_quota: plans[name]?.monthlyQuota ?? null,
          requests_per_minute: plans[name]?.perMinute ?? null,
        },
      ]),
    ),
    test_key_requests_per_minute: sandbox.keyRequestsPerMinute,
    refreshes: tokens.refresh !== null,
  };
}

export type ConsoleSettings = ReturnType<typeof consoleSettings>;
