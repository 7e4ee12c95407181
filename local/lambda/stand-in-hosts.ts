import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';

/** A host of the internet that stands on this machine, for tests and demonstrations of what fetches from there. */
export interface StandInHost {
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** The certificate of its authority, PEM. */
  readonly ca: string;
}

/**
 * Addresses that the names get: public ones, so that whoever looks at them finds nothing wrong, of a network that answers
 * nobody (AS112, RFC 7535), should one ever be called.
 */
const ADDRESS_PREFIX = '192.31.196.';

/**
 * Has this thread find hosts on this machine: names get an address, and a TLS connection to that goes to the port. What
 * runs in the thread does not know it. It happens before the function's code is loaded, by the data that starts a
 * worker: nothing in a template, a variable or a request reaches it.
 */
export function standInFor(hosts: readonly StandInHost[]): void {
  if (hosts.length === 0) return;
  const addressOf = new Map(hosts.map(({ name }, index) => [name, `${ADDRESS_PREFIX}${index + 1}`]));
  const portAt = new Map(hosts.map(({ name, port }) => [addressOf.get(name), port]));
  const { lookup } = dns.promises;
  Object.assign(dns.promises, {
    async lookup(hostname: string, options: dns.LookupAllOptions) {
      const address = addressOf.get(hostname);
      return address === undefined ? lookup(hostname, options) : [{ address, family: 4 }];
    },
  });
  const { connect } = tls;
  Object.assign(tls, {
    connect(options: tls.ConnectionOptions) {
      const port = portAt.get(options.host);
      return connect(port === undefined ? options : { ...options, host: '127.0.0.1', port });
    },
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...hosts.map(({ ca }) => ca)]);
  syncBuiltinESMExports();
}
