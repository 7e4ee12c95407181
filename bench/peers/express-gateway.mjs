/**
 * express-gateway before an upstream, with its policies for keys, limits and proxying: a key is looked up and counted, and the
 * call forwarded. It keeps both in its own stand-in for Redis, in memory, which no network stands before. Prints where it is and
 * a key. Argument: the upstream's URL.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const [, , upstream] = process.argv;

/** It says nowhere which port it was given. */
const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address();
probe.close();
await once(probe, 'close');

const system = {
  db: { redis: { emulate: true, namespace: 'EG' } },
  crypto: { cipherKey: 'of this bench alone', algorithm: 'aes256', saltRounds: 10 },
  session: { secret: 'of this bench alone', resave: false, saveUninitialized: false },
};
// biome-ignore lint/suspicious/noTemplateCurlyInString: express-gateway reads it.
const BY_CONSUMER = '${consumer.id}';
const gateway = {
  http: { port, hostname: '127.0.0.1' },
  apiEndpoints: { api: { host: '*', paths: '/*' } },
  serviceEndpoints: { upstream: { url: upstream } },
  policies: ['key-auth', 'rate-limit', 'proxy'],
  pipelines: {
    main: {
      apiEndpoints: ['api'],
      policies: [
        { 'key-auth': [{ action: { apiKeyHeader: 'x-api-key', disableHeadersScheme: true } }] },
        // It counts, as Latchkey does; nobody is to run into the limit or be slowed, which would be timed.
        {
          'rate-limit': [
            { action: { max: 10_000_000, delayAfter: 0, windowMs: 60_000, rateLimitBy: BY_CONSUMER } },
          ],
        },
        { proxy: [{ action: { serviceEndpoint: 'upstream' } }] },
      ],
    },
  },
};
const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-gateway-'));
process.once('SIGTERM', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
const shipped = join(dirname(require.resolve('express-gateway/package.json')), 'lib/config/models');
await cp(shipped, join(folder, 'models'), { recursive: true });
await writeFile(join(folder, 'system.config.json'), JSON.stringify(system));
await writeFile(join(folder, 'gateway.config.json'), JSON.stringify(gateway));
process.env.LOG_LEVEL = 'error';
await require('express-gateway')().load(folder).run();

const { credential, user } = require('express-gateway/lib/services');
const consumer = { username: 'bench', firstname: 'Bench', lastname: 'Bench', email: 'bench@example.com' };
const { id } = await user.insert(consumer);
const { keyId, keySecret } = await credential.insertCredential(id, 'key-auth', {});
console.log(
  JSON.stringify({ url: `http://127.0.0.1:${port}/`, headers: { 'X-API-Key': `${keyId}:${keySecret}` } }),
);
