import { advertised, branding, consoleBuild, deployment, methods, openApi } from '#settings';
import { Facts } from '../../access/facts.ts';
import { consoleFiles } from '../../console/files.ts';
import { consoleSettings } from '../../console/settings.ts';
import { discovery } from '../../http/discovery.ts';
import { withPreflights } from '../../http/preflight.ts';
import { serve } from '../../http/serve.ts';
import { methodOrPath } from '../../http/unmatched.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { requireSecret } from '../../kernel/secrets-http.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { pathOf } from '../../pages/page.ts';
import { pageFiles } from '../../pages/rows.ts';
import { DynamoCensusStore } from '../../status/census-store.ts';
import { healthCheck, withDeadline } from '../../status/health.ts';
import { metrics } from '../../status/prometheus.ts';
import { publicRoutes } from '../../table/public.ts';
import { profile } from '../profile.ts';

/** For each of two attempts, inside the deadline of a check. */
const SECRET_MILLISECONDS = 950;

const issuer = variable('ISSUER');
const pages = { branding, url: issuer };
const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const census = new DynamoCensusStore(table);
const keysets = [
  { use: 'token', secretId: variable('KEYSET_SECRET_ARN') },
  { use: 'assertion', secretId: variable('ASSERTION_SECRET_ARN') },
] as const;

const services: ServicesOf<typeof publicRoutes> = {
  checkHealth: healthCheck({
    database: () => facts.control(),
    signing_keys: async () => {
      await Promise.all(keysets.map(({ secretId }) => requireSecret(secretId, SECRET_MILLISECONDS)));
      // A database that does not answer is the other check's finding.
      const control = await withDeadline(facts.control(), 1000).catch(() => undefined);
      const missing = keysets
        .map(({ use }) => use)
        .filter((use) => !control?.keys.some((key) => key.use === use));
      if (control !== undefined && missing.length > 0) {
        throw new Error(`no key for use ${missing.join(', ')} is published: has the first rotation run?`);
      }
    },
  }),
  metrics: metrics(
    {
      census: () => census.read(),
      // Loaded when somebody asks: most deployments have no such row.
      decisions: async () => {
        const { countDecisions } = await import('../../status/decision-counts-client.ts');
        return countDecisions(variable('METRICS_NAMESPACE'), systemClock());
      },
    },
    profile.name,
  ),
  openApi: () => ({ ...openApi, servers: [{ url: issuer }] }),
  pageFiles: pageFiles(branding),
  consoleFiles:
    consoleBuild &&
    consoleFiles(
      new URL('console/', import.meta.url),
      pathOf(issuer),
      consoleSettings(issuer, consoleBuild, branding, { profile, deployment }),
    ),
  discovery: discovery(issuer, advertised, profile, deployment),
  publicKeys: async () => {
    const { keys, revokedKids } = await facts.control();
    return keys.filter(({ kid }) => !revokedKids.has(kid));
  },
};

const rendering = { profile, deployment, pages };

/** Serves what anybody may ask, the 405 or 404 of everything that no row names, and preflights of several origins. */
export const handler = withPreflights(
  rendering,
  serve(publicRoutes, services, rendering, {
    unmatched: methodOrPath(methods),
    ...(deployment.console ? { front: `${pathOf(issuer)}/console` } : {}),
  }),
);
