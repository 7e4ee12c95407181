/** The form of the id of a tenant, but of that of operators: another text must not become a key of the table. */
export const TENANT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The longest id of a workspace; ours have 36 characters. */
export const MAX_WORKSPACE_ID_LENGTH = 64;
