import { createClient, type UserConfig } from '@hey-api/openapi-ts';

/** Which operations of a document a client has. */
export type Filters = NonNullable<UserConfig['parser']>['filters'];

/** Writes the operations of an OpenAPI document as TypeScript on `fetch`, with their types, into a folder, which it empties. */
export async function writeTypeScriptClient(
  document: Readonly<Record<string, unknown>>,
  folder: string,
  filters?: Filters,
): Promise<void> {
  await createClient({
    input: document,
    output: { path: folder, importFileExtension: '.ts' },
    ...(filters === undefined ? {} : { parser: { filters } }),
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'error' },
  });
}
