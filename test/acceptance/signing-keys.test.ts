import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeysetUse } from '../../lambdas/signing/control-facts.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { publicKeys, signingKey } from '../../lambdas/signing/keyset.ts';
import { revoke, signingKeys } from '../../ops/signing-keys.ts';
import { REPOSITORY } from '../../ops/surroundings.ts';
import { OpsError, type Target, targetOf } from '../../ops/target.ts';
import {
  type Account,
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

/** Rotation and revocation of signing keys under load, over HTTP, as clients and operators see it. */
const ROTATIONS = 10;
const REQUESTS_PER_SECOND = 200;
const PRIVATE_MEMBERS = /"(d|p|q|dp|dq|qi|k)":/;

let stack: TestStack;
let target: Target;
let outputsFile: string;
let ada: Account;

beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: { ...ROOMY_TIER, rate: 10_000 } } },
  });
  ada = await stack.onboard();
  const { local } = stack;
  outputsFile = join(mkdtempSync(join(tmpdir(), 'latchkey-ops-')), 'outputs.json');
  const noted = {
    ...local.outputs,
    DynamodbEndpoint: local.dynamodbEndpoint,
    SecretsEndpoint: local.secretsEndpoint,
    Region: local.region,
    LocalCredentials: JSON.stringify(local.credentials),
  };
  writeFileSync(outputsFile, JSON.stringify({ local: noted }));
  target = targetOf({ outputs: outputsFile }, REPOSITORY);
});
afterAll(async () => {
  rmSync(dirname(outputsFile), { recursive: true, force: true });
  await stack?.stop();
});

/** As many connections as clients have, so that a slow machine is asked less often and not drowned. */
const MAX_IN_FLIGHT = 16;

