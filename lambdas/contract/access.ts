import type { Scope } from './scopes.ts';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type Method = (typeof METHODS)[number];

/** The callers of a row. `callers` narrows it to people, or to programs. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'credential'; readonly scope: Scope | null; readonly callers?: 'user' | 'key' };

/** A row that takes a credential, as the authorizer knows it: nothing else of the table is in its bundle. */
export type RowAccess = { readonly scope?: Scope; readonly callers?: 'user' | 'key' } | 'upstream';

/** The authorizer's view of the table: `resource path -> method or ANY -> access`. */
export type AccessTable = Readonly<Record<string, Readonly<Record<string, RowAccess>>>>;
