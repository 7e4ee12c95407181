/** The doctor's look at APIs behind `protect`, on stand-ins for AWS's control planes and for the stage itself. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { protectedProbe } from '../../doctor/probes/protected.ts';
import { type AwsCall, AwsEndpoint, AwsError } from '../../local/aws-endpoint.ts';

let endpoint: AwsEndpoint;
let stage: Server;
let url: string;
let calls: string[];
/** What the stage answers, by method and path; a 401 to all else. */
let answers: Readonly<Record<string, number>>;
let isSwitchedOff: boolean;
let outputs: readonly object[];

const xmlOf = (all: readonly object[]) =>
  `<Outputs>${['<OutputKey>ApiUrl</OutputKey><OutputValue>https://front</OutputValue>']
    .concat(
      all.map(
        (each, index) =>
          `<OutputKey>LatchkeyProtected${index}</OutputKey><OutputValue>${JSON.stringify(each).replaceAll('"', '&quot;')}</OutputValue>`,
      ),
    )
    .join('')}</Outputs>`;

function answerOf(path: string): object {
  const { pathname, searchParams } = new URL(path, 'http://aws');
  switch (pathname) {
    case '/restapis/rest':
    case '/v2/apis/http':
      return { disableExecuteApiEndpoint: isSwitchedOff };
    case '/restapis/rest/resources':
      return {
        item: [
          { path: '/items', resourceMethods: { GET: {}, POST: {}, OPTIONS: {} } },
          { path: '/items/{id}/{proxy+}', resourceMethods: { ANY: {} } },
          { path: '/health', resourceMethods: { GET: {} } },
          { path: '/empty' },
        ],
      };
    case '/v2/apis/http/routes':
      return searchParams.get('nextToken') === null
        ? { items: [{ routeKey: 'GET /items' }], nextToken: 'more' }
        : { items: [{ routeKey: '$default' }] };
    default:
      throw new AwsError('NotFoundException', pathname, 404);
  }
}

const ENVIRONMENT = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' };

beforeEach(async () => {
  [calls, answers, isSwitchedOff] = [[], {}, false];
  stage = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    calls.push(name);
    response.writeHead(answers[name] ?? 401).end();
  }).listen(0, '127.0.0.1');
  await once(stage, 'listening');
  url = `http://127.0.0.1:${(stage.address() as AddressInfo).port}/prod`;
  outputs = [{ kind: 'rest', api: 'rest', urls: [url], public: ['GET /health'], refused: 401 }];
  endpoint = await AwsEndpoint.start(async ({ service, path }: AwsCall) =>
    service === 'cloudformation'
      ? { status: 200, contentType: 'text/xml', body: xmlOf(outputs) }
      : { status: 200, contentType: 'application/json', body: JSON.stringify(answerOf(path)) },
  );
  Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: endpoint.url });
});
afterEach(async () => {
  for (const name of [...Object.keys(ENVIRONMENT), 'AWS_ENDPOINT_URL']) delete process.env[name];
  stage.closeAllConnections();
  stage.close();
  await endpoint.stop();
});

const run = () => protectedProbe(['Latchkey']).run();

describe('the methods of a protected API', () => {
  test('are each called without a credential, but for preflights and what is public', async () => {
    expect(await run()).toEqual({
      status: 'ok',
      found: 'All 3 protected methods of 1 APIs refuse a call without a credential.',
    });
    expect(calls.sort()).toEqual([
      'GET /prod/items',
      'GET /prod/items/latchkey-doctor/latchkey-doctor',
      'POST /prod/items',
    ]);
  });

  test('are named when they are open', async () => {
    answers = { 'POST /prod/items': 200 };
    expect(await run()).toMatchObject({
      status: 'wrong',
      found: `Without a credential these are not refused as they should be: POST /items at ${url} (200).`,
    });
  });

  test('that write are not called where one that reads is open', async () => {
    answers = { 'GET /prod/items': 404 };
    expect(await run()).toMatchObject({ status: 'wrong', found: expect.stringContaining('GET /items at') });
    expect(calls).not.toContain('POST /prod/items');
  });

  test('are the routes of an HTTP API, $default too, which are answered 403', async () => {
    outputs = [{ kind: 'http', api: 'http', urls: [url], public: [], refused: 403 }];
    answers = { 'GET /prod/items': 403, 'GET /prod/latchkey-doctor': 403 };
    expect(await run()).toMatchObject({ status: 'ok', found: expect.stringContaining('All 2 protected') });
  });

  test('are not checked where there are none, or the URL is switched off', async () => {
    isSwitchedOff = true;
    expect(await run()).toMatchObject({
      status: 'not checked',
      found: expect.stringContaining('switched off'),
    });
    outputs = [];
    expect(await run()).toMatchObject({ status: 'not checked', found: expect.stringContaining('No API') });
    expect(calls).toEqual([]);
  });
});
