/** The doctor's look at a stack through its account, on stand-ins for CloudFormation and DynamoDB. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Api, type ApiResponse, type Operation } from '../../doctor/api.ts';
import { Flow } from '../../doctor/probes/flow.ts';
import { stackOutputs, stackProbes } from '../../doctor/probes/stack.ts';
import { AwsEndpoint } from '../../local/aws-endpoint.ts';
import { REPOSITORY } from '../../ops/surroundings.ts';

/** What CloudFormation and DynamoDB say of protection from deletion. */
let isProtected: { stack: boolean; table: boolean; ledger?: boolean } = { stack: false, table: false };
/** The stack's output of rules that are observed. */
let observed: string | undefined;
let endpoint: AwsEndpoint;
let environment: Record<string, string>;

beforeEach(async () => {
  endpoint = await AwsEndpoint.start(async ({ service, action, body }) => {
    if (service === 'cloudformation') {
      expect(String(body)).toContain('StackName=Latchkey');
      return { status: 200, contentType: 'text/xml', body: describedStack() };
    }
    expect(`${service}.${action}`).toBe('DynamoDB_20120810.DescribeTable');
    const Table = {
      TableName: 'Table',
      DeletionProtectionEnabled: String(body).includes('Ledger') ? isProtected.ledger : isProtected.table,
    };
    return { status: 200, contentType: 'application/x-amz-json-1.0', body: JSON.stringify({ Table }) };
  });
  environment = {
    AWS_REGION: 'cn-north-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint.url,
  };
  Object.assign(process.env, environment);
});
afterEach(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  await endpoint.stop();
});

const describedStack = () => `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
  <EnableTerminationProtection>${isProtected.stack}</EnableTerminationProtection>
  <Outputs><member><OutputKey>TableName</OutputKey><OutputValue>Table</OutputValue></member>${isProtected.ledger === undefined ? '' : '<member><OutputKey>LedgerTableName</OutputKey><OutputValue>Ledger</OutputValue></member>'}${observed === undefined ? '' : `<member><OutputKey>Observed</OutputKey><OutputValue>${observed}</OutputValue></member>`}</Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

describe('protection from deletion', () => {
  test.each([
    [{ stack: true, table: true }, 'ok', /are protected/, undefined],
    [{ stack: false, table: false }, 'ok', /as it is in development/, undefined],
    [{ stack: true, table: false }, 'wrong', /its table is not/, /npm run ops -- protect/],
    [{ stack: false, table: true }, 'wrong', /its stack is not/, /protect --off/],
    [{ stack: true, table: true, ledger: true }, 'ok', /are protected/, undefined],
    [{ stack: true, table: true, ledger: false }, 'wrong', /or its ledger/, /npm run ops -- protect/],
  ])('of %o is %s', async (given, status, found, fix) => {
    isProtected = given;
    expect(await stackOutputs('Latchkey')).toMatchObject({ TableName: 'Table' });
    const finding = await stackProbes('Latchkey', REPOSITORY)
      .find(({ id }) => id === 'protection')
      ?.run();
    expect(finding).toMatchObject({ status, found: expect.stringMatching(found) });
    if (fix !== undefined) expect(finding?.fix).toMatch(fix);
  });
});

describe('path rules that are observed', () => {
  const ahead = new Date(Date.now() + 86_400_000).toISOString();
  test.each([
    [undefined, /^No path is observed/],
    [
      `/v1/a/* until ${ahead}`,
      new RegExp(`^OBSERVED, so that anybody passes .*: /v1/a/\\* until ${ahead}\\.$`),
    ],
    [
      `/v1/a/* until ${ahead}, /v1/b until 2026-01-01T00:00:00Z`,
      /^OBSERVED, .*\/v1\/a.* Enforced again, so that observeUntil can be taken out: \/v1\/b until 2026-01-01T00:00:00Z\.$/,
    ],
  ])('of %s it tells', async (output, found) => {
    observed = output;
    const finding = await stackProbes('Latchkey', REPOSITORY)
      .find(({ id }) => id === 'observed')
      ?.run();
    observed = undefined;
    expect(finding).toMatchObject({ status: 'ok', found: expect.stringMatching(found) });
  });
});

/** An API whose usage keys work after so many calls. */
class NewApi extends Api {
  #refusals: number;

  constructor(refusals: number) {
    super('https://api.example.com');
    this.#refusals = refusals;
  }

  override async operation(id: string): Promise<Operation> {
    return { method: id === 'onboard' ? 'POST' : 'GET', path: `/${id}` };
  }

  override async call(_method: string, path: string): Promise<ApiResponse> {
    const answer = { headers: new Headers(), text: '', milliseconds: 1, errorType: null };
    if (path === '/onboard') {
      return { ...answer, status: 201, json: { tenant_id: 't', api_key: `lk_live_${'a'.repeat(50)}` } };
    }
    this.#refusals -= 1;
    return this.#refusals >= 0
      ? { ...answer, status: 403, json: {}, errorType: 'ForbiddenException' }
      : { ...answer, status: 200, json: {} };
  }
}

describe('the usage keys of a new stack', () => {
  const firstCall = async (refusals: number, patienceSeconds?: number) => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const waiting = { pauseMilliseconds: 20, say };
    const flow = new Flow(
      new NewApi(refusals),
      patienceSeconds === undefined ? waiting : { ...waiting, patienceSeconds },
    );
    const run = (id: string) =>
      flow
        .probes()
        .find((probe) => probe.id === id)
        ?.run();
    await run('onboard');
    return { finding: await run('usage-key'), lines };
  };

  test('are waited for, up to 45 minutes, and the doctor says that it waits', async () => {
    const { finding, lines } = await firstCall(3);
    expect(finding).toMatchObject({ status: 'ok', found: expect.stringMatching(/^The key works/) });
    expect(lines).toEqual([
      expect.stringMatching(/^Waiting for the stack's usage keys .* of at most 2700\.$/),
    ]);
  });

  test('that do not come in time are wrong', async () => {
    const { finding } = await firstCall(Number.POSITIVE_INFINITY, 0.2);
    expect(finding).toMatchObject({
      status: 'wrong',
      found: expect.stringMatching(/refused as INVALID_API_KEY/),
    });
  });

  test('are not waited for where they work at once', async () => {
    expect((await firstCall(0)).lines).toEqual([]);
  });
});
