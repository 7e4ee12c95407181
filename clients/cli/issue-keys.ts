import {
  type ApiKey,
  type CreateKeyRequest,
  connect,
  createKey,
  type RotateKeyRequest,
  revokeKey,
  rotateKey,
} from '../typescript/src/api.ts';
import type { Latchkey } from '../typescript/src/index.ts';
import type { EnvFile } from './env-file.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** A key with its secret, which is shown once. */
export interface Issued {
  /** What is known of the key; never the key itself. */
  readonly view: ApiKey;
  readonly key: string;
}

/** Makes a key. Throws where its answer was lost, with what to do. */
export async function issueKey(latchkey: Latchkey, body: CreateKeyRequest): Promise<Issued> {
  const { data } = await createKey({ client: connect(latchkey), throwOnError: true, body });
  const { key, ...view } = data;
  if (key !== undefined) return { view, key };
  throw new CliError(
    EXIT.failed,
    `The answer that showed the new key was lost: latchkey keys rotate ${view.id} gives it one that you see.`,
  );
}

/** Makes a key that goes into a file and nowhere else; one that cannot be written there is revoked again. */
export async function issueKeyInto(
  file: EnvFile,
  latchkey: Latchkey,
  body: CreateKeyRequest,
): Promise<ApiKey> {
  const { view, key } = await issueKey(latchkey, body);
  try {
    await file.write(key);
  } catch (error) {
    await revokeKey({ client: connect(latchkey), throwOnError: true, path: { id: view.id } });
    throw error;
  }
  return view;
}

/** Gives a key another secret. */
export async function reissueKey(latchkey: Latchkey, id: string, body: RotateKeyRequest): Promise<Issued> {
  const { data } = await rotateKey({ client: connect(latchkey), throwOnError: true, path: { id }, body });
  const { key, ...view } = data;
  return { view, key };
}

/** As {@link reissueKey}, into a file and nowhere else. Throws `CliError` where the file takes it not, with what to do. */
export async function reissueKeyInto(
  file: EnvFile,
  latchkey: Latchkey,
  id: string,
  body: RotateKeyRequest,
): Promise<ApiKey> {
  const { view, key } = await reissueKey(latchkey, id, body);
  try {
    await file.write(key);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    throw new CliError(
      EXIT.failed,
      `The key was rotated, and could not be written (${why}): rotate it again in 10 seconds.`,
      { cause },
    );
  }
  return view;
}
