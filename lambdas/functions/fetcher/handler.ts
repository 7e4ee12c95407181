import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import { documentFetcher, type Fetched } from '../../clients/document-fetch.ts';
import { counted, observe } from '../../kernel/metrics.ts';

const fetchDocument = documentFetcher({
  resolve: async (hostname) => {
    const addresses = await lookup(hostname, { all: true, order: 'ipv4first' });
    return addresses.map(({ address }) => address);
  },
  connect: (address, hostname) =>
    connect({ host: address, port: 443, servername: hostname, ALPNProtocols: ['http/1.1'] }),
});

/** Fetches the metadata document of an OAuth client. It has no right to anything, and is in no network of ours. */
export async function handler({ url }: { readonly url: string }): Promise<Fetched> {
  const started = performance.now();
  const fetched = await fetchDocument(url);
  const fields = { level: 'INFO', url, ...(fetched.kind === 'failed' ? { reason: fetched.reason } : {}) };
  const metrics = counted('ClientDocuments', performance.now() - started);
  observe({ fields, dimensions: { outcome: fetched.kind }, metrics });
  return fetched;
}
