import { expect, test } from 'vitest';
import { clientAddress } from '../../lambdas/verify/client-address.ts';

const PEER = '10.0.0.1';
const forwarded = (...values: string[]) => ({ 'X-Forwarded-For': values });

test.each([
  ['without a proxy it is the peer’s, whatever the client says', forwarded('198.51.100.7'), 0, PEER],
  ['behind one proxy it is the last', forwarded('6.6.6.6, 192.0.2.7'), 1, '192.0.2.7'],
  ['of headers that come twice it is the last of the last', forwarded('192.0.2.7', '6.6.6.6'), 1, '6.6.6.6'],
  ['behind two it is the one before', forwarded('6.6.6.6, 192.0.2.7, 10.0.0.2'), 2, '192.0.2.7'],
  ['a port is cut off', forwarded('192.0.2.7:4711'), 1, '192.0.2.7'],
  ['of IPv6 too', forwarded('[2001:db8::7]:4711'), 1, '2001:db8::7'],
  ['an IPv6 address stands as it is', forwarded('2001:db8::7'), 1, '2001:db8::7'],
  ['who has not come through all proxies has none', forwarded('192.0.2.7'), 2, ''],
  ['nor has who comes without the header', {}, 1, ''],
])('%s', (_, headers, proxies, address) => {
  expect(clientAddress(PEER, headers, proxies)).toBe(address);
});
