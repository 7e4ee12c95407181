import { rmSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { keyRecordKey, sessionKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { MAX_SESSIONS_PER_USER } from '../../lambdas/sessions/sessions.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { type AnyTemplate, editedAssembly } from '../support/assembly.ts';
import { httpClient } from '../support/http.ts';
import { apiKey, PASSWORD, startTestStack } from '../support/stack.ts';

/** What a missing right looks like, and that no function has one too many. */
const ACCOUNT = { email: 'ada@example.com', password: PASSWORD };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanups.splice(0).reverse()) await step();
});

/** The default stack without a right of one function. */
async function without(functionName: string, action: string): Promise<LocalStack> {
  const folder = await editedAssembly({ profile: 'default' }, (template) =>
    remove(template, functionName, action),
  );
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const stack = await startStack({ assemblyDir: folder, log: null });
  cleanups.push(() => stack.stop());
  return stack;
}

function remove(template: AnyTemplate, functionName: string, action: string): void {
  let removed = 0;
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::IAM::Policy' || !id.startsWith(`Functions${functionName}`)) continue;
    for (const statement of Properties.PolicyDocument.Statement) {
      const kept = [statement.Action].flat().filter((each) => each !== action);
      removed += [statement.Action].flat().length - kept.length;
      statement.Action = kept.length === 0 ? ['none:None'] : kept;
    }
  }
  expect(removed, `${functionName} has ${action}`).toBeGreaterThan(0);
}

describe('a function without a right that it needs', () => {
  test('fails with a 5xx that says nothing, and the log names the action', async () => {
    const stack = await without('accounts', 'dynamodb:PutItem');
    const { send, close } = httpClient(stack.url);
    cleanups.push(close);
    const response = await send('POST /v1/auth/onboard', { json: ACCOUNT });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.text).not.toContain('dynamodb');
    expect(stack.rights().refused[0]).toMatch(
      /^User: arn:aws:sts::000000000000:assumed-role\/\S+ is not authorized to perform: dynamodb:PutItem on resource: \S+ because no identity-based policy allows the dynamodb:PutItem action$/,
    );
  });

  test('lets nobody in, where it is the authorizer', async () => {
    const stack = await without('authorizer', 'dynamodb:UpdateItem');
    const { send, close } = httpClient(stack.url);
    cleanups.push(close);
    const { api_key: key } = (await send('POST /v1/auth/onboard', { json: ACCOUNT })).json;
    expect((await send('GET /v1/stats', { headers: apiKey(key) })).status).toBe(500);
    expect(stack.rights().refused.join()).toContain('perform: dynamodb:UpdateItem');
  });

  test.each([
    ['stream', 'dynamodb:GetRecords', 'KeyStreamMapping'],
    ['stream', 'sqs:SendMessage', 'KeyStreamMapping'],
    ['usage', 'dynamodb:GetRecords', 'KeyStreamUsageMapping'],
    ['public', 'logs:PutLogEvents', 'Functionspublic'],
    ['public', 'xray:PutTraceSegments', 'Functionspublic'],
  ])('is not deployed, where Lambda needs it: %s without %s', async (name, action, need) => {
    await expect(without(name, action)).rejects.toThrow(new RegExp(`${need}\\w* needs ${action} on `));
  });

  test('is not deployed, where its secret cannot be rotated', async () => {
    await expect(without('rotation', 'secretsmanager:PutSecretValue')).rejects.toThrow(
      'perform: secretsmanager:PutSecretValue',
    );
  });
});

test('the rights that only rare events need are used: the 51st session, and a key that TTL deletes', async () => {
  // Nothing is swept but when the test says so.
  const stack = await startTestStack({ profile: 'default' }, { expiryIntervalMilliseconds: 3_600_000 });
  try {
    const account = await stack.onboard();
    const now = Math.floor(Date.now() / 1000);
    const sessions = new DynamoSessionStore(stack.table);
    for (let index = 0; index < MAX_SESSIONS_PER_USER; index += 1) {
      await sessions.create({
        sessionId: `earlier-${index}`,
        user: {
          tenantId: account.tenantId,
          userId: account.userId,
          role: 'admin',
          email: account.email,
          fullName: null,
        },
        authentication: { authTime: now, amr: ['pwd'] },
        workspaceId: account.workspaceId,
        origin: { actor: `user:${account.userId}`, requestId: 'r' },
        createdAt: now - 100 + index,
        expiresAt: now + 1000,
        endsAt: now + 1000,
      });
    }
    const key = await stack.createKey(await stack.logIn(account));
    expect((await stack.table.get(sessionKey('earlier-0')))?.st?.S).toBe('ended');

    const [, locator = ''] = /_([0-9A-Za-z]{12})[0-9A-Za-z]{38}$/.exec(key.key) ?? [];
    await stack.table.update(keyRecordKey(locator), {
      UpdateExpression: 'SET #ttl = :past',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':past': N(now - 10) },
    });
    expect(await stack.local.sweepExpired()).toBeGreaterThan(0);
    await stack.local.idle();
    const unused = (functionName: string, action: string) =>
      stack.local
        .rights()
        .used.every(
          ({ functionId, action: used }) =>
            !functionId.startsWith(`Functions${functionName}`) || used !== action,
        );
    expect(unused('accounts', 'dynamodb:DeleteItem')).toBe(false);
    expect(unused('stream', 'dynamodb:DeleteItem')).toBe(false);
  } finally {
    await stack.stop();
  }
});
