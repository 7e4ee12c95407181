/** docs/performance.md, "Calls of DynamoDB": what each operation sends to the table, counted before it gets there. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editedAssembly } from '../support/assembly.ts';
import { bearer, contents, PASSWORD, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { startWatchedEngine, type WatchedCall, type WatchedEngine } from '../support/watched-engine.ts';

let engine: WatchedEngine;
let stack: TestStack;
let assemblyDir = '';
let calls: string[] = [];
beforeAll(async () => {
  engine = await startWatchedEngine();
  assemblyDir = await editedAssembly({ profile: 'default' }, ({ Resources }) => {
    // What follows the stream or the clock calls when it will.
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type === 'AWS::Lambda::EventSourceMapping') Properties.Enabled = false;
      if (Type === 'AWS::Events::Rule' || Type === 'AWS::Scheduler::Schedule') Properties.State = 'DISABLED';
    }
  });
  const dynamodb = { endpoint: engine.endpoint };
  stack = await startTestStack({ profile: 'default' }, { assemblyDir, dynamodb });
  engine.before = async (call) => {
    if (!isCopy(call)) calls.push(call.action);
    return true;
  };
});
afterAll(async () => {
  await stack.stop();
  await engine.stop();
  rmSync(assemblyDir, { recursive: true, force: true });
});

/** Whether it renews what instances hold of CONTROL and of tenants, for two seconds: no operation's own call. */
function isCopy({ action, body }: WatchedCall): boolean {
  if (action !== 'BatchGetItem') return false;
  const tables: { Keys: { SK: { S: string } }[] }[] = Object.values(JSON.parse(body).RequestItems);
  return tables.flatMap(({ Keys }) => Keys).every(({ SK }) => ['CONTROL', 'TENANT'].includes(SK.S));
}

/** What an operation calls, when nothing else does. */
async function callsOf(operation: () => Promise<unknown>): Promise<string[]> {
  calls = [];
  await operation();
  return calls.sort();
}

/** The rows of the table: an operation, and its calls. */
const documented = new Map(
  readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')
    .split('### Calls of DynamoDB\n')[1]
    ?.split('\n### ')[0]
    ?.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name, count]) => name !== undefined && /^\d+$/.test(count ?? ''))
    .map(([, name = '', count, which = '']) => [name, { count: Number(count), which }]),
);

/** As the table writes them: `GetItem ×2, UpdateItem`. */
function written(actions: readonly string[]): string {
  return [...new Set(actions)]
    .map((action) => {
      const times = actions.filter((each) => each === action).length;
      return times === 1 ? `\`${action}\`` : `\`${action}\` ×${times}`;
    })
    .join(', ');
}

describe('what is documented of each operation is what it calls', () => {
  const operations: Record<string, () => Promise<unknown>> = {};
  beforeAll(async () => {
    const account = await stack.onboard();
    const login = contents(
      await stack.send(`POST ${stack.path('login')}`, { json: { email: account.email, password: PASSWORD } }),
    );
    const token: string = login.access_token;
    const refreshing = contents(
      await stack.send(`POST ${stack.path('login')}`, { json: { email: account.email, password: PASSWORD } }),
    );
    const created = await stack.createKey(token);
    const other = await stack.createKey(token);
    const people = { email: account.email, password: PASSWORD };
    Object.assign(operations, {
      'a decision by key': () => stack.raw('GET /v1/echo', withKey(account.apiKey)),
      'a decision by session': () => stack.raw('GET /v1/echo', { headers: bearer(token) }),
      'log in': () => stack.send(`POST ${stack.path('login')}`, { json: people }),
      'log in with a wrong password': () =>
        stack.send(`POST ${stack.path('login')}`, { json: { ...people, password: 'Wrong-Password-1!' } }),
      refresh: () =>
        stack.send(`POST ${stack.path('refresh')}`, {
          json: { refresh_token: refreshing.refresh_token },
        }),
      onboard: () => stack.onboard(),
      'create a key': () => stack.createKey(token),
      'list keys, up to a hundred': () =>
        stack.send(`GET ${stack.path('listKeys')}`, { headers: bearer(token) }),
      'rotate a key': () =>
        stack.send(`POST ${stack.path('rotateKey').replace('{id}', created.id)}`, {
          headers: bearer(token),
          json: {},
        }),
      'revoke a key': () =>
        stack.send(`DELETE ${stack.path('revokeKey').replace('{id}', other.id)}`, { headers: bearer(token) }),
      'export, of a small tenant': () =>
        stack.send(`GET ${stack.path('exportTenant')}`, { headers: bearer(token) }),
    });
  });

  test('each operation has a row, and no other', () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(operations).sort());
  });

  test.each([...documented])('%s', async (name, { count, which }) => {
    const actions = await callsOf(operations[name] ?? (() => Promise.reject(new Error('no such operation'))));
    expect(written(actions)).toBe(which);
    expect(actions).toHaveLength(count);
  });
});
