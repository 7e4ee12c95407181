import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AssertionError, createAssertionVerifier } from '../../lambdas/verify/assertion.ts';
import { assertionVectors, VECTORS_FILE, type Vectors } from './assertion-vectors.ts';

const COMMITTED: Vectors = JSON.parse(readFileSync(VECTORS_FILE, 'utf8'));
const FRESH = await assertionVectors();

afterEach(() => vi.useRealTimers());

test('the committed vectors are all that there are: else run node test/verify/assertion-vectors.ts', () => {
  const expectations = ({ vectors }: Vectors) => vectors.map(({ header: _, ...expected }) => expected);
  expect(expectations(COMMITTED)).toEqual(expectations(FRESH));
});

describe.each([
  ['committed', COMMITTED],
  ['fresh', FRESH],
])('of the %s assertions', (_, { issuer, jwks, vectors }) => {
  test.each(vectors)('one $name ends as it must', async ({ header, method, path, at, fault, identity }) => {
    vi.useFakeTimers({ now: at * 1000, toFake: ['Date'] });
    const verifier = createAssertionVerifier({ issuer, fetch: async () => Response.json(jwks) });
    const found = await verifier.verify(header, { method, path }).then(
      ({ clientAddress, requestId, keyId, userId, clientId, ...rest }) => ({
        ...rest,
        client_address: clientAddress,
        request_id: requestId,
        key_id: keyId ?? null,
        user_id: userId ?? null,
        client_id: clientId ?? null,
      }),
      (error: unknown) => (error instanceof AssertionError ? error.code : error),
    );
    expect(found).toEqual(identity ?? fault);
  });
});
