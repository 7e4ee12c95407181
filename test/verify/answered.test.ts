import { expect, test } from 'vitest';
import { AssertionError, verifyAssertion } from '../../lambdas/verify/assertion.ts';
import { verify } from '../../lambdas/verify/express.ts';
import type { NodeResponse } from '../../lambdas/verify/node-request.ts';
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
