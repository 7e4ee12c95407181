import { describe, expect, test } from 'vitest';
import { symmetricKeys } from '../../lambdas/signing/symmetric-keys.ts';

const keyset = (...kids: string[]) =>
  JSON.stringify({
    version: 1,
    keys: kids.map((kid) => ({ kid, use: 'token', algorithm: 'HS256', jwk: { kty: 'oct', k: btoa(kid) } })),
  });

/** A secret whose stages hold these keysets, and the stages that were read of it. */
function secret(stages: Record<string, string | Error>) {
  const reads: string[] = [];
  const read = async (stage: string) => {
    reads.push(stage);
    const text = stages[stage];
    if (text === undefined || text instanceof Error) throw text ?? new Error('ResourceNotFoundException');
    return text;
  };
  return { reads, stages, keys: symmetricKeys(read) };
}

const textOf = (secretBytes: Uint8Array | undefined) => secretBytes && Buffer.from(secretBytes).toString();

describe('the secrets of HS256 keys', () => {
  test('are read once for all requests that wait for one, and never again', async () => {
    const { keys, reads } = secret({ AWSCURRENT: keyset('a') });
    const found = await Promise.all(Array.from({ length: 10 }, () => keys('a', 1)));
    expect(found.map(textOf)).toEqual(Array(10).fill('a'));
    await keys('a', 1);
    expect(reads).toEqual(['AWSCURRENT']);
  });

  test('are found in AWSPENDING while a rotation is not finished, also after another key of that version', async () => {
    const { keys } = secret({ AWSCURRENT: keyset('a'), AWSPENDING: keyset('a', 'b') });
    expect(textOf(await keys('a', 2))).toBe('a');
    expect(textOf(await keys('b', 2))).toBe('b');
  });

  test('a published kid that the secret lacks is looked up once for each version', async () => {
    const { keys, reads } = secret({ AWSCURRENT: keyset('a'), AWSPENDING: keyset('a') });
    expect(await keys('gone', 1)).toBeUndefined();
    expect(await keys('gone', 1)).toBeUndefined();
    expect(reads).toHaveLength(2);
    await keys('gone', 2);
    expect(reads).toHaveLength(4);
  });

  test('a secret that could not be read is an error, and is read again', async () => {
    const { keys, stages } = secret({ AWSCURRENT: new Error('down') });
    await expect(keys('a', 1)).rejects.toThrow('down');
    stages.AWSCURRENT = keyset('a');
    expect(textOf(await keys('a', 1))).toBe('a');
  });
});
