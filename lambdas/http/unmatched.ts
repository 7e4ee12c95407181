import { METHODS, type Method } from '../contract/access.ts';
import type { Profile } from '../contract/profile.ts';
import { apiRows, covers } from '../kernel/api-rows.ts';
import { Problem } from '../kernel/problem.ts';
import type { Route } from '../kernel/route.ts';
import type { HttpRequest } from './event.ts';

/** The error for a request that no row serves. */
export type Unmatched = (request: Pick<HttpRequest, 'method' | 'path'>) => Problem;

/** The methods of the paths that are ours. */
export type MethodTable = Readonly<Record<string, readonly Method[]>>;

/** Reads them from the route table. */
export function methodsByPath(routes: readonly Route[], profile: Profile): MethodTable {
  const table: Record<string, Method[]> = {};
  for (const row of apiRows(routes, profile))
    if (row.kind === 'route' || row.kind === 'head') (table[row.path] ??= []).push(row.method);
  return table;
}

/**
 * Tells a path of ours that lacks the method from one that there is not: 405 (RFC 9110, 15.5.6) with the methods that
 * it takes, else the profile's 404. It looks at nothing but the table, so that every caller is told the same, and no
 * more than the OpenAPI document says.
 */
export function methodOrPath(table: MethodTable): Unmatched {
  const own = Object.entries(table);
  return ({ method, path }) => {
    const taken = own.flatMap(([template, methods]) => (covers(template, path) ? methods : []));
    const allow = METHODS.filter((each) => taken.includes(each));
    if (allow.length === 0 || allow.some((each) => each === method)) return new Problem('not_found');
    return new Problem('method_not_allowed', { message: `This path takes ${allow.join(', ')} only.`, allow });
  };
}
