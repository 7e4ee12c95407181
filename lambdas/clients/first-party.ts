import type { Client } from './client.ts';

/** The client id of our own console. */
export const CONSOLE_CLIENT_ID = 'console';

/** Where the console's page takes the answer of an authorization request. */
export const CONSOLE_CALLBACK = '/console/callback';

/**
 * The console as a client of our own authorization server. People are not asked whether it may act for them: it is them.
 * That is safe as only its own page can use a code: the redirect is ours, and the verifier is in a cookie that no script
 * reads. `issuer` is the API's URL.
 */
export function consoleClient(issuer: string): Client {
  return {
    clientId: CONSOLE_CLIENT_ID,
    kind: 'first-party',
    tenantId: null,
    name: null,
    host: null,
    redirectUris: [issuer + CONSOLE_CALLBACK],
    authentication: 'none',
    scopes: null,
  };
}
