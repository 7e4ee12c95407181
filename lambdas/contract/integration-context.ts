import type { Environment } from './scopes.ts';

/**
 * What an integration finds of the caller in the authorizer's context, behind `protect` in `event.requestContext.authorizer`,
 * behind `protectHttp` in `event.requestContext.authorizer.lambda` (docs/protect.md). Only who is let in gets to it; behind a
 * route whose function answers refusals the outcome may be another, and then there is no identity. All values are texts.
 */
export interface IntegrationContext {
  readonly outcome: 'allowed';
  /** The id of the request, as it is in our log. */
  readonly callId: string;
  /** A program by its key, or a person by a token. */
  readonly callerKind: 'key' | 'user';
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly environment: Environment;
  /** Separated by blanks; one blank of who has none. */
  readonly scopes: string;
  /** Of a program. */
  readonly keyId?: string;
  /** Of a person. */
  readonly userId?: string;
  /** Of a person. */
  readonly sessionId?: string;
  /** Of a person. */
  readonly role?: string;
  /** The OAuth client that acts for a person. */
  readonly clientId?: string;
  /** Of an embed token: for whom its page acts, a blank where it says nobody. */
  readonly embed?: string;
  /** The signed identity, with `assertions: true`. */
  readonly assertion?: string;
  /** Requests a minute of the key or session, those that are left, and when the next minute begins (Unix seconds). */
  readonly rateLimitLimit?: string;
  readonly rateLimitRemaining?: string;
  readonly rateLimitReset?: string;
}
