import { createHash } from 'node:crypto';
import { type SourceLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { type ClientDocument, readDocument } from './document.ts';
import type { FetchDocument } from './document-fetch.ts';
import { documentUrl, invalidDocument } from './document-url.ts';

/** Seconds for which a copy is taken without asking again, whatever its server says: it may say something between. */
const MIN_FRESH_SECONDS = 300;
const MAX_FRESH_SECONDS = 86_400;

/** Seconds for which a copy is taken while its server fails, and after a failure until it is asked again. */
const STALE_SECONDS = 7 * 86_400;
const RETRY_SECONDS = 300;

/** Fetches for one source: people come with the clients that there are, and their copies are here. */
const FETCHES: SourceLimit = { what: 'client-document', limit: 60, windowSeconds: 3600, ipv4Bits: 24 };

/** A copy of a document. Times are Unix seconds. */
export interface CachedDocument {
  readonly text: string;
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
  if (copy !== undefined && copy.freshUntil > now) return readDocument(clientId, copy.text);
  try {
    await takeFromSource(sources, address, FETCHES, now);
    const fetched = await fetchDocument(href);
    if (fetched.kind === 'failed') throw invalidDocument(fetched.reason);
    const document = readDocument(clientId, fetched.text);
    const freshUntil = now + freshSeconds(fetched.maxAgeSeconds);
    await documents.write(hash, { text: fetched.text, freshUntil, staleUntil: freshUntil + STALE_SECONDS });
    return document;
  } catch (error) {
    if (copy === undefined) throw asProblem(error);
    // Asked again in a while: its server may be down for a day, and everybody would wait for it.
    await documents.write(hash, { ...copy, freshUntil: now + RETRY_SECONDS });
    return readDocument(clientId, copy.text);
  }
}

function freshSeconds(maxAgeSeconds: number | null): number {
  return Math.min(MAX_FRESH_SECONDS, Math.max(MIN_FRESH_SECONDS, maxAgeSeconds ?? MIN_FRESH_SECONDS));
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('unavailable', { cause: error });
}
