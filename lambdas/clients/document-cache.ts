import { createHash } from 'node:crypto';
import { type SourceLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { type ClientDocument, readDocument, readKeys } from './document.ts';
import type { FetchDocument } from './document-fetch.ts';
import { documentUrl, invalidDocument } from './document-url.ts';

/** Seconds for which a copy is taken without asking again, whatever its server says: it may say something between. */
const MIN_FRESH_SECONDS = 300;
const MAX_FRESH_SECONDS = 86_400;

/** The same at most of keys that stand elsewhere: their server changes them when it likes. */
const MAX_FRESH_KEYS_SECONDS = 3600;

/** Seconds for which a copy is taken while its server fails, and after a failure until it is asked again. */
const STALE_SECONDS = 7 * 86_400;
const RETRY_SECONDS = 300;

/** Fetches for one source: people come with the clients that there are, and their copies are here. */
const FETCHES: SourceLimit = { what: 'client-document', limit: 60, windowSeconds: 3600, ipv4Bits: 24 };

/** A copy of a document. Times are Unix seconds. */
export interface CachedDocument {
  readonly text: string;
  /** What stands at its `jwks_uri`; null where it has none. */
  readonly keysText: string | null;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

/** Copies by the SHA-256 of their URL. */
export interface DocumentStore {
  read(hash: string): Promise<CachedDocument | undefined>;
  write(hash: string, document: CachedDocument): Promise<void>;
}

export interface DocumentContext {
  readonly documents: DocumentStore;
  readonly fetchDocument: FetchDocument;
  readonly sources: SourceStore;
  readonly clock: Clock;
}

/**
 * The document of a client: a copy, or fetched. One that cannot be fetched anew, or is broken now, is taken as it was
 * for days: people must not be locked out by an hour of a client's server. Throws `invalid_client` and `rate_limited`.
 */
export async function findDocument(
  clientId: string,
  address: string,
  { documents, fetchDocument, sources, clock }: DocumentContext,
): Promise<ClientDocument> {
  const { href } = documentUrl(clientId);
  const hash = createHash('sha256').update(href).digest('base64url');
  const now = clock();
  const cached = await documents.read(hash);
  const copy = cached !== undefined && cached.staleUntil > now ? cached : undefined;
  if (copy !== undefined && copy.freshUntil > now) return readCopy(clientId, copy);
  try {
    await takeFromSource(sources, address, FETCHES, now);
    const fetched = await fetchAll(clientId, href, fetchDocument);
    const freshUntil = now + fetched.freshSeconds;
    const { text, keysText } = fetched;
    const fresh = { text, keysText, freshUntil, staleUntil: freshUntil + STALE_SECONDS };
    const document = readCopy(clientId, fresh);
    await documents.write(hash, fresh);
    return document;
  } catch (error) {
    if (copy === undefined) throw asProblem(error);
    // Asked again in a while: its server may be down for a day, and everybody would wait for it.
    await documents.write(hash, { ...copy, freshUntil: now + RETRY_SECONDS });
    return readCopy(clientId, copy);
  }
}

/** The document, and the keys that it has elsewhere. Throws `invalid_client`. */
async function fetchAll(clientId: string, url: string, fetchDocument: FetchDocument) {
  const fetched = await fetchDocument(url);
  if (fetched.kind === 'failed') throw invalidDocument(fetched.reason);
  const { keysUrl } = readDocument(clientId, fetched.text);
  const freshSeconds = bounded(fetched.maxAgeSeconds, MAX_FRESH_SECONDS);
  if (keysUrl === null) return { text: fetched.text, keysText: null, freshSeconds };
  const keys = await fetchDocument(keysUrl);
  if (keys.kind === 'failed') throw invalidDocument(`jwks_uri: ${keys.reason}`);
  return {
    text: fetched.text,
    keysText: keys.text,
    freshSeconds: Math.min(freshSeconds, bounded(keys.maxAgeSeconds, MAX_FRESH_KEYS_SECONDS)),
  };
}

function readCopy(
  clientId: string,
  { text, keysText }: Pick<CachedDocument, 'text' | 'keysText'>,
): ClientDocument {
  const document = readDocument(clientId, text);
  return keysText === null ? document : { ...document, keys: readKeys(keysText) };
}

function bounded(maxAgeSeconds: number | null, most: number): number {
  return Math.min(most, Math.max(MIN_FRESH_SECONDS, maxAgeSeconds ?? MIN_FRESH_SECONDS));
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('unavailable', { cause: error });
}
