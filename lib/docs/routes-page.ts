import type { Access } from '../../lambdas/contract/access.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { type ApiRow, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { Route } from '../../lambdas/kernel/route.ts';

type RouteRow = Extract<ApiRow, { kind: 'route' }>;

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
 */
export function routesPage(routes: readonly Route[], standard: Profile, others: readonly Profile[]): string {
  const rows = routeRows(routes, standard);
  const table = rows.map(
    ({ method, path, access, route }) =>
      `| \`${method} ${path}\` | ${scopeText(access)} | ${callersText(access)} | ${route.summary} |`,
  );
  return [
    INTRODUCTION,
    `## \`${standard.name}\`\n`,
    '| route | scope | callers | summary |',
    '|---|---|---|---|',
    ...table,
    ...upstreamTable(standard),
    ...others.flatMap((profile) => [
      `\n## \`${profile.name}\`\n`,
      ...differences(routes, rows, standard, profile),
      ...upstreamTable(profile),
    ]),
    '',
  ].join('\n');
}

function routeRows(routes: readonly Route[], profile: Profile): readonly RouteRow[] {
  return apiRows(routes, profile).filter((row) => row.kind === 'route');
}

function scopeText(access: Access): string {
  if (access.kind === 'public') return '–';
  return access.scope === null ? 'any' : `\`${access.scope}\``;
}

function callersText(access: Access): string {
  if (access.kind === 'public') return 'anybody';
  return { user: 'people', key: 'keys', both: 'people and keys' }[access.callers ?? 'both'];
}

/** The routes of `profile` that are elsewhere, or of other access, than in `standard`; by the id of the route. */
function differences(
  routes: readonly Route[],
  standardRows: readonly RouteRow[],
  standard: Profile,
  profile: Profile,
): string[] {
  const rows = routeRows(routes, profile);
  const changed = routes
    .map(({ id }) => [id, cell(standardRows, id), cell(rows, id)] as const)
    .filter(([, before, after]) => before !== after);
  if (changed.length === 0) return [`The routes of \`${standard.name}\`.`];
  return [
    `The routes of \`${standard.name}\`, except:\n`,
    `| route | \`${standard.name}\` | \`${profile.name}\` |`,
    '|---|---|---|',
    ...changed.map(([id, before, after]) => `| \`${id}\` | ${before} | ${after} |`),
  ];
}

function cell(rows: readonly RouteRow[], id: string): string {
  const texts = rows
    .filter(({ route }) => route.id === id)
    .map(({ method, path, access }) =>
      access.kind === 'public'
        ? `\`${method} ${path}\`, anybody`
        : `\`${method} ${path}\`, ${scopeText(access)}, ${callersText(access)}`,
    );
  return texts.join('<br>') || '–';
}

/** The paths that go to the upstream, and the scope that each method of them takes. */
function upstreamTable({ upstreamPrefixes, methodScopes, pathScopes }: Profile): string[] {
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
