/** The tenant of who runs the deployment. Ids of all others are UUIDs: nobody can open, import or exchange into this one. */
export const OPERATORS_TENANT = 'operators';

/** The role of its people. No configuration can declare it, so it has no scope: neither keys, nor people, nor an upstream. */
export const OPERATOR_ROLE = 'operator';
