import { callOnce, type HttpAnswer } from '../kernel/http-call.ts';
import { objectOf } from '../kernel/json.ts';
import { Problem } from '../kernel/problem.ts';

/** Seconds for which a document is used without asking again: how long a key that the provider withdraws stays good. */
const FRESH_SECONDS = 600;

/** Seconds for which it is used when the provider cannot be asked. */
const STALE_SECONDS = 3600;

/** Milliseconds for all that it takes to get it: whoever waits is answered within two seconds. */
const DEADLINE_MILLISECONDS = 1500;

/** Seconds for which a provider that failed is not asked again: those who wait for it must not pile up. */
export const PAUSE_SECONDS = 5;

/** Seconds between two questions for what is newer: a forged `kid` must not flood the provider. */
const NEWER_SECONDS = 10;

/** A JWKS with a certificate chain for each key stays far below. */
const MAX_BYTES = 512 * 1024;

/**
 * Gets a document within the time of the signal, or throws where the provider does not give what it should. `isNewer`: something
 * was missing in the last one.
 */
type Fetch<Content> = (signal: AbortSignal, isNewer: boolean) => Promise<Content>;

/** Something that an identity provider publishes, as it is now. */
export class ProviderDocument<Content> {
  readonly #fetch: Fetch<Content>;
  /** Seconds; monotonic. */
  readonly #clock: () => number;
  #copy: { readonly content: Content; readonly readAt: number } | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Content> | undefined;

  constructor(fetch: Fetch<Content>, clock: () => number = () => performance.now() / 1000) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Throws `unavailable` when there is none and the provider does not answer. */
  async present(): Promise<Content> {
    const age = this.#clock() - (this.#copy?.readAt ?? Number.NEGATIVE_INFINITY);
    if (this.#copy !== undefined && age < FRESH_SECONDS) return this.#copy.content;
    try {
      return await this.#read();
    } catch (error) {
      if (this.#copy !== undefined && age < STALE_SECONDS) return this.#copy.content;
      throw error;
    }
  }

  /** What is published now, after something was missing in the copy. Undefined when it was asked for a moment ago. */
  async newer(): Promise<Content | undefined> {
    return this.#clock() - this.#askedAt < NEWER_SECONDS ? undefined : this.#read(true);
  }

  /** One question at a time, however many wait for the answer. */
  #read(isNewer = false): Promise<Content> {
    this.#reading ??= this.#ask(isNewer).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #ask(isNewer: boolean): Promise<Content> {
    if (this.#clock() - this.#failedAt < PAUSE_SECONDS) throw noAnswer('it failed a moment ago');
    try {
      const content = await this.#fetch(AbortSignal.timeout(DEADLINE_MILLISECONDS), isNewer);
      this.#askedAt = this.#clock();
      this.#copy = { content, readAt: this.#askedAt };
      return content;
    } catch (error) {
      this.#failedAt = this.#clock();
      throw noAnswer(error);
    }
  }
}

/** The metadata of an issuer. A document that names another is not this one's (OpenID Connect Discovery 1.0, 4.3). */
export async function fetchMetadata(issuer: string, signal: AbortSignal): Promise<object> {
  const found = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { signal });
  if (!('issuer' in found) || found.issuer !== issuer)
    throw new Error('The discovery document is of another issuer.');
  return found;
}

/** An address in an issuer's metadata. Plain HTTP only where the issuer itself is configured so, which is this machine. */
export function addressIn(metadata: object, name: string, issuer: string): string {
  const url: unknown = (metadata as Readonly<Record<string, unknown>>)[name];
  const isSafe =
    typeof url === 'string' &&
    URL.canParse(url) &&
    (url.startsWith('https://') || (url.startsWith('http://') && !issuer.startsWith('https://')));
  if (!isSafe) throw new Error(`The discovery document names no https:// ${name}.`);
  return url;
}

/** The JSON object that a URL answers with. Throws for anything else, for a redirect, and for one that is too large. */
export async function fetchJson(url: string, call: ProviderCall): Promise<object> {
  const { status, text } = await fetchText(url, call);
  if (status !== 200) throw new Error(`${url} answered ${status}.`);
  const value = objectOf(text);
  if (value === undefined) throw new Error(`${url} answered no object.`);
  return value;
}

/** A question to a provider: without a form it is a GET. */
export interface ProviderCall {
  readonly form?: URLSearchParams;
  readonly authorization?: string;
  readonly signal: AbortSignal;
}

/** The answer of a URL, whatever its status. Throws for one that is too large. */
export function fetchText(url: string, { form, authorization, signal }: ProviderCall): Promise<HttpAnswer> {
  const headers = {
    accept: 'application/json',
    // Some providers refuse whoever has none.
    'user-agent': 'latchkey',
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  const call = form === undefined ? {} : { method: 'POST', body: form.toString() };
  return callOnce(new URL(url), { ...call, headers, signal }, MAX_BYTES);
}

/** What is said of a provider that cannot be asked. */
export function noAnswer(cause: unknown): Problem {
  return new Problem('unavailable', {
    message: 'The identity provider does not answer. Try again.',
    cause,
    retryAfterSeconds: PAUSE_SECONDS,
  });
}
