import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';

/**
 * `node bin/console-client.ts [DIR]`: generates the console's API client from the default profile's OpenAPI document, with
 * its types. What people and clients do in a browser, and what only other programs call, is left out.
 */
const ROOT = join(import.meta.dirname, '..');
const [target = join(ROOT, 'console/api/generated')] = process.argv.slice(2);

/** Without references to headers: the generator makes nothing of them, but warns of each. */
const api = JSON.parse(readFileSync(join(ROOT, 'docs/openapi/default.json'), 'utf8'), (_name, value) =>
  value?.$ref?.startsWith('#/components/headers/') ? undefined : value,
);

await createClient({
  input: api,
  output: { path: target, importFileExtension: '.ts' },
  parser: {
    filters: {
      tags: {
        exclude: ['Pages', 'Console', 'Tokens', 'Discovery', 'Service', 'Administration'],
      },
      operations: {
        exclude: [
          'GET /authorize',
          'POST /authorize',
          'POST /token',
          'POST /revoke',
          'POST /introspect',
          'POST /device_authorization',
          'GET /device',
          'POST /device',
        ],
      },
      orphans: false,
    },
  },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  logs: { level: 'error' },
});
