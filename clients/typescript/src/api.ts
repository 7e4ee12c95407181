/** Every operation of the API, generated from its OpenAPI document, and what connects them with a client. */
import { OWN_MEDIA_TYPE } from './auth.ts';
import { LatchkeyError } from './errors.ts';
import { type Client, createClient, createConfig } from './generated/client/index.ts';
import type { Latchkey } from './latchkey.ts';
import { idempotent } from './rows.gen.ts';

export type { Client } from './generated/client/index.ts';
export * from './generated/index.ts';

/**
 * What the generated operations take as `client`: `listUsers({ client: connect(latchkey), throwOnError: true })`. They answer
 * in Latchkey's own words whatever contract the deployment publishes, and fail with the errors of `@latchkey/client`.
 */
export function connect(latchkey: Pick<Latchkey, 'fetch' | 'root' | 'paths'>): Client {
  const client = createClient(
    createConfig({
      baseUrl: latchkey.root,
      headers: { Accept: OWN_MEDIA_TYPE },
      fetch: (input) => latchkey.fetch(input as Request),
    }),
  );
  client.interceptors.request.use((request, options) => {
    const row = `${request.method} ${options.url}`;
    if (takesKey.includes(row) && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    if (!(row in latchkey.paths)) return request;
    const url = latchkey.paths[row];
    if (!url) throw new LatchkeyError(`This contract has no ${row}.`);
    const { method, headers, signal } = request;
    const body = options.serializedBody as string | undefined;
    return new Request(client.buildUrl({ ...options, url }), { method, headers, signal, body });
  });
  return client;
}

const takesKey: readonly string[] = idempotent;
