import { join } from 'node:path';
import { AuthenticationError, Latchkey, LatchkeyError } from '../typescript/src/index.ts';
import { expiryOf } from './claims.ts';
import { type Deployment, Deployments, urlOf } from './deployments.ts';
import { contractOf, metadataOf } from './discovery.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { locked } from './lock.ts';
import { AuthorizationServer, isEnded } from './oauth.ts';
import { placesOf } from './places.ts';
import { type Secret, type SecretStore, secretStoreOf } from './secret-store.ts';
import type { Values } from './syntax.ts';

/** Sent as a version of a program: what a session's list shows. */
const USER_AGENT = 'latchkey-cli';

/** A token is renewed this long before it expires, so that it is still good when it arrives. */
const EARLY_MS = 60_000;

/** Who calls which deployment. */
export interface Session {
  readonly url: string;
  readonly latchkey: Latchkey;
  /** Where the credential comes from. */
  readonly source: 'LATCHKEY_API_KEY' | 'key' | 'login';
  /** The access token of a login that is good now; undefined of a key. */
  readonly accessToken: (() => Promise<string>) | undefined;
}

/**
 * The deployment of a call, with the credential that there is for it: `LATCHKEY_API_KEY`, or what `latchkey login` keeps.
 * Throws `CliError` where there is none.
 */
export async function openSession(values: Values, io: Io): Promise<Session> {
  const url = await urlOf(values, io);
  const given = io.env.LATCHKEY_API_KEY?.trim();
  if (given) return { ...(await withKey(url, given, io)), source: 'LATCHKEY_API_KEY' };
  const deployment = await new Deployments(io).find(url);
  const store = deployment && secretStoreOf(deployment.storage, io);
  const secret = await store?.read(url);
  if (deployment === undefined || store === undefined || secret === undefined) throw notSignedIn(url);
  if (secret.kind === 'key') return { ...(await withKey(url, secret.apiKey, io)), source: 'key' };
  const tokens = new Tokens({ url, deployment, store, io });
  const latchkey = new Latchkey(
    { endpoint: url, tokenProvider: () => tokens.next(), fetch: fetchOf(io) },
    await contractOf(url, io),
  );
  return { url, latchkey, source: 'login', accessToken: () => tokens.current() };
}

async function withKey(url: string, apiKey: string, io: Io): Promise<Omit<Session, 'source'>> {
  const latchkey = new Latchkey({ endpoint: url, apiKey, fetch: fetchOf(io) }, await contractOf(url, io));
  return { url, latchkey, accessToken: undefined };
}

/** Says who asks; Ctrl-C ends what is on its way. */
function fetchOf(io: Io): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('User-Agent', USER_AGENT);
    const signal = init?.signal ? AbortSignal.any([init.signal, io.signal]) : io.signal;
    try {
      return await io.fetch(input, { ...init, headers, signal });
    } catch (error) {
      // An error that the library takes for a lost connection is tried again.
      throw io.signal.aborted ? new LatchkeyError('Interrupted.') : error;
    }
  };
}

function notSignedIn(url: string): CliError {
  return new CliError(
    EXIT.notSignedIn,
    `You are not signed in to ${url}. Sign in with: latchkey login --url ${url}\nOn a machine without a person: latchkey login --api-key, or LATCHKEY_API_KEY.`,
  );
}

interface TokensOptions {
  readonly url: string;
  readonly deployment: Deployment;
  readonly store: SecretStore;
  readonly io: Io;
}

/** The tokens of a login, which all processes of this person share. */
class Tokens {
  readonly #options: TokensOptions;
  /** The one that this process has sent last. */
  #sent: string | undefined;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** A token that is good now. */
  async current(): Promise<string> {
    return this.#sent ?? this.next();
  }

  /** Another token than the one before, which was refused or is about to expire. */
  async next(): Promise<string> {
    const stored = await this.#stored();
    return (this.#sent = this.#isGood(stored.accessToken) ? stored.accessToken : await this.#renew());
  }

  #isGood(token: string): boolean {
    return token !== this.#sent && this.#options.io.now() < expiryOf(token) - EARLY_MS;
  }

  /**
   * Each refresh ends the refresh token before it: so one process refreshes, and another that waited for it takes what
   * that has stored.
   */
  #renew(): Promise<string> {
    const { url, store, io } = this.#options;
    return locked(join(placesOf(io).cache, 'refresh.lock'), async () => {
      const stored = await this.#stored();
      if (this.#isGood(stored.accessToken)) return stored.accessToken;
      const { refreshToken } = stored;
      if (refreshToken === null) throw await this.#ended();
      const fresh = await this.#refresh(refreshToken);
      await store.write(url, fresh);
      return fresh.accessToken;
    });
  }

  async #refresh(refreshToken: string): Promise<Secret & { kind: 'login' }> {
    const { url, deployment, io } = this.#options;
    const server = new AuthorizationServer(await metadataOf(url, io), io);
    try {
      const answer = await server.refresh(deployment.client_id ?? '', refreshToken);
      return {
        kind: 'login',
        accessToken: answer.access_token,
        refreshToken: answer.refresh_token ?? refreshToken,
      };
    } catch (error) {
      throw isEnded(error) ? await this.#ended() : error;
    }
  }

  async #stored(): Promise<Secret & { kind: 'login' }> {
    const { url, store } = this.#options;
    const secret = await store.read(url);
    if (secret?.kind !== 'login') throw notSignedIn(url);
    return secret;
  }

  /** What is over is not kept. */
  async #ended(): Promise<AuthenticationError> {
    const { url, store } = this.#options;
    await store.remove(url);
    return new AuthenticationError(`Your sign-in to ${url} is over.`);
  }
}
