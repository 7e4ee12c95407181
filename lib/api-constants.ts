import type { AccessTable } from '../lambdas/contract/access.ts';
import type { AdvertisedPath } from '../lambdas/contract/advertised.ts';
import type { ConsoleBuild } from '../lambdas/contract/console.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import { advertisedPaths } from '../lambdas/http/discovery.ts';
import { type MethodTable, methodsByPath } from '../lambdas/http/unmatched.ts';
import { type ApiRow, accessTable, apiRows } from '../lambdas/kernel/api-rows.ts';
import type { Route } from '../lambdas/kernel/route.ts';
import { consoleBuild } from './console.ts';
import { resourceMetadataPath } from './gateway-responses.ts';
import { type OpenApiDocument, openApiDocument } from './openapi/document.ts';

/** The functions' knowledge of the whole table, as constants of their bundles: without the rows and their imports. */
export interface ApiConstants {
  /** For the authorizer: what each row takes. */
  readonly access: AccessTable;
  /** Likewise: paths of resources behind which API Gateway calls the upstream itself. */
  readonly direct: readonly string[];
  /** The path of the metadata of the API as a protected resource, below which are those of its paths; null for none. */
  readonly resourceMetadata: string | null;
  /** For whoever describes the API. */
  readonly openApi: OpenApiDocument;
  readonly advertised: readonly AdvertisedPath[];
  /** For whoever answers what no row matches. */
  readonly methods: MethodTable;
  /** For the console's page; null where there is none. */
  readonly console: ConsoleBuild | null;
}

/** Resources' paths of the upstreams that API Gateway calls itself. */
function directPaths(rows: readonly ApiRow[], upstreams: readonly Upstream[]): readonly string[] {
  const direct = upstreams.filter(({ target }) => target.kind === 'http').map(({ name }) => name);
  return rows.flatMap((row) => (row.kind === 'upstream' && direct.includes(row.upstream) ? [row.path] : []));
}

/** Reads them from the table of a profile. */
export function apiConstants(
  routes: readonly Route[],
  profile: Profile,
  { rights, upstreams, console }: Pick<Deployment, 'rights' | 'upstreams' | 'console'>,
  plans: ConsoleBuild['plans'] = {},
): ApiConstants {
  const rows = apiRows(routes, profile, upstreams);
  return {
    access: accessTable(rows, rights),
    direct: directPaths(rows, upstreams),
    resourceMetadata: resourceMetadataPath(rows),
    openApi: openApiDocument(routes, profile, rights),
    advertised: advertisedPaths(routes, profile),
    methods: methodsByPath(routes, profile),
    console: console ? consoleBuild(routes, profile, plans) : null,
  };
}
