import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { synthesizeFixture } from './fixture/app.ts';
import { type Case, cases } from './gateway-cases.ts';
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
      if (isRecorded(source))
        expect(Object.keys(response.headers).sort()).toEqual(allHeaders(response, headers));
    });
  }

  test('and docs/fidelity.md has every case with its source', () => {
    const table = fidelityTable();
    if (process.env.UPDATE_DOCS === '1') writeFileSync(FIDELITY, table);
    expect(readFileSync(FIDELITY, 'utf8'), 'UPDATE_DOCS=1 npx vitest run test/local/gateway').toBe(table);
  });
});

/** What was recorded, or measured, on AWS is compared whole: a header too many is as wrong as one too few. */
const isRecorded = (source: string) => /recorded from AWS|measured/.test(source);

/** On every response, from a function, and from API Gateway itself; then what the case says. */
function allHeaders(response: RawResponse, said: Case['headers'] = {}): string[] {
  const isFailure = response.headers['x-amzn-errortype'] !== undefined;
  const isMock = !isFailure && response.headers['x-amzn-trace-id'] === undefined;
  const names = [
    ...['connection', 'content-length', 'content-type', 'date', 'x-amz-apigw-id', 'x-amzn-requestid'],
    ...(isFailure ? ['x-amzn-errortype', 'x-family'] : isMock ? [] : ['x-amzn-trace-id']),
    ...Object.keys(said).filter((name) => said[name] !== undefined),
  ];
  return [...new Set(names)].filter((name) => name !== 'x-family' || name in response.headers).sort();
}

const FIDELITY = new URL('../../docs/fidelity.md', import.meta.url);

function fidelityTable(): string {
  const rows = cases.map(({ guarantee, source, status, path }) => {
    const called = path.replace(/\?do=.*/, '');
    return `| ${guarantee} | \`${called}\` | ${status ?? ''} | ${source} |`;
  });
  return [
    '# Fidelity of the local gateway',
    '',
    'The behaviour of AWS that the local gateway reproduces, with the source of each. Generated from',
    '`test/local/gateway-cases.ts`, whose every row runs against the local gateway. Where the source is a recording or a',
    'measurement, the names of all headers are compared, and the body if the case has one. Authorizers, usage plans and',
    'gateway responses have their cases in `test/local/authorization.test.ts`, HTTP APIs in `test/local/http-api.test.ts`.',
    'Behaviour that nobody has recorded is checked by `npm run doctor` on a real stack.',
    '',
    '- AWS WAF is not simulated: its rate rules act near a number and after seconds. `test/lib/waf.test.ts` checks the template.',
    '- An absent field of the context makes no header in a gateway response here. Its effect on AWS is not known',
    '  ([ADR 0055](adr/0055-the-allowance-in-the-authorizers-context.md)).',
    '',
    '| Guarantee | Path | Status | Source |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

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
    const both = await Promise.all([1, 2].map(() => send(stack.url, `/single${doing({ sleep: 1_500 })}`)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 500]);
    expect((await send(stack.url, '/single')).status).toBe(200);
  });

  test('can be invoked by its logical id', async () => {
    expect(await stack.invoke('Echo', {})).toMatchObject({ kind: 'returned' });
    await expect(stack.invoke('Nothing', {})).rejects.toThrow('expected one resource Nothing…, found: none');
  });
});
