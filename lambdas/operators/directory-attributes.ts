/** The attributes of a tenant's item by which it is listed: of all others the function that lists them may read none. */
export const DIRECTORY_ATTRIBUTES = [
  'PK',
  'SK',
  'name',
  'sector',
  'state',
  'tier',
  'keyCount',
  'userCount',
  'workspaces',
  'erasesAt',
  'requiresFactor',
  'createdAt',
] as const;
