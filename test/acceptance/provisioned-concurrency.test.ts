/** Functions with started instances are called by an alias: the gateway, the authorizer and both permissions name it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { editedAssembly } from '../support/assembly.ts';
import { PASSWORD, startTestStack, type TestStack, withKey } from '../support/stack.ts';

const configuration = {
  profile: 'default',
  config: { provisionedConcurrency: { authorizer: 1, accounts: 1, public: 1 } },
};

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack(configuration);
});
afterAll(async () => {
  await stack.stop();
});

test('whoever signs up by such a function is let in by such an authorizer, and nobody else', async () => {
  const { apiKey } = await stack.onboard();
  expect((await stack.send('GET /v1/auth/me', withKey(apiKey))).status).toBe(200);
  expect((await stack.send('GET /v1/auth/me', withKey(`${apiKey.slice(0, -1)}!`))).status).toBe(401);
});

test('a right to call the function is none to call its alias', async () => {
  const assemblyDir = await editedAssembly(configuration, ({ Resources }) => {
    const [id] =
      Object.entries(Resources).find(
        ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith('Functionsaccounts'),
      ) ?? [];
    for (const { Type, Properties } of Object.values(Resources))
      if (Type === 'AWS::Lambda::Permission' && JSON.stringify(Properties.FunctionName).includes('accounts'))
        Properties.FunctionName = { 'Fn::GetAtt': [id, 'Arn'] };
  });
  const other = await startTestStack(configuration, { assemblyDir });
  try {
    const body = JSON.stringify({ email: 'someone@example.com', password: PASSWORD });
    expect(
      (await other.raw('POST /v1/auth/onboard', { body, headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(503);
  } finally {
    await other.stop();
  }
});
