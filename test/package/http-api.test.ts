/** An app with an HTTP API, and FastAPI behind it. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { exampleWithLimit } from './apps.ts';
import { call, customer, type Dev, doorOf, startDev } from './dev.ts';

let dev: Dev;
let [notes, door] = ['', ''];

beforeAll(async () => {
  const folder = exampleWithLimit(inject('package'), 'http-api-fastapi');
  execFileSync('npm', ['run', '--silent', 'packages'], { cwd: folder, stdio: 'ignore' });
  dev = await startDev(folder);
  notes = dev.outputs.NotesUrl ?? '';
  door = doorOf(dev);
});
afterAll(() => dev?.stop());

test('200 with the identity in FastAPI, 403 without a credential, without the scope and over the limit', async () => {
  const { tenantId, key, readingKey } = await customer(door);
  // An HTTP API knows no other way to refuse, but with the middleware of `latchkey/verify`.
  expect((await call(`GET ${notes}/notes`)).status).toBe(403);
  const answer = await call(`GET ${notes}/notes`, key);
  expect(answer).toMatchObject({ status: 200, body: { tenant: tenantId, kind: 'key' } });
  expect((await call(`POST ${notes}/notes`, readingKey, {})).status).toBe(403);
  expect((await call(`GET ${notes}/notes`, readingKey)).status).toBe(200);
  const statuses = [];
  for (let sent = 0; sent < 6; sent += 1) statuses.push((await call(`GET ${notes}/notes`, key)).status);
  expect(new Set(statuses)).toEqual(new Set([200, 403]));
});
