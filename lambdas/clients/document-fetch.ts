import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { isPublicAddress } from '../kernel/public-address.ts';
import { documentUrl } from './document-url.ts';

/** Bytes of a document at most, and milliseconds for all of it. */
export const MAX_DOCUMENT_BYTES = 5 * 1024;
export const FETCH_MILLISECONDS = 5_000;

/** A fetched document, or why there is none. */
export type Fetched =
  | {
      readonly kind: 'document';
      readonly text: string;
      /** `max-age` of its response, in seconds; null where it says nothing, 0 where it must not be kept. */
      readonly maxAgeSeconds: number | null;
    }
  | {
      readonly kind: 'failed';
      /** What is wrong, for whoever runs the client's server. */
      readonly reason: string;
    };

/** Fetches the document of a URL, from the public internet only. Rejects when it cannot be asked. */
export type FetchDocument = (url: string) => Promise<Fetched>;

/** The network, as far as a fetch needs it. */
export interface Network {
  /** Every address of a host name. Rejects when there is none. */
  resolve(hostname: string): Promise<readonly string[]>;
  /**
   * A TLS connection to this very address, whose certificate must be of the host name; port 443. What fails later is an
   * `error` of it.
   */
  connect(address: string, hostname: string): Duplex;
}

/** A fetch that fails for a reason that may be told. */
class FetchFailure extends Error {}

/**
 * Fetches a metadata document without being led anywhere else: every address of the host must be public, the connection
 * goes to one that was looked at (so that no second look-up can give another), and no redirect is followed.
 */
export function documentFetcher(network: Network, milliseconds = FETCH_MILLISECONDS): FetchDocument {
  return async (clientId) => {
    const url = documentUrl(clientId);
    const deadline = AbortSignal.timeout(milliseconds);
    try {
      const address = await publicAddress(url.hostname, network, deadline);
      return await get(url, network.connect(address, url.hostname), deadline);
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error, deadline, milliseconds) };
    }
  };
}

async function publicAddress(hostname: string, network: Network, deadline: AbortSignal): Promise<string> {
  const addresses = await within(network.resolve(hostname), deadline).catch(() => {
    throw new FetchFailure('its host name has no address');
  });
  const [first] = addresses;
  if (first === undefined) throw new FetchFailure('its host name has no address');
  // One that is not would let whoever names it reach what is near us, by having us choose it.
  if (!addresses.every(isPublicAddress))
    throw new FetchFailure('its host has an address that is not one of the public internet');
  return first;
}

async function get(url: URL, connection: Duplex, deadline: AbortSignal): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = sendGet(url, connection, deadline);
  sent.on('response', resolve);
  sent.on('error', reject);
  connection.on('error', reject);
  try {
    const response = await promise;
    requireDocument(response);
    const text = await readText(response);
    return { kind: 'document', text, maxAgeSeconds: maxAgeSeconds(response.headers['cache-control']) };
  } finally {
    sent.destroy();
    connection.destroy();
  }
}

function sendGet({ hostname, pathname }: URL, connection: Duplex, signal: AbortSignal): ClientRequest {
  const headers = {
    Host: hostname,
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'User-Agent': 'Latchkey',
    Connection: 'close',
  };
  // Without an agent: one would make a connection of its own.
  const sent = request({
    method: 'GET',
    path: pathname,
    headers,
    signal,
    createConnection: () => connection,
  });
  return sent.end();
}

function requireDocument({ statusCode, headers }: IncomingMessage): void {
  if (statusCode !== 200)
    throw new FetchFailure(
      `its server answers ${statusCode}${headers.location === undefined ? '' : ', and redirects are not followed'}`,
    );
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (!/^application\/(?:[\w.+-]+\+)?json$/i.test(type.trim()))
    throw new FetchFailure('its Content-Type is not application/json');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new FetchFailure('it is compressed, which was not asked for');
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DOCUMENT_BYTES) throw new FetchFailure(`it has more than ${MAX_DOCUMENT_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new FetchFailure('it is not UTF-8');
  }
}

/** RFC 9111, 5.2.2. */
function maxAgeSeconds(cacheControl = ''): number | null {
  if (/(?:^|[\s,])no-(?:store|cache)(?:[\s,=]|$)/i.test(cacheControl)) return 0;
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,9})(?!\d)/i.exec(cacheControl) ?? [];
  return seconds === undefined ? null : Number(seconds);
}

/** What is awaited, or the end of the time for it. */
function within<Value>(awaited: Promise<Value>, deadline: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = () => reject(deadline.reason);
    if (deadline.aborted) return end();
    deadline.addEventListener('abort', end, { once: true });
    awaited.then(resolve, reject).finally(() => deadline.removeEventListener('abort', end));
  });
}

function reasonOf(error: unknown, deadline: AbortSignal, milliseconds: number): string {
  if (deadline.aborted) return `its server took longer than ${milliseconds / 1000} seconds`;
  if (error instanceof FetchFailure) return error.message;
  // A code such as ECONNREFUSED or CERT_HAS_EXPIRED; nothing that the server wrote.
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^\w{1,64}$/.test(code) ? `its server cannot be reached (${code})` : 'its server cannot be reached';
}
