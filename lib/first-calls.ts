import type { Profile } from '../lambdas/contract/profile.ts';
import type { RouteId } from '../lambdas/contract/route-id.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';

const ACCOUNT = JSON.stringify({ email: 'ada@example.com', password: 'YourSecurePassword123!' });

/**
 * Commands to try a deployment with: is it there, make an account, call the upstream. `$URL` is the API's URL,
 * `$KEY` the key that the account came with.
 */
export function firstCalls(rows: readonly ApiRow[], profile: Profile): readonly string[] {
  const header = profile.credentials.includes('x-api-key') ? 'X-API-Key: $KEY' : 'Authorization: Bearer $KEY';
  return [
    ...pathsOf('getHealth', rows).map((path) => `curl $URL${path}`),
    ...pathsOf('onboard', rows).map(
      (path) => `curl -X POST $URL${path} -H "Content-Type: application/json" -d '${ACCOUNT}'`,
    ),
    ...profile.upstreamPrefixes.slice(0, 1).map((prefix) => `curl $URL${prefix}/stats -H "${header}"`),
  ];
}

/** The first path of a route, unless the profile has none. */
function pathsOf(id: RouteId, rows: readonly ApiRow[]): readonly string[] {
  return rows
    .filter((row) => row.kind === 'route' && row.route.id === id)
    .map((row) => row.path)
    .slice(0, 1);
}
