import { expect, test } from 'vitest';
import { AssertionError, verifyAssertion } from '../../lambdas/verify/assertion.ts';
import { verify } from '../../lambdas/verify/express.ts';
import { type NodeResponse, pathOf } from '../../lambdas/verify/node-request.ts';
import { startService } from './service.ts';

const REQUEST = { method: 'GET', url: '/items', headers: {}, rawHeaders: [], socket: {} };

/** As of `node:http`, after somebody else has answered. */
const ANSWERED: NodeResponse = {
  statusCode: 503,
  setHeader() {
    throw new Error('Cannot set headers after they are sent to the client');
  },
  end: () => undefined,
};

/** What a middleware gives to `next`: nobody hears of a promise that it rejects, and Node ends the process. */
const given = (middleware: (...all: [typeof REQUEST, NodeResponse, (error?: unknown) => void]) => void) =>
  new Promise<unknown>((resolve) => middleware({ ...REQUEST }, ANSWERED, resolve));

test('an answer that comes too late is an error of the request, and not the end of the process', async () => {
  const { verifier } = await startService();
  expect(await given(verify(verifier))).toMatchObject({
    message: expect.stringContaining('after they are sent'),
  });
  const refusing = {
    async verify(): Promise<never> {
      throw new AssertionError('missing', 'None.');
    },
  };
  expect(await given(verifyAssertion(refusing))).toMatchObject({
    message: expect.stringContaining('after they are sent'),
  });
});

test.each([
  ['the root of what is mounted', { baseUrl: '/v1', url: '/', originalUrl: '/v1' }, '/v1'],
  ['the same with a query', { baseUrl: '/v1', url: '/?x=1', originalUrl: '/v1?x=1' }, '/v1'],
  ['a slash that the client has sent', { baseUrl: '/v1', url: '/', originalUrl: '/v1/' }, '/v1/'],
  ['a path that is rewritten', { baseUrl: '/v2', url: '/a', originalUrl: '/v1' }, '/v2/a'],
  ['what nobody has mounted', { baseUrl: '', url: '/', originalUrl: '/' }, '/'],
])('the path of a request of Express is as it was sent: %s', (_, request, path) => {
  // An assertion is about that very path, and good for no other.
  expect(pathOf(request)).toBe(path);
});
