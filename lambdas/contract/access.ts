import type { Scope } from './scopes.ts';

/**
 * What rows of our own are about. A profile or the configuration says which scope each takes. `reading` is what a tenant
 * sees of itself: its workspaces, settings and usage. The others are managed, by scopes that are declared as managing.
 */
export const AREAS = ['reading', 'keys', 'people', 'settings', 'audit', 'transfer'] as const;

export type Area = (typeof AREAS)[number];

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type Method = (typeof METHODS)[number];

/** The callers of a row: anybody, or an operator, or who has the scope of an area, or any credential. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'operator' }
  | AreaAccess
  | (Omit<AreaAccess, 'scope'> & { readonly scope: null });

/** A row that takes the scope of an area. `callers` narrows it to people, or to programs. */
export interface AreaAccess {
  readonly kind: 'credential';
  readonly scope: Area;
  readonly callers?: 'user' | 'key';
}

/** A row that takes a credential, as the authorizer knows it: nothing else of the table is in its bundle. */
export type RowAccess =
  | {
      readonly scope?: Scope;
      readonly callers?: 'user' | 'key';
      /** Whether it takes embed tokens too. */
      readonly embed?: true;
    }
  | 'upstream';

/** The authorizer's view of the table: `resource path -> method or ANY -> access`. */
export type AccessTable = Readonly<Record<string, Readonly<Record<string, RowAccess>>>>;
