import { type HeaderValues, headerValues } from '../kernel/headers.ts';

/** An address with a port, as a load balancer may write it: `192.0.2.7:1234`, `[2001:db8::7]:1234`. */
const WITH_PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([\da-f:.]+)\])(?::\d{1,5})?$/i;

/**
 * The caller's address, where so many proxies of the team's own stand in front: each adds the address that called it to the
 * end of `X-Forwarded-For`, and what stands before those is the client's own invention. Without a proxy the peer's. Empty,
 * which is in no allow-list, where the header is shorter than there are proxies: the call has not come through them.
 */
export function clientAddress(peer: string, headers: HeaderValues, trustedProxies: number): string {
  if (trustedProxies === 0) return peer;
  const hops = headerValues(headers, 'x-forwarded-for').flatMap((value) => value.split(','));
  const address = hops[hops.length - trustedProxies]?.trim() ?? '';
  const [, v4, v6] = WITH_PORT.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}
