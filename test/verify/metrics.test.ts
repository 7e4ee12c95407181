import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { VerifierChoices } from '../../lambdas/verify/verifier.ts';
import { ADDRESS } from '../support/tenants.ts';
import { bearer, type Service, startService } from './service.ts';

/** The lines of decisions; that each way in writes them is held by `adapter-suite.ts`. */
let service: Service;
let lines: string[];
let printed: string[];
beforeAll(async () => {
  service = await startService();
});
beforeEach(() => {
  lines = [];
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function ask(choices: VerifierChoices, request: object = {}, context: object = {}) {
  const { key } = await service.tenant.createKey({ scopes: ['read'] });
  const call = { method: 'GET', path: '/items/7', headers: bearer(key), sourceAddress: ADDRESS };
  const verifier = service.verifierWith(choices, context);
  await verifier.verify({ ...call, requestId: 'r-1', ...request });
  return { key, verifier, call };
}

const toLines: VerifierChoices = { metrics: (line) => lines.push(line) };

test('the line of a decision is that of the authorizer: route, caller, count and time, and no path', async () => {
  const { key } = await ask({ ...toLines, rules: { 'GET /items/{id}': 'read' } });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'INFO',
    request_id: 'r-1',
    route: 'GET /items/{id}',
    tenant: service.tenant.tenantId,
    principal: expect.stringMatching(/^key:/),
    outcome: 'allowed',
    Decisions: 1,
    DecisionsLatency: expect.any(Number),
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'Latchkey/Test',
          Dimensions: [['outcome']],
          Metrics: [
            { Name: 'Decisions', Unit: 'Count' },
            { Name: 'DecisionsLatency', Unit: 'Milliseconds' },
          ],
        },
      ],
    },
  });
  expect(lines[0]).not.toContain(key);
  expect(lines[0]).not.toContain('/items/7');
});

test('a path that no rule names is not told, and a refusal says why', async () => {
  await ask(toLines, { method: 'POST' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    route: 'POST *',
    outcome: 'forbidden',
    reason: 'insufficient_scope',
  });
});

test('a key that nobody has is counted as a guess, with who sent it', async () => {
  await ask(toLines, { headers: bearer(service.credentials.unknown) });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    outcome: 'refused',
    UnknownKeys: 1,
    address: ADDRESS,
  });
});

test('that the table does not answer is a decision that failed, with its cause', async () => {
  service.isDown = true;
  await ask(toLines);
  service.isDown = false;
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'ERROR',
    outcome: 'failed',
    cause: 'Error: the table does not answer',
  });
});

test('allowed decisions share a line where the configuration says so, and others have their own', async () => {
  const { verifier, call } = await ask(toLines, {}, { allowedDecisionsPerLogLine: 2 });
  await verifier.verify(call);
  await verifier.verify({ ...call, method: 'POST' });
  await verifier.verify(call);
  // The first line comes at once, whatever has been gathered.
  expect(lines.map((line) => JSON.parse(line)).map(({ outcome, Decisions }) => [outcome, Decisions])).toEqual(
    [
      ['allowed', 1],
      ['forbidden', 1],
      ['allowed', 2],
    ],
  );
});

describe('stdout', () => {
  test.each<[string, VerifierChoices, boolean, number]>([
    ['has the lines in a Lambda function', {}, true, 1],
    ['has none in any other process', {}, false, 0],
    ['has them where they are wanted', { metrics: true }, false, 1],
    ['has none where they are not', { metrics: false }, true, 0],
    ['has none where they go elsewhere', { metrics: () => undefined }, true, 0],
  ])('%s', async (_, choices, isOnLambda, count) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', isOnLambda ? 'orders' : undefined);
    await ask(choices);
    expect(printed).toHaveLength(count);
    for (const line of printed)
      expect(JSON.parse(line)).toMatchObject({ outcome: 'allowed', _aws: expect.anything() });
  });
});
