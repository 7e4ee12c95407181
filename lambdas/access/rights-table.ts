import type { Access, Method } from '../contract/access.ts';
import type { Profile } from '../contract/profile.ts';
import { coversScope, ROLE_SCOPES, ROLES, type Role, SCOPES, type Scope } from '../contract/scopes.ts';
import { apiRows } from '../kernel/api-rows.ts';
import type { Route } from '../kernel/route.ts';

/** The callers of a row: roles of a person, and keys with a single scope. */
export interface RowRights {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly isPublic: boolean;
  readonly roles: readonly Role[];
  readonly keys: readonly Scope[];
}

/** The one table of who may what, of our own rows and, by method, of the upstream. */
export function rightsTable(routes: readonly Route[], profile: Profile): readonly RowRights[] {
  const own = apiRows(routes, profile).flatMap((row) =>
    row.kind === 'route' ? [rightsOf(row.method, row.path, row.route.summary, row.access, profile)] : [],
  );
  const upstream = (Object.entries(profile.methodScopes) as [Method, Scope][]).map(([method, scope]) =>
    rightsOf(
      method,
      `${profile.upstreamPrefixes[0] ?? ''}/…`,
      'The API behind the front door',
      { kind: 'credential', scope },
      profile,
    ),
  );
  return [...own, ...upstream];
}

function rightsOf(
  method: Method,
  path: string,
  summary: string,
  access: Access,
  { scopeInclusion }: Profile,
): RowRights {
  const covers = (granted: readonly Scope[]): boolean =>
    access.kind === 'public' || access.scope === null || coversScope(granted, access.scope, scopeInclusion);
  const only = access.kind === 'credential' ? access.callers : undefined;
  return {
    method,
    path,
    summary,
    isPublic: access.kind === 'public',
    roles: only === 'key' ? [] : ROLES.filter((role) => covers(ROLE_SCOPES[role])),
    keys: only === 'user' ? [] : SCOPES.filter((scope) => covers([scope])),
  };
}

/** The table as Markdown: what `docs/roles.md` holds, and what the tests compare the system with. */
export function rightsMarkdown(rights: readonly RowRights[]): string {
  const mark = (may: boolean): string => (may ? 'yes' : '–');
  const columns = [...ROLES, ...SCOPES.map((scope) => `key: ${scope}`)];
  return [
    `| Route | ${columns.join(' | ')} | |`,
    `|---|${columns.map(() => '---').join('|')}|---|`,
    ...rights.map(({ method, path, summary, isPublic, roles, keys }) =>
      isPublic
        ? `| \`${method} ${path}\` | ${columns.map(() => 'anyone').join(' | ')} | ${summary} |`
        : `| \`${method} ${path}\` | ${[
            ...ROLES.map((role) => mark(roles.includes(role))),
            ...SCOPES.map((scope) => mark(keys.includes(scope))),
          ].join(' | ')} | ${summary} |`,
    ),
  ].join('\n');
}
