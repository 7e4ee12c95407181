/**
 * The snippets of the services' pages, run as they stand there: host and import are changed, an example of a key is a real
 * one, and lines are set in again where the page has lost its blanks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { type Program, runGo, runNode, runPython } from './installation.ts';

const installation = inject('installation');
const PAGES = join(import.meta.dirname, '../acceptance/pages');

/** A page of a deployment, with an account in it. */
function deploymentOf(profile: string) {
  const text = readFileSync(join(PAGES, `${profile}.txt`), 'utf8');
  let stack: TestStack;
  let account: Account;
  beforeAll(async () => {
    stack = await startTestStack({ profile, config: { tiers: { free: ROOMY_TIER } } });
    account = await stack.onboard();
  });
  afterAll(() => stack.stop());
  return {
    /** The page's text from a line to a line, both included, with the deployment's host. Throws when it is not there. */
    snippet(first: string, last: string): string {
      const start = text.indexOf(first);
      const end = text.indexOf(last, start) + last.length;
      if (start === -1 || end < start + last.length) throw new Error(`The page has no ${first} … ${last}.`);
      return text.slice(start, end).replaceAll(/https:\/\/(memory|api)\.[\w.]+/g, stack.url);
    },
    account: () => account,
    createKey: async (fields: object): Promise<string> =>
      (await stack.createKey(await stack.logIn(account), { ...fields })).key,
    /** Variables that name the deployment where the page's snippet names no host. */
    variables: (variables: Program['variables']) => ({ LATCHKEY_ENDPOINT: stack.url, ...variables }),
  };
}

/** Lines below one that ends in a colon, set in again: the page has lost its blanks. */
const setIn = (source: string) =>
  source.replace(
    /:\n(?=\S)((?:.+\n?)+)/,
    (_all, body: string) => `:\n${body.replaceAll(/^(?=.)/gm, '    ')}`,
  );

describe('nams', () => {
  const page = deploymentOf('nams');
  const variables = () => ({ MEMORY_API_KEY: page.account().apiKey });

  test.each(installation.nodes)(
    'TypeScript, Node $version: keys are listed, created and revoked',
    async (node) => {
      const source = `
      import { AuthenticationError, MemoryClient } from '@latchkey/client/nams';
      const workspaceId = ${JSON.stringify(page.account().workspaceId)};
      const printed = [];
      const client = ${page.snippet('new MemoryClient({', '})')};
      const console = { log: (text) => printed.push(text) };
      ${page.snippet('// List keys for a workspace.', 'await client.auth.revokeApiKey(fresh.id);')}
      const dead = new MemoryClient({ endpoint: client.endpoint, apiKey: fresh.key });
      const refused = await dead.fetch('/entities').catch((error) => error instanceof AuthenticationError);
      process.stdout.write(JSON.stringify({ keys: keys.length, printed, refused }));
    `;
      expect(await runNode(installation, node, { source, variables: variables() })).toEqual({
        keys: expect.any(Number),
        printed: [expect.stringMatching(/^nams_/)],
        refused: true,
      });
    },
  );

  test.each(installation.nodes)(
    'TypeScript, Node $version: tokenProvider gives what is sent',
    async (node) => {
      const source = `
      import { MemoryClient } from '@latchkey/client/nams';
      const myTokenStore = { getFreshAccessToken: async () => process.env.MEMORY_API_KEY };
      const client = ${page.snippet('new MemoryClient({\n  endpoint: "https://memory.neo4jlabs.com/v1",\n  tokenProvider', '})')};
      process.stdout.write(JSON.stringify((await client.fetch('/entities')).status));
    `;
      expect(await runNode(installation, node, { source, variables: variables() })).toBe(200);
    },
  );

  test.each(installation.pythons)('Python $version: api_key and token_provider', async (python) => {
    const source = [
      'import asyncio, json, os, types',
      'from latchkey_client.nams import MemoryClient',
      'async def fresh(): return os.environ["MEMORY_API_KEY"]',
      'my_token_store = types.SimpleNamespace(get_fresh_access_token=fresh)',
      `by_key = ${page.snippet('MemoryClient(\n    endpoint="https://memory.neo4jlabs.com/v1",\n    api_key', '\n)')}`,
      page
        .snippet('async def get_token()', 'token_provider=get_token,\n)')
        .replace('MemoryClient(', 'by_token = MemoryClient('),
      'async def main():',
      '    seen = [(await client.http.get("/entities")).status_code for client in (by_key, by_token)]',
      '    print(json.dumps([*seen, len(await by_key.auth.list_api_keys())]))',
      'asyncio.run(main())',
    ].join('\n');
    const seen = await runPython<number[]>(installation, python, { source, variables: variables() });
    expect(seen).toEqual([200, 200, expect.any(Number)]);
    expect(seen[2]).toBeGreaterThanOrEqual(1);
  });

  test.each(installation.gos)('$version: WithEndpoint and WithAPIKey', async (go) => {
    const source = `
      package main

      import (
        "context"
        "fmt"
        "os"

        "latchkey.example/client/memory"
      )

      func main() {
        client, err := ${page.snippet('memory.New(', '\n)')}
        if err != nil {
          panic(err)
        }
        keys := 0
        for _, err := range client.Auth.ListAPIKeys(context.Background(), "") {
          if err != nil {
            panic(err)
          }
          keys++
        }
        request, err := client.NewRequest(context.Background(), "GET", "/entities", nil)
        if err != nil {
          panic(err)
        }
        response, err := client.Do(request)
        if err != nil {
          panic(err)
        }
        fmt.Printf("[%d,%d]", response.StatusCode, keys)
      }
    `;
    const seen = await runGo<number[]>(installation, go, { source, variables: variables() });
    expect(seen).toEqual([200, expect.any(Number)]);
    expect(seen[1]).toBeGreaterThanOrEqual(1);
  });
});

