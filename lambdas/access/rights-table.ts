import type { Access, Method } from '../contract/access.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { coversScope, type Role, type Scope } from '../contract/scopes.ts';
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
export function rightsTable(
  routes: readonly Route[],
  profile: Profile,
  rights: Rights,
): readonly RowRights[] {
  const own = apiRows(routes, profile).flatMap(({ kind, method, path, ...row }) =>
    kind === 'route' && 'route' in row
      ? [{ method, path, summary: row.route.summary, ...rightsOf(row.access, rights) }]
      : [],
  );
  const upstream = (Object.entries(rights.methodScopes) as [Method, Scope][]).map(([method, scope]) => ({
    method,
    path: `${profile.upstreamPrefixes[0] ?? ''}/…`,
    summary: 'The API behind the front door',
    ...whoCovers(scope, undefined, rights),
  }));
  return [...own, ...upstream];
}

function rightsOf(access: Access, rights: Rights): Pick<RowRights, 'isPublic' | 'roles' | 'keys'> {
  if (access.kind === 'public') return { ...whoCovers(null, undefined, rights), isPublic: true };
  // Of no role: who it is decides (docs/operators.md).
  if (access.kind === 'operator') return { isPublic: false, roles: [], keys: [] };
  const scope = access.scope === null ? null : rights.areaScopes[access.scope];
  return whoCovers(scope, access.callers, rights);
}

/** Who has a scope; everybody, where none is asked for. */
function whoCovers(scope: Scope | null, callers: 'user' | 'key' | undefined, rights: Rights) {
  const covers = (granted: readonly Scope[]): boolean =>
    scope === null || coversScope(granted, scope, rights.inclusion);
  const roles = Object.entries(rights.roles).filter((role) => covers(role[1].scopes));
  return {
    isPublic: false,
    roles: callers === 'key' ? [] : roles.map(([name]) => name),
    keys: callers === 'user' ? [] : Object.keys(rights.inclusion).filter((one) => covers([one])),
  };
}

/** The table as Markdown: what `docs/roles.md` holds, and what the tests compare the system with. */
export function rightsMarkdown(
  table: readonly RowRights[],
  rights: Pick<Rights, 'roles' | 'inclusion'>,
): string {
  const mark = (may: boolean): string => (may ? 'yes' : '–');
  const [roles, scopes] = [Object.keys(rights.roles), Object.keys(rights.inclusion)];
  const columns = [...roles, ...scopes.map((scope) => `key: ${scope}`)].map((name) =>
    name.replaceAll('|', '\\|'),
  );
  return [
    `| Route | ${columns.join(' | ')} | |`,
    `|---|${columns.map(() => '---').join('|')}|---|`,
    ...table.map((row) => {
      const cells = row.isPublic
        ? columns.map(() => 'anyone')
        : [
            ...roles.map((role) => mark(row.roles.includes(role))),
            ...scopes.map((scope) => mark(row.keys.includes(scope))),
          ];
      return `| \`${row.method} ${row.path}\` | ${cells.join(' | ')} | ${row.summary} |`;
    }),
  ].join('\n');
}
