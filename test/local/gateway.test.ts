import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { synthesizeFixture } from './fixture/app.ts';
import { cases } from './gateway-cases.ts';
import { doing, type RawResponse, send } from './raw-request.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startStack({ assemblyDir: synthesizeFixture(), log: null });
});
afterAll(() => stack.stop());

describe('the local API Gateway answers as AWS does', () => {
  for (const { guarantee, source, path, request, event, status, headers, text } of cases) {
    test(`${guarantee} (${source})`, async () => {
      const response = await send(stack.url, path, request);
      if (event !== undefined) expect(utf8(response).event).toMatchObject(event);
      if (status !== undefined) expect(response.status).toBe(status);
      for (const [name, value] of Object.entries(headers ?? {}))
        expect(response.headers[name], name).toEqual(value);
      if (text !== undefined) expect(response.text).toBe(text);
    });
  }
});

const utf8 = ({ text }: RawResponse) => JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));

describe('a function on the local stack', () => {
  test('sees what the Lambda runtime sets, and what the template gives it', async () => {
    const { environment, arn, remaining } = (await send(stack.url, `/hello${doing({ environment: true })}`))
      .json;
    expect(environment).toMatchObject({
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      _HANDLER: 'echo.handler',
      SEEN_TABLE: stack.physicalId('Seen'),
      AWS_LAMBDA_FUNCTION_NAME: stack.physicalId('Echo'),
    });
    expect(arn).toContain(stack.physicalId('Echo'));
    expect(remaining).toBeLessThanOrEqual(5_000);
    expect(environment.HOME).toBeUndefined();
  });

  test('has credentials of its own', async () => {
    const accessKeyOf = async (path: string) =>
      (await send(stack.url, path + doing({ environment: true }))).json.environment.AWS_ACCESS_KEY_ID;
    expect(await accessKeyOf('/hello')).not.toBe(await accessKeyOf('/brief'));
  });

  test('that blocks its thread is ended, and the next call gets a fresh one', async () => {
    expect((await send(stack.url, `/brief${doing({ block: true })}`)).status).toBe(502);
    expect((await send(stack.url, '/brief')).json.invocations).toBe(1);
  });

  test('is throttled above its reserved concurrency, and only then', async () => {
    const both = await Promise.all([1, 2].map(() => send(stack.url, `/single${doing({ sleep: 300 })}`)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 500]);
    expect((await send(stack.url, '/single')).status).toBe(200);
  });

  test('can be invoked by its logical id', async () => {
    expect(await stack.invoke('Echo', {})).toMatchObject({ kind: 'returned' });
    await expect(stack.invoke('Nothing', {})).rejects.toThrow('expected one resource Nothing…, found: none');
  });
});
