import { isJwk, type Jwks } from 'aws-jwt-verify/jwk';
import { Problem } from '../kernel/problem.ts';

/** Seconds for which keys are used without asking again: how long a key that the provider withdraws stays good. */
const FRESH_SECONDS = 600;

/** Seconds for which keys are used when the provider cannot be asked. */
const STALE_SECONDS = 3600;

/** Milliseconds for all that it takes to get the keys: whoever waits is answered within two seconds. */
const DEADLINE_MILLISECONDS = 1500;

/** Seconds for which a provider that failed is not asked again: those who wait for it must not pile up. */
const PAUSE_SECONDS = 5;

/** Seconds between two questions for keys that nobody knows: a forged `kid` must not flood the provider. */
const UNKNOWN_KID_SECONDS = 10;

/** A JWKS with a certificate chain for each key stays far below. */
const MAX_BYTES = 512 * 1024;

export interface ProviderAddress {
  readonly issuer: string;
  readonly jwksUrl: string | null;
}

/** The present keys of one identity provider. */
export class ProviderKeys {
  readonly #address: ProviderAddress;
  /** Seconds; monotonic. */
  readonly #clock: () => number;
  #copy: { readonly jwks: Jwks; readonly readAt: number } | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Jwks> | undefined;

  constructor(address: ProviderAddress, clock: () => number = () => performance.now() / 1000) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Throws `unavailable` when there are none and the provider does not answer. */
  async present(): Promise<Jwks> {
    const age = this.#clock() - (this.#copy?.readAt ?? Number.NEGATIVE_INFINITY);
    if (this.#copy !== undefined && age < FRESH_SECONDS) return this.#copy.jwks;
    try {
      return await this.#read();
    } catch (error) {
      if (this.#copy !== undefined && age < STALE_SECONDS) return this.#copy.jwks;
      throw error;
    }
  }

  /** The keys after one was missing: the provider may have a new one. Undefined when it was asked a moment ago. */
  async newer(): Promise<Jwks | undefined> {
    return this.#clock() - this.#askedAt < UNKNOWN_KID_SECONDS ? undefined : this.#read();
  }

  /** One question at a time, however many wait for the answer. */
  #read(): Promise<Jwks> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #ask(): Promise<Jwks> {
    if (this.#clock() - this.#failedAt < PAUSE_SECONDS) throw unavailable('it failed a moment ago');
    const signal = AbortSignal.timeout(DEADLINE_MILLISECONDS);
    try {
      const jwks = jwksOf(await fetchJson(await this.#url(signal), signal));
      this.#askedAt = this.#clock();
      this.#copy = { jwks, readAt: this.#askedAt };
      return jwks;
    } catch (error) {
      this.#failedAt = this.#clock();
      throw unavailable(error);
    }
  }

  /** OpenID Connect Discovery 1.0, 4.3: a document that names another issuer is not this one's. */
  async #url(signal: AbortSignal): Promise<string> {
    const { issuer, jwksUrl } = this.#address;
    if (jwksUrl !== null) return jwksUrl;
    const found = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
    const { issuer: named, jwks_uri: url } = found as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer) throw new Error('The discovery document is of another issuer.');
    // Plain HTTP only where the issuer itself is configured so, which is this machine.
    const isSafe = typeof url === 'string' && (url.startsWith('https://') || !issuer.startsWith('https://'));
    if (!isSafe) throw new Error('The discovery document names no https:// jwks_uri.');
    return url;
  }
}

function jwksOf(value: unknown): Jwks {
  const { keys } = value as Partial<Jwks>;
  if (!Array.isArray(keys)) throw new Error('The JWKS has no keys.');
  // One key that cannot be read must not cost the others.
  return { keys: keys.filter(isJwk) };
}

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  // Asked so rarely that a connection that was kept would be dead by then.
  const headers = { accept: 'application/json', connection: 'close' };
  const response = await fetch(url, { signal, redirect: 'error', headers });
  if (response.status !== 200 || response.body === null)
    throw new Error(`${url} answered ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${url} answered no object.`);
  return value;
}

function unavailable(cause: unknown): Problem {
  return new Problem('unavailable', {
    message: 'The identity provider does not answer. Try again.',
    cause,
    retryAfterSeconds: PAUSE_SECONDS,
  });
}
