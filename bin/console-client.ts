import { join } from 'node:path';
import { routes } from '../lambdas/table/index.ts';
import { withoutHeaders } from '../lib/clients/document.ts';
import { openApiDocument } from '../lib/openapi/document.ts';
import { PROFILES_OWN, rightsOf } from '../lib/rights.ts';
import { profile } from '../profiles/default.ts';
import { writeTypeScriptClient } from '../toolchain/typescript-client.ts';

/**
 * `node bin/console-client.ts [DIR]`: generates the console's API client from the default profile's OpenAPI document, with
 * its types and with the rows of operators, which only a configuration switches on. What people and clients do in a browser, and what only other programs call, is left out.
 */
const ROOT = join(import.meta.dirname, '..');
const [target = join(ROOT, 'console/api/generated')] = process.argv.slice(2);

const document = openApiDocument(routes, { ...profile, hasOperators: true }, rightsOf(PROFILES_OWN, profile));
const api = JSON.parse(JSON.stringify(document, withoutHeaders));

await writeTypeScriptClient(api, target, {
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
});
