/** What the doctor says of a name and its certificate, on a server that has each fault. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { Api } from '../../doctor/api.ts';
import { reachProbes } from '../../doctor/probes/reach.ts';
import { type KeyAndCertificate, selfSigned } from '../support/certificate.ts';

const authorities = getCACertificates('default');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  setDefaultCACertificates(authorities);
  for (const step of cleanups.splice(0)) await step();
});

const probe = (id: string, url: string) => {
  const found = reachProbes(new Api(url)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no probe ${id}.`);
  return found.run();
};

/** What is found at a server with this certificate. */
async function certificateOf(pair: KeyAndCertificate, trusted: boolean) {
  if (trusted) setDefaultCACertificates([...authorities, pair.cert]);
  const server = createServer(pair).listen(0, '127.0.0.1');
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  await once(server, 'listening');
  return probe('certificate', `https://localhost:${(server.address() as AddressInfo).port}`);
}

describe('a certificate', () => {
  test('that is trusted and lasts is ok', async () => {
    expect(await certificateOf(selfSigned('localhost', 90), true)).toEqual({
      status: 'ok',
      found: expect.stringMatching(/trusted and valid for (89|90) more days/),
    });
  });

  test.each<[string, KeyAndCertificate, boolean, RegExp, RegExp]>([
    ['that nobody trusts', selfSigned('localhost', 90), false, /not trusted \(DEPTH_ZERO_/, /ACM/],
    ['that ends soon', selfSigned('localhost', 20.5), true, /ends in 20 days/, /why it was not renewed/],
    [
      'that has ended',
      selfSigned('localhost', -3),
      true,
      /ended on \d{4}-\d\d-\d\d\.$/,
      /why it was not renewed/,
    ],
    ['of another name', selfSigned('api.example.com', 90), true, /not for localhost/, /certificateArn/],
  ])('%s is wrong, with what to do', async (_, pair, trusted, found, fix) => {
    expect(await certificateOf(pair, trusted)).toEqual({
      status: 'wrong',
      found: expect.stringMatching(found),
      fix: expect.stringMatching(fix),
    });
  });

  test('is not looked for at a URL without one', async () => {
    expect((await probe('certificate', 'http://127.0.0.1:1')).status).toBe('not checked');
  });
});

describe('a name', () => {
  test('that leads somewhere is ok', async () => {
    expect((await probe('dns', 'https://localhost')).status).toBe('ok');
  });

  test('that leads nowhere is wrong, with what to do', async () => {
    expect(await probe('dns', 'https://latchkey.invalid')).toEqual({
      status: 'wrong',
      found: 'latchkey.invalid has no address.',
      fix: expect.stringContaining('DomainTarget'),
    });
  });
});
