import { defineConfig } from './lib/config.ts';

export default defineConfig({
  profile: 'default',
  environment: 'development',
  upstream: null,
  // The stage's URL will do to begin with; clients that look for it at the root of the host need a domain.
  domain: null,
  tiers: {
    free: {
      // A person who tries it out, with a page that fires its calls at once.
      rate: 10,
      burst: 20,
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
      // A product in use: ten times the free tier in everything that costs.
      rate: 100,
      burst: 200,
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
      burst: 1_000,
      // Billed by use, not by a ceiling.
      monthlyQuota: null,
      // 100 requests a second from one program: a tenth of what one item in DynamoDB takes.
      keyRequestsPerMinute: 6_000,
      sessionRequestsPerMinute: 1_200,
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
  cors: { allowedOrigin: '*' },
});
