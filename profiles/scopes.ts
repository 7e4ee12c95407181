import type { Profile } from '../lambdas/contract/profile.ts';

/** The scopes and roles of most of the published pages. */

const read = { name: 'read', description: 'Read' };
const write = { name: 'write', description: 'Create and change' };
const remove = { name: 'delete', description: 'Delete' };

/** `admin` is full access on every published page that names it. */
export const READ_WRITE_DELETE_ADMIN: Profile['scopes'] = [
  read,
  write,
  remove,
  {
    name: 'admin',
    description: 'Everything, and manage keys, people and settings',
    includes: ['read', 'write', 'delete'],
    managing: true,
  },
];

/** What a person may be in a tenant. */
export const VIEWER_EDITOR_ADMIN: Pick<Profile, 'roles' | 'ownerRole'> = {
  roles: {
    viewer: { scopes: ['read'], description: 'Reads' },
    editor: { scopes: ['read', 'write'], description: 'Reads and writes' },
    admin: { scopes: ['read', 'write', 'delete', 'admin'], description: 'Manages the tenant' },
  },
  ownerRole: 'admin',
};

export const ADMIN_MANAGES: Profile['areaScopes'] = {
  reading: 'read',
  keys: 'admin',
  people: 'admin',
  settings: 'admin',
  audit: 'admin',
  transfer: 'admin',
};

/** A scope for each kind of method: HEAD reads as GET does, PUT writes. */
export const METHOD_SCOPES: Profile['methodScopes'] = {
  GET: 'read',
  HEAD: 'read',
  POST: 'write',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
};

/** For contracts that know no scope to delete. */
export const WRITE_DELETES: Profile['methodScopes'] = { ...METHOD_SCOPES, DELETE: 'write' };
