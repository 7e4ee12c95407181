/** The chapters of the API in its document: every row belongs to one. */
export const TAGS = {
  Accounts:
    'Signing up, logging in, and what belongs to the caller: the sessions and the password of a person.',
  Pages:
    'What people see in a browser: signing in and out, with the files that pages load. No program calls them.',
  Console:
    'The key console: its page with its files, and how its page is given tokens. No other program calls them.',
  Tokens: 'Short-lived tokens for a refresh token, an API key, or the token of an identity provider.',
  OAuth:
    'Signing in by URL alone: how a client comes to act for a person, and how that ends (OAuth 2.1, MCP authorization).',
  Clients:
    'Programs that people let act for them (OAuth 2.1): registering them, and those of an administrator.',
  'API keys': 'Credentials of programs: create, change, rotate, verify and revoke them.',
  Users: 'The people of the tenant and their roles.',
  Workspaces: "Partitions of the tenant's data. Every API key belongs to one.",
  Tenant: 'The customer: its name, and what its new keys have by default.',
  Usage: 'How many requests were made with API keys.',
  Audit: 'Who changed what.',
  Administration: 'Everything of the tenant at once: export and import.',
  Operators: 'Who runs the deployment: its tenants, and what is done for them. Of no tenant’s people.',
  Discovery: 'Metadata and keys for clients that know only the URL of the API.',
  Service: 'The health and the description of the API itself.',
} as const;

export type Tag = keyof typeof TAGS;
