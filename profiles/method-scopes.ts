import type { Profile } from '../lambdas/contract/profile.ts';

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
