import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Contract } from '../typescript/src/index.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type Metadata, request } from './oauth.ts';
import { placesOf } from './places.ts';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

/** The rows that the commands call: their `operationId`, and where the default contract has them. */
export const ROWS = {
  getMe: 'GET /v1/auth/me',
  getTenant: 'GET /v1/tenant',
  listKeys: 'GET /v1/api-keys',
  createKey: 'POST /v1/api-keys',
  getKey: 'GET /v1/api-keys/{id}',
  revokeKey: 'DELETE /v1/api-keys/{id}',
  rotateKey: 'POST /v1/api-keys/{id}/rotate',
  getUsage: 'GET /v1/usage',
  listAudit: 'GET /v1/audit',
} as const;

export type RowName = keyof typeof ROWS;

/** Where a deployment has them; null where it has no such row. */
type Paths = Readonly<Record<string, string | null>>;

/** For how long a copy of the rows is good: paths change by a deployment. */
const FRESH_MS = 24 * 3600 * 1000;

/** Where RFC 8414 and OpenID Connect have the metadata; both append, which works at the URL of a stage too. */
const WELL_KNOWN = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

/**
 * The metadata of a deployment's authorization server. Throws `CliError` where there is none with a device grant, where
 * it is that of another server (RFC 8414, 3.3), or where an endpoint is another server's.
 */
export async function metadataOf(url: string, io: Io): Promise<Metadata> {
  for (const path of WELL_KNOWN) {
    const response = await request(url + path, io);
    if (!response.ok) continue;
    const metadata = (await response.json().catch(() => ({}))) as Partial<Metadata>;
    return requireOurs(metadata, url);
  }
  throw new CliError(
    EXIT.failed,
    `${url} is no deployment of Latchkey: it has no metadata of an authorization server.`,
  );
}

function requireOurs(metadata: Partial<Metadata>, url: string): Metadata {
  const {
    issuer,
    token_endpoint: token,
    device_authorization_endpoint: device,
    registration_endpoint,
  } = metadata;
  if (issuer !== url)
    throw new CliError(
      EXIT.failed,
      `The server at ${url} calls itself ${issuer ?? 'nothing'}: use that as --url.`,
    );
  if (token === undefined || device === undefined || registration_endpoint === undefined)
    throw new CliError(EXIT.failed, `${url} lets no device sign in: use latchkey login --api-key.`);
  const { origin } = new URL(url);
  for (const endpoint of [token, device, registration_endpoint, metadata.revocation_endpoint ?? url])
    if (!URL.canParse(endpoint) || new URL(endpoint).origin !== origin)
      throw new CliError(
        EXIT.failed,
        `${url} names an endpoint of another server, which is asked for nothing.`,
      );
  return {
    ...metadata,
    issuer,
    token_endpoint: token,
    device_authorization_endpoint: device,
    registration_endpoint,
  };
}

/** A copy of the rows of a deployment, and when it was made. */
interface CachedRows {
  readonly fetched_at: number;
  readonly paths: Paths;
}

/**
 * The contract of a deployment, read from the document that it serves: the paths of any profile, of one of the team's own,
 * and of rows that were moved. Throws `CliError` for a server without such a document.
 */
export async function contractOf(url: string, io: Io): Promise<Contract> {
  const cache = join(
    placesOf(io).cache,
    `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.json`,
  );
  // What cannot be read of a cache is fetched again.
  const cached = await readPrivateJson<CachedRows>(cache).catch(() => undefined);
  if (cached !== undefined && io.now() - cached.fetched_at < FRESH_MS) return contract(cached.paths);
  const paths = await fetchPaths(url, io);
  await writePrivateJson(cache, { fetched_at: io.now(), paths } satisfies CachedRows);
  return contract(paths);
}

const contract = (paths: Paths): Contract => ({ apiKeyVariable: 'LATCHKEY_API_KEY', paths });

interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}

async function fetchPaths(url: string, io: Io): Promise<Paths> {
  const response = await request(`${url}/openapi.json`, io);
  const document = (response.ok ? await response.json().catch(() => ({})) : {}) as OpenApi;
  if (document.paths === undefined)
    throw new CliError(EXIT.failed, `${url} is no deployment of Latchkey: it has no /openapi.json.`);
  const served = new Map(
    Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.values(operations).map(({ operationId }) => [operationId, path] as const),
    ),
  );
  return Object.fromEntries(Object.entries(ROWS).map(([id, row]) => [row, served.get(id) ?? null]));
}
