import type { RouteId } from '../lambdas/routes/route.ts';
import type { ApiRow } from '../lambdas/routes/table.ts';
import type { Profile } from '../profiles/profile.ts';

/** Three commands to try a deployment with. `$URL` is the API's URL, `$KEY` the key that onboarding answered with. */
export function firstCalls(rows: readonly ApiRow[], profile: Profile): readonly string[] {
  const credential = profile.credentials.includes('x-api-key')
    ? '-H "X-API-Key: $KEY"'
    : '-H "Authorization: Bearer $KEY"';
  const account = JSON.stringify({ email: 'ada@example.com', password: 'YourSecurePassword123!' });
  return [
    `curl $URL${pathOf('getHealth', rows)}`,
    `curl -X POST $URL${pathOf('onboard', rows)} -H "Content-Type: application/json" -d '${account}'`,
    `curl $URL${profile.upstreamPrefixes[0] ?? ''}/stats ${credential}`,
  ];
}

function pathOf(id: RouteId, rows: readonly ApiRow[]): string {
  const row = rows.find((candidate) => candidate.kind === 'route' && candidate.route.id === id);
  return row?.path ?? '/';
}