describe('memoryrelay', () => {
  const page = deploymentOf('memoryrelay');
  const key = 'mem_your_api_key_here';
  const program = (source: string, variables: Program['variables']) => ({
    source: `import json\n${setIn(source).replaceAll('from memoryrelay import', 'from latchkey_client.memoryrelay import').replaceAll(key, page.account().apiKey)}`,
    variables: page.variables(variables),
  });

  test.each(installation.pythons)('Python $version: an explicit key', async (python) => {
    const snippet = page.snippet('from memoryrelay import MemoryRelay\n\nclient', `api_key="${key}")`);
    const source = `${snippet}\nprint(json.dumps(client.agents.list()))`;
    expect(await runPython(installation, python, program(source, {}))).toBeTypeOf('object');
  });

  test.each(installation.pythons)('Python $version: the key of the environment', async (python) => {
    const snippet = page.snippet(
      'from memoryrelay import MemoryRelay\n\nclient = MemoryRelay() #',
      'from environment',
    );
    const source = `${snippet}\nprint(json.dumps(client.agents.list()))`;
    const variables = { MEMORYRELAY_API_KEY: page.account().apiKey };
    expect(await runPython(installation, python, program(source, variables))).toBeTypeOf('object');
  });

  test.each(installation.pythons)('Python $version: the async client', async (python) => {
    const snippet = page.snippet(
      'from memoryrelay import AsyncMemoryRelay',
      'agents = await client.agents.list()',
    );
    const [first = '', ...rest] = setIn(snippet).split('\n');
    const inside = rest.map((line) => `    ${line}`).join('\n');
    const source = `${first}\nimport asyncio\nasync def main():\n${inside}\n    print(json.dumps(agents))\nasyncio.run(main())`;
    expect(await runPython(installation, python, program(source, {}))).toBeTypeOf('object');
  });

  test.each(installation.pythons)('Python $version: no key is an AuthenticationError', async (python) => {
    const snippet = page.snippet(
      'from memoryrelay import MemoryRelay, AuthenticationError',
      'environment variable."',
    );
    const source = `${snippet
      .replace('try:\nclient', 'try:\n    client')
      .replace('as e:\nprint', 'as e:\n    print')
      .replace('print(f"Auth failed: {e}")', 'print(json.dumps(f"Auth failed: {e}"))')}`;
    const { variables } = program(source, {});
    const text = source.replaceAll('from memoryrelay import', 'from latchkey_client.memoryrelay import');
    expect(await runPython(installation, python, { source: `import json\n${text}`, variables })).toBe(
      'Auth failed: API key is required. Provide via api_key parameter or MEMORYRELAY_API_KEY environment variable.',
    );
  });

  test.each(installation.pythons)(
    'Python $version: a search, and what is done about its limit',
    async (python) => {
      const snippet = page.snippet(
        'from memoryrelay import MemoryRelay, MemorySearchRequest',
        'time.sleep(30) # back off and retry',
      );
      const indented = snippet
        .replace('try:\nresults', 'try:\n    results')
        .replace('as e:\nprint', 'as e:\n    print')
        .replace('\ntime.sleep', '\n    time.sleep')
        .replaceAll('from memoryrelay import', 'from latchkey_client.memoryrelay import')
        .replaceAll(key, page.account().apiKey);
      const source = `import json\n${indented}\nprint(json.dumps(results))`;
      expect(await runPython(installation, python, { source, variables: page.variables({}) })).toBeTypeOf(
        'object',
      );
    },
  );
});

