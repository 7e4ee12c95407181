import {
  AuthenticationError,
  ConnectionError,
  LatchkeyError,
  RateLimitError,
} from '../typescript/src/index.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

/** RFC 8628, 3.4. */
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What the metadata of an authorization server have that this client needs (RFC 8414, 2). */
export interface Metadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly device_authorization_endpoint: string;
  readonly registration_endpoint: string;
  readonly revocation_endpoint?: string;
  readonly scopes_supported?: readonly string[];
}

/** What a device shows, and what it asks with (RFC 8628, 3.2). */
export interface DeviceCode {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete?: string;
  /** Seconds. */
  readonly expires_in: number;
  /** Seconds between two requests. */
  readonly interval?: number;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope?: string;
}

/** An error of the authorization server, by its name of RFC 6749, 5.2 or RFC 8628, 3.5. */
class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

/** The server's client for this installation is not there (any more): registering anew mends it. */
export const isUnknownClient = (error: unknown) =>
  error instanceof OAuthError && error.code === 'invalid_client';

/** The session is over: only signing in again mends it. */
export const isEnded = (error: unknown) =>
  error instanceof OAuthError && ['invalid_grant', 'invalid_client'].includes(error.code);

/** The server's own name for this client, in the list of a person's connected apps. */
const CLIENT_NAME = 'Latchkey command line';

/** The authorization server of a deployment, as the client of its device grant. */
export class AuthorizationServer {
  readonly metadata: Metadata;
  readonly #io: Io;

  constructor(metadata: Metadata, io: Io) {
    this.metadata = metadata;
    this.#io = io;
  }

  /**
   * Registers this installation as a public client (RFC 7591); gives its id. Every installation has its own: a person has
   * one session for each client, and a second computer would end that of the first.
   */
  async register(): Promise<string> {
    // The server asks every client for a redirect; this one never uses it.
    const client = {
      client_name: CLIENT_NAME,
      redirect_uris: ['http://127.0.0.1/'],
      token_endpoint_auth_method: 'none',
    };
    const body = JSON.stringify(client);
    const headers = { 'Content-Type': 'application/json' };
    const answer = await this.#post<{ client_id: string }>(
      this.metadata.registration_endpoint,
      body,
      headers,
    );
    return answer.client_id;
  }

  begin(clientId: string, scopes: readonly string[]): Promise<DeviceCode> {
    const fields = { client_id: clientId, scope: scopes.join(' ') };
    return this.#post(this.metadata.device_authorization_endpoint, new URLSearchParams(fields));
  }

  /**
   * Asks until the person has decided (RFC 8628, 3.4 and 3.5). Throws `CliError` where they do not agree, or not in time.
   */
  async waitForDecision(clientId: string, code: DeviceCode): Promise<TokenAnswer> {
    const until = this.#io.now() + code.expires_in * 1000;
    const fields = { client_id: clientId, grant_type: DEVICE_GRANT, device_code: code.device_code };
    let interval = code.interval ?? 5;
    while (this.#io.now() < until) {
      await this.#io.sleep(interval);
      try {
        return await this.#token(fields);
      } catch (error) {
        interval = nextInterval(error, interval);
      }
    }
    throw new CliError(EXIT.notSignedIn, 'Nobody entered the code in time: run latchkey login again.');
  }

  refresh(clientId: string, refreshToken: string): Promise<TokenAnswer> {
    return this.#token({ client_id: clientId, grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  /** Ends the session of a token (RFC 7009). */
  async revoke(clientId: string, token: string): Promise<void> {
    const endpoint = this.metadata.revocation_endpoint;
    if (endpoint === undefined) return;
    await this.#post(endpoint, new URLSearchParams({ client_id: clientId, token }));
  }

  #token(fields: Readonly<Record<string, string>>): Promise<TokenAnswer> {
    return this.#post(this.metadata.token_endpoint, new URLSearchParams(fields));
  }

  async #post<Answer>(
    url: string,
    body: string | URLSearchParams,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await request(url, this.#io, { method: 'POST', body, headers });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) return answer as Answer;
    const requestId = response.headers.get('X-Request-ID') ?? textOf(answer.request_id) ?? null;
    const named = requestId === null ? '' : ` (request ${requestId})`;
    const described = textOf(answer.error_description) ?? textOf(answer.detail);
    const message = (described ?? `${new URL(url).host} answered with status ${response.status}.`) + named;
    const code = textOf(answer.error);
    if (response.status === 429) {
      const retryAfter = Number(response.headers.get('Retry-After') ?? 60);
      throw new RateLimitError(message, { status: 429, code: code ?? '', requestId, retryAfter });
    }
    if (code !== undefined) throw new OAuthError(code, message);
    const ErrorOfStatus = response.status === 401 ? AuthenticationError : LatchkeyError;
    throw new ErrorOfStatus(message, { status: response.status, requestId });
  }
}

/** Seconds until the next request of a device. Throws where there is no use in one. */
function nextInterval(error: unknown, interval: number): number {
  // RFC 8628, 3.5: a lost connection lengthens the interval too.
  if (error instanceof ConnectionError) return interval * 2;
  if (error instanceof RateLimitError) return Math.max(interval, error.retryAfter ?? 0);
  if (!(error instanceof OAuthError)) throw error;
  if (error.code === 'authorization_pending') return interval;
  if (error.code === 'slow_down') return interval + 5;
  if (error.code === 'access_denied') throw new CliError(EXIT.notSignedIn, 'The sign-in was declined.');
  if (error.code === 'expired_token')
    throw new CliError(EXIT.notSignedIn, 'The code has expired: run latchkey login again.');
  throw error;
}

/**
 * Sends a request that follows no redirect: its body is no other server's. Rejects with `ConnectionError` where nothing
 * answers.
 */
export async function request(url: string, io: Io, init: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(30_000)]);
    return await io.fetch(url, { ...init, redirect: 'error', signal });
  } catch (error) {
    if (io.signal.aborted) throw error;
    const { host } = new URL(url);
    throw new ConnectionError(
      `The connection to ${host} could not be made or was lost.`,
      {},
      { cause: error },
    );
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
