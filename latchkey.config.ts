import { defineConfig } from './lib/config.ts';

export default defineConfig({
  profile: 'default',
  environment: 'development',
  upstream: null,
  // The stage's URL will do to begin with; clients that look for it at the root of the host need a domain.
  domain: null,
  tiers: {
    free: {
      // A person who tries it out: ten keys that each use up their minute, evenly.
      rate: 20,
      // A page that fires its calls at once: a key's two minutes at the edge between them, or a session's.
      burst: 600,
      // About 3,300 calls a day: enough to build on, too little to run a business on.
      monthlyQuota: 100_000,
      // The published pages promise 100 requests a minute to every key.
      keyRequestsPerMinute: 100,
      // A browser asks several things for each click.
      sessionRequestsPerMinute: 300,
      // A few programs, each with its key and the next one during a rotation.
      keys: 10,
    },
    pro: {
      // A product in use: ten keys at their limit.
      rate: 100,
      // Twice what a key or a session may send in a minute.
      burst: 1_200,
      monthlyQuota: 5_000_000,
      // Ten requests a second from one program.
      keyRequestsPerMinute: 600,
      // People do not click faster on a better tier; dashboards refresh more.
      sessionRequestsPerMinute: 600,
      // A key for each service in each environment.
      keys: 100,
    },
    enterprise: {
      // A tenth of an account's 10,000 requests a second: ten such tenants fit into one account.
      rate: 1_000,
      // All that an account takes at once in a newer Region; elsewhere it is 5,000.
      burst: 1_250,
      // Billed by use, not by a ceiling.
      monthlyQuota: null,
      // No more, as the burst must be twice of it: who needs more of one key raises both, up to 5,000 and 2,500.
      keyRequestsPerMinute: 600,
      sessionRequestsPerMinute: 600,
      // A key for each of their own customers, as some do.
      keys: 1_000,
    },
  },
  initialTier: 'free',
  // Programs that are being written call with test keys. Those of all tenants share one plan, apart from live calls.
  sandbox: {
    // A twentieth of an account: whatever all tests do at once, live calls keep the rest.
    rate: 500,
    burst: 500,
    // Nobody runs a business on it: the requests a minute of each key are limit enough.
    monthlyQuota: null,
    // The published pages promise this to every key, on every tier.
    keyRequestsPerMinute: 100,
  },
  // Credentials travel in headers, never in cookies, so any page may ask: it has nothing to steal.
  cors: { allowedOrigins: ['*'] },
});