/** Sends requests at a steady rate until it is stopped; counts what succeeded and keeps what did not. */
function load(perSecond: number, request: () => Promise<number>) {
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let [due, succeeded, last] = [0, 0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    // What a slow moment kept from being sent is not sent in a burst after it.
    due = Math.min(due + ((now - last) / 1000) * perSecond, MAX_IN_FLIGHT);
    last = now;
    for (; due >= 1 && running.size < MAX_IN_FLIGHT; due -= 1) {
      const call = request().then(
        (status) => {
          if (status === 200) succeeded += 1;
          else failures.push(String(status));
        },
        (error: Error) => void failures.push(error.message),
      );
      running.add(call);
      void call.finally(() => running.delete(call));
    }
  }, 5);
  return {
    failures,
    /** Resolves when `count` more have succeeded, or one has failed. */
    async next(count: number) {
      const goal = succeeded + count;
      while (succeeded < goal && failures.length === 0) await sleep(20);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

const me = async (token: string) => (await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status;
const logIn = async () =>
  expectStatus(
    await stack.send('POST /v1/auth/login', { json: { email: ada.email, password: PASSWORD } }),
    200,
  ).json;

/** Makes every key of the present keyset one that signs now, as if ten minutes had passed. */
async function skipPublicationTime(): Promise<void> {
  for (const use of ['token', 'assertion'] as const) await skipPublicationTimeOf(use);
}

async function skipPublicationTimeOf(use: KeysetUse): Promise<void> {
  const keyset = await stack.keyset(use);
  const now = Math.floor(Date.now() / 1000);
  const keys = keyset.keys.map((key, index) => ({
    ...key,
    signsFrom: Math.min(key.signsFrom, now - 100 + index),
  }));
  await new ControlStore(target.table).publish(keyset.version, publicKeys({ ...keyset, keys }), use);
  await target.secrets.send(
    new PutSecretValueCommand({
      SecretId: target.secretIds[use],
      SecretString: JSON.stringify({ ...keyset, keys }),
    }),
  );
}

test('ten rotations in a row under load fail no request and log nobody out, and each key comes to sign', {
  timeout: 600_000,
}, async () => {
  const first = await logIn();
  const tokens: string[] = [first.access_token];
  let refreshToken: string = first.refresh_token;
  const calls = load(REQUESTS_PER_SECOND, () => me(tokens[Math.floor(Math.random() * tokens.length)] ?? ''));
  const refreshes = load(5, async () => {
    const response = await stack.send('POST /v1/auth/refresh', { json: { refresh_token: refreshToken } });
    if (response.status === 200) {
      refreshToken = response.json.refresh_token;
      tokens.push(response.json.access_token);
    }
    return response.status;
  });
  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    await stack.local.rotateSecret('Keyset');
    // Two seconds' worth: verifiers have seen the keys by then. So may the keys sign, whose ten minutes nobody waits for here.
    await Promise.all([sleep(2100), calls.next(2 * REQUESTS_PER_SECOND)]);
    await skipPublicationTime();
  }
  await stack.local.rotateSecret('Keyset');
  await calls.next(REQUESTS_PER_SECOND);
  await Promise.all([calls.stop(), refreshes.stop()]);
  expect([calls.failures, refreshes.failures]).toEqual([[], []]);
  const kids = new Set(tokens.map((token) => decodeProtectedHeader(token).kid));
  expect(kids.size).toBeGreaterThanOrEqual(ROTATIONS);
  // The very first token still works.
  expect(await me(first.access_token)).toBe(200);
  const jwks = await stack.send('GET /.well-known/jwks.json');
  expect(jwks.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
  expect(jwks.text).not.toMatch(PRIVATE_MEMBERS);
  for (const kid of kids) expect(jwks.json.keys.map((key: { kid: string }) => key.kid)).toContain(kid);
  expect(stack.lines.join('\n')).not.toMatch(/PRIVATE KEY|\\?"d\\?":/);
});

describe('the emergency revocation', () => {
  test('from its answer on no token of the key is accepted, and new ones are', async () => {
    const { access_token: token, refresh_token } = await logIn();
    const kid = decodeProtectedHeader(token).kid ?? '';
    const sentAt: { at: number; status: number }[] = [];
    const calls = load(100, async () => {
      const at = performance.now();
      const status = await me(token);
      sentAt.push({ at, status });
      return status === 401 ? 200 : status;
    });
    await calls.next(20);
    await revoke(kid, target, () => undefined);
    const answeredAt = performance.now();
    await sleep(1500);
    await calls.stop();
    expect(calls.failures).toEqual([]);
    expect(sentAt.some(({ status }) => status === 200)).toBe(true);
    expect(sentAt.filter(({ at, status }) => at >= answeredAt && status !== 401)).toEqual([]);
    // Nothing signs with it any more, in any instance, and sessions go on.
    const refreshed = expectStatus(
      await stack.send('POST /v1/auth/refresh', { json: { refresh_token } }),
      200,
    ).json;
    expect(decodeProtectedHeader(refreshed.access_token).kid).not.toBe(kid);
    expect(await me(refreshed.access_token)).toBe(200);
    expect(await me((await logIn()).access_token)).toBe(200);
    expect((await stack.send('GET /.well-known/jwks.json')).text).not.toContain(kid);
    expect((await stack.keyset()).keys.map((key) => key.kid)).not.toContain(kid);
  });

  test('a kid that there is not is an error, and changes nothing', async () => {
    const before = await signingKeys(target);
    await expect(revoke('no-such-kid', target, () => undefined)).rejects.toThrow(OpsError);
    expect((await signingKeys(target)).version).toBe(before.version);
  });
});

test('the command shows state, age and the next date, and never a private key', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, '../../ops/main.ts'),
    'signing-keys',
    '--outputs',
    outputsFile,
  ]);
  const kid = signingKey(await stack.keyset(), 'token', Math.floor(Date.now() / 1000))?.kid ?? '';
  expect(stdout).toMatch(new RegExp(`${kid}.*token.*ES256.*signs.*0 d 0 h`));
  expect(stdout).toMatch(/next_rotation: \d{4}-\d\d-\d\dT/);
  const inThirtyDays = Date.now() + 30 * 86_400_000;
  const { nextRotation } = await signingKeys(target);
  expect(Math.abs((nextRotation?.getTime() ?? 0) - inThirtyDays)).toBeLessThan(300_000);
});
