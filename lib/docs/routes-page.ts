import type { Access } from '../../lambdas/contract/access.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import type { Rights } from '../../lambdas/contract/rights.ts';
import { type ApiRow, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { Route } from '../../lambdas/kernel/route.ts';

/** A row, and the scope that it takes: null for any credential, undefined for none. */
type RouteRow = Extract<ApiRow, { kind: 'route' }> & { readonly scope: string | null | undefined };

const INTRODUCTION = `# Routes

Generated from the route table by \`npm run docs\`. The default profile comes first, in full; each other profile follows as
the routes in which it differs. Request and response bodies are in the OpenAPI document that every deployment serves at
\`/openapi.json\` ([the default profile's](openapi/default.json)).

- **Scope** is what the credential must have, directly or by inclusion ([roles.md](roles.md)). "any" takes every valid
  credential.
- **Callers** are people (access tokens of a session) and keys (API keys and their tokens).
- Every \`GET\` answers \`HEAD\` too, to the same callers, without the content.
- Another method of these paths is a 405, whose \`Allow\` has the methods that there are, whoever calls. Every other path is
  the profile's 404, also below the first segments that Latchkey's own routes claim: nothing of Latchkey's own falls
  through to the upstream.
- A key works in its one workspace. A person works in the tenant's default workspace, or in the one that \`X-Workspace-Id\`
  names. An unknown workspace, and another tenant's, is a 404.
`;

/**
 * The page `docs/routes.md`: the routes of `standard` in full, those of the other profiles as differences from it.
 * `rightsIn` gives the scopes and roles of a profile.
 */
export function routesPage(
  routes: readonly Route[],
  standard: Profile,
  others: readonly Profile[],
  rightsIn: (profile: Profile) => Rights,
): string {
  const rows = routeRows(routes, standard, rightsIn(standard));
  const table = rows.map(
    (row) =>
      `| \`${row.method} ${row.path}\` | ${scopeText(row)} | ${callersText(row.access)} | ${row.route.summary} |`,
  );
  return [
    INTRODUCTION,
    `## \`${standard.name}\`\n`,
    '| route | scope | callers | summary |',
    '|---|---|---|---|',
    ...table,
    ...upstreamTable(standard, rightsIn(standard)),
    ...others.flatMap((profile) => [
      `\n## \`${profile.name}\`\n`,
      ...differences(routes, { rows, profile: standard }, profile, rightsIn(profile)),
      ...upstreamTable(profile, rightsIn(profile)),
    ]),
    '',
  ].join('\n');
}

function routeRows(routes: readonly Route[], profile: Profile, { areaScopes }: Rights): readonly RouteRow[] {
  const scopeOf = (access: Access) =>
    access.kind !== 'credential' ? undefined : access.scope && areaScopes[access.scope];
  return apiRows(routes, profile).flatMap((row) =>
    row.kind === 'route' ? [{ ...row, scope: scopeOf(row.access) }] : [],
  );
}

function scopeText({ scope }: RouteRow): string {
  if (scope === undefined) return '–';
  return scope === null ? 'any' : `\`${scope}\``;
}

function callersText(access: Access): string {
  if (access.kind === 'public') return 'anybody';
  if (access.kind === 'operator') return 'operators';
  return { user: 'people', key: 'keys', both: 'people and keys' }[access.callers ?? 'both'];
}

/** The routes of `profile` that are elsewhere, or of other access, than in `standard`; by the id of the route. */
function differences(
  routes: readonly Route[],
  standard: { readonly rows: readonly RouteRow[]; readonly profile: Profile },
  profile: Profile,
  rights: Rights,
): string[] {
  const rows = routeRows(routes, profile, rights);
  const changed = routes
    .map(({ id }) => [id, cell(standard.rows, id), cell(rows, id)] as const)
    .filter(([, before, after]) => before !== after);
  if (changed.length === 0) return [`The routes of \`${standard.profile.name}\`.`];
  return [
    `The routes of \`${standard.profile.name}\`, except:\n`,
    `| route | \`${standard.profile.name}\` | \`${profile.name}\` |`,
    '|---|---|---|',
    ...changed.map(([id, before, after]) => `| \`${id}\` | ${before} | ${after} |`),
  ];
}

function cell(rows: readonly RouteRow[], id: string): string {
  const texts = rows
    .filter(({ route }) => route.id === id)
    .map((row) =>
      row.access.kind === 'public'
        ? `\`${row.method} ${row.path}\`, anybody`
        : `\`${row.method} ${row.path}\`, ${scopeText(row)}, ${callersText(row.access)}`,
    );
  return texts.join('<br>') || '–';
}

/** The paths that go to the upstream, and the scope that each method of them takes. */
function upstreamTable({ upstreamPrefixes, pathScopes }: Profile, { methodScopes }: Rights): string[] {
  const scopes = [...new Set(Object.values(methodScopes))];
  const methodsOf = (scope: string) =>
    Object.entries(methodScopes)
      .filter(([, taken]) => taken === scope)
      .map(([method]) => method);
  const paths = upstreamPrefixes.map((prefix) => `\`${prefix}/…\``).join(', ');
  return [
    `\nTo the upstream: everything else below ${paths}.\n`,
    '| methods | scope |',
    '|---|---|',
    ...scopes.map((scope) => `| ${methodsOf(scope).join(', ')} | \`${scope}\` |`),
    ...pathScopes.map(
      ({ path, methods, scope }) => `| ${methods?.join(', ') ?? 'all'} on \`${path}\` | \`${scope}\` |`,
    ),
  ];
}
