/** The longest id of a workspace; ours have 36 characters. */
export const MAX_WORKSPACE_ID_LENGTH = 64;