describe('neuroloom', () => {
  const page = deploymentOf('neuroloom');

  test.each(installation.nodes)(
    'TypeScript, Node $version: one client, and one for each workspace',
    async (node) => {
      const source = `
      import { Neuroloom } from '@latchkey/client/neuroloom';
      ${page.snippet('const client = new Neuroloom', '});')}
      ${page.snippet('const workspaceA', 'KEY_WORKSPACE_B });')}
      const status = async (each) => (await each.fetch('/v1/memories')).status;
      process.stdout.write(JSON.stringify(await Promise.all([client, workspaceA, workspaceB].map(status))));
    `;
      const { apiKey } = page.account();
      const [a, b] = [await page.createKey({}), await page.createKey({})];
      const variables = page.variables({ NEUROLOOM_API_KEY: apiKey, KEY_WORKSPACE_A: a, KEY_WORKSPACE_B: b });
      expect(await runNode(installation, node, { source, variables })).toEqual([200, 200, 200]);
    },
  );
});

describe('memgraph', () => {
  const page = deploymentOf('memgraph');

  test.each(installation.pythons)(
    'Python $version: MemgraphClient takes a key and a tenant',
    async (python) => {
      const snippet = page
        .snippet('from memgraph_sdk import MemgraphClient', '\n)')
        .replace('memgraph_sdk', 'latchkey_client.memgraph')
        .replace('mg_live_your_key_here', page.account().apiKey)
        .replace('your-tenant-uuid', page.account().tenantId);
      const source = `${snippet}\nprint(client.http.get("/v1/stats").status_code)`;
      expect(await runPython(installation, python, { source, variables: page.variables({}) })).toBe(200);
    },
  );
});

describe('memory-api', () => {
  const page = deploymentOf('memory-api');
  const variables = () => page.variables({ MEMORY_API_KEY: page.account().apiKey });

  test.each(installation.nodes)('JavaScript, Node $version: the key of the environment', async (node) => {
    const source = `
      import { MemoryApi } from '@latchkey/client/memory-api';
      ${page.snippet('const apiKey', 'MEMORY_API_KEY;')}
      process.stdout.write(JSON.stringify((await new MemoryApi({ apiKey }).auth.listApiKeys()).length));
    `;
    expect(await runNode(installation, node, { source, variables: variables() })).toBeGreaterThanOrEqual(1);
  });

  test.each(installation.pythons)('Python $version: the key of the environment', async (python) => {
    const snippet = page.snippet('import os\napi_key', "'MEMORY_API_KEY')");
    const source = `from latchkey_client.memory_api import MemoryApi\n${snippet}\nprint(len(MemoryApi(api_key=api_key).auth.list_api_keys().all()))`;
    expect(await runPython(installation, python, { source, variables: variables() })).toBeGreaterThanOrEqual(
      1,
    );
  });
});
