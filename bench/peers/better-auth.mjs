/**
 * better-auth with its api-key plugin, on SQLite, behind Node's own server: asked by key who is calling, as `GET
 * /v1/auth/me` is. Prints where it is and a key, so that another process can call it. Arguments: one that it does not need, and
 * `on-disk`, as its installation guide has its database; without it that is in memory.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';

const folder = process.argv[3] === 'on-disk' ? mkdtempSync(join(tmpdir(), 'better-auth-')) : undefined;
if (folder !== undefined)
  for (const event of ['SIGTERM', 'SIGINT'])
    process.once(event, () => {
      rmSync(folder, { recursive: true });
      process.exit();
    });

const options = {
  database: new DatabaseSync(folder === undefined ? ':memory:' : join(folder, 'sqlite.db')),
  baseURL: 'http://127.0.0.1',
  secret: 'a secret of this bench alone, 40 letters',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  plugins: [
    apiKey({
      enableSessionForAPIKeys: true,
      // It counts, as Latchkey does; nobody is to run into the limit, which would time the refusal.
      rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 10_000_000 },
    }),
  ],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const { user } = await auth.api.signUpEmail({
  body: { email: 'bench@example.com', password: 'correct horse battery staple', name: 'Bench' },
});
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } });

const server = createServer(toNodeHandler(auth));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(
  JSON.stringify({
    url: `http://127.0.0.1:${server.address().port}/api/auth/get-session`,
    headers: { 'X-API-Key': key },
    expected: user.email,
  }),
);
