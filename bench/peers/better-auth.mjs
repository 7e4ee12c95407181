/**
 * better-auth with its api-key plugin, on SQLite in memory, behind Node's own server: each request's key is verified, and a
 * good one is answered. Prints where it is and a key, so that another process can call it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';

const options = {
  database: new DatabaseSync(':memory:'),
  baseURL: 'http://127.0.0.1',
  secret: 'a secret of this bench alone, 40 letters',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  // It counts, as Latchkey does; nobody is to run into the limit, which would time the refusal.
  plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 10_000_000 } })],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const { user } = await auth.api.signUpEmail({
  body: { email: 'bench@example.com', password: 'correct horse battery staple', name: 'Bench' },
});
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } });

const server = createServer(async (request, response) => {
  const { valid } = await auth.api.verifyApiKey({ body: { key: request.headers['x-api-key'] } });
  response
    .writeHead(valid ? 200 : 401, { 'content-type': 'application/json' })
    .end(JSON.stringify({ valid }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(
  JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/`, headers: { 'X-API-Key': key } }),
);
