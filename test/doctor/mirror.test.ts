/** The doctor's look at what an upstream that API Gateway calls itself is sent. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api } from '../../doctor/api.ts';
import { Flow } from '../../doctor/probes/flow.ts';
import { mirrorProbe } from '../../doctor/probes/mirror.ts';
import { type LocalStack, type LocalStackOptions, startStack } from '../../local/stack.ts';
import { assemblyOf } from '../support/assembly.ts';

/** An API that answers with the headers that it was sent. */
const mirror: Server = createServer((request, response) =>
  response.end(request.url?.includes('silent') ? '{}' : JSON.stringify(request.rawHeaders)),
);
let assemblyDir: string;

beforeAll(async () => {
  await once(mirror.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
  assemblyDir = await assemblyOf({
    profile: 'default',
    config: {
      upstream: { url },
      upstreams: { fast: { path: '/v1/fast', http: url, sharesOrigin: true } },
    },
  });
});
afterAll(() => new Promise((resolve) => mirror.close(resolve)));

describe.each([[true], [false]])('where mapped headers replace: %s', (mappedHeadersReplace) => {
  let stack: LocalStack;
  let api: Api;
  let flow: Flow;
  beforeAll(async () => {
    const options: Partial<LocalStackOptions> = { mappedHeadersReplace };
    stack = await startStack({ assemblyDir, log: null, ...options });
    api = new Api(stack.url);
    flow = new Flow(api);
    for (const probe of flow.probes().slice(0, 2)) await probe.run();
  });
  afterAll(() => stack?.stop());

  const look = (path: string) => mirrorProbe(api, flow, path).run();

  test('it says so, and which setting follows', async () => {
    expect(await look('/v1/fast/mirror')).toMatchObject(
      mappedHeadersReplace
        ? { status: 'ok', found: expect.stringMatching(/replaced by ours.*mappedHeaderReplaces: true/) }
        : {
            status: 'wrong',
            found: expect.stringMatching(/reaches the upstream/),
            fix: expect.stringMatching(/^Use url/),
          },
    );
  });

  test('an upstream that shows nothing, one that answers an error, and a forwarder settle nothing', async () => {
    expect(await look('/v1/fast/silent')).toMatchObject({
      status: 'wrong',
      found: expect.stringMatching(/no assertion of ours/),
    });
    expect(await look('/v1/fast/a;b')).toMatchObject({
      status: 'wrong',
      found: expect.stringMatching(/answers 403/),
    });
    expect(await look('/v1/other')).toMatchObject({
      status: 'not checked',
      found: expect.stringMatching(/behind a forwarder/),
    });
  });
});
