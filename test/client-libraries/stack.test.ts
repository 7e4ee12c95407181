/** The clients, as they are installed, against the local stack: on every profile, on every Node, Python and Go that is here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { PROFILES } from '../profiles/profiles.ts';
import { contents, PASSWORD, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { runGo, runNode, runPython } from './installation.ts';

/** What came of a call. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly status?: number;
  readonly fields?: readonly string[];
  readonly retryAfter?: number;
  readonly hasRequestId?: boolean;
}

type Call =
  | 'works'
  | 'rotatedWorks'
  | 'revoked'
  | 'unknown'
  | 'invalid'
  | 'wrong'
  | 'forbidden'
  | 'limited'
  | 'refreshed';

type Seen = Readonly<Record<Call, Outcome>> & {
  readonly created: { name: string; scopes: readonly string[]; workspaceId: string; key: string };
  readonly got: string;
  readonly listed: readonly boolean[];
  readonly rotated: { sameId: boolean; other: boolean };
};

interface Names {
  /** The class in TypeScript, the sync and the async one in Python, the contract in Go. */
  readonly classes: readonly [string, string, string, string];
}

const NAMES: Readonly<Record<string, Names['classes']>> = {
  default: ['Latchkey', 'Latchkey', 'AsyncLatchkey', 'Default'],
  memgraph: ['MemgraphClient', 'MemgraphClient', 'AsyncMemgraphClient', 'Memgraph'],
  'memory-api': ['MemoryApi', 'MemoryApi', 'AsyncMemoryApi', 'MemoryAPI'],
  memoryrelay: ['MemoryRelay', 'MemoryRelay', 'AsyncMemoryRelay', 'MemoryRelay'],
  nams: ['MemoryClient', 'SyncMemoryClient', 'MemoryClient', 'NAMS'],
  neuroloom: ['Neuroloom', 'Neuroloom', 'AsyncNeuroloom', 'Neuroloom'],
};

const KEY_REQUESTS_PER_MINUTE = 20;
const installation = inject('installation');
const program = (file: string) => readFileSync(join(import.meta.dirname, 'calls', file), 'utf8');

const runs = [
  ...installation.nodes.map((node) => ({ language: 'Node', runtime: node, kind: 0 as const })),
  ...installation.pythons.flatMap((python) => [
    { language: 'Python, sync', runtime: python, kind: 1 as const },
    { language: 'Python, async', runtime: python, kind: 2 as const },
  ]),
  ...installation.gos.map((go) => ({ language: 'Go', runtime: go, kind: 3 as const })),
].map((run) => ({ ...run, version: run.runtime.version }));

describe.each(PROFILES)('$name', (profile) => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({
      profile: profile.name,
      config: { tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: KEY_REQUESTS_PER_MINUTE } } },
    });
  });
  afterAll(() => stack.stop());

  /** What a run needs that no other may use up. */
  async function given() {
    const account = await stack.onboard();
    const login = await stack.send(`POST ${stack.path('login')}`, {
      json: { email: account.email, password: PASSWORD },
    });
    const { access_token: token, refresh_token: refreshToken } = contents(login);
    const [manager, reader, spent] = [
      await stack.createKey(token, { scopes: ['read', 'write', 'admin'] }),
      await stack.createKey(token, { scopes: ['read'] }),
      await stack.createKey(token, { scopes: ['read'] }),
    ];
    // Memgraph's keys are managed by people.
    const isForPeople =
      profile.access.createKey?.kind === 'credential' && profile.access.createKey.callers === 'user';
    return {
      url: stack.url,
      workspaceId: account.workspaceId,
      credential: isForPeople ? { token } : { apiKey: manager.key },
      keys: { reader: reader.key, spent: spent.key, wrong: spent.key.replace(/.{6}$/, '000000') },
      refreshToken: refreshToken ?? 'none',
    };
  }

  test.each(runs)(
    '$language $version: the life of a key, and every refusal as its own error',
    async (run) => {
      const name = NAMES[profile.name]?.[run.kind];
      const isDefault = profile.name === 'default';
      const about = await given();
      const seen = await (run.kind === 0
        ? runNode<Seen>(installation, run.runtime, {
            source: program('calls.js'),
            given: { ...about, name, library: `@latchkey/client${isDefault ? '' : `/${profile.name}`}` },
          })
        : run.kind === 3
          ? runGo<Seen>(installation, run.runtime, {
              source: program('calls.go').replaceAll('latchkey.Default', `latchkey.${name}`),
              given: about,
            })
          : runPython<Seen>(installation, run.runtime, {
              source: program('calls.py'),
              given: {
                ...about,
                name,
                library: `latchkey_client${isDefault ? '' : `.${profile.name.replaceAll('-', '_')}`}`,
              },
            }));

      expect(seen.created).toEqual({
        name: 'ci-runner',
        scopes: ['read'],
        workspaceId: about.workspaceId,
        key: expect.stringMatching(new RegExp(`^${profile.keys.prefix}_`)),
      });
      expect(seen.works).toEqual({ result: 200 });
      expect(seen.got).toBe('ci-runner');
      expect(seen.listed).toEqual([false]);
      expect(seen.rotated).toEqual({ sameId: true, other: true });
      expect(seen.rotatedWorks).toEqual({ result: 200 });
      const refusal = { hasRequestId: true };
      expect(seen.revoked).toMatchObject({ ...refusal, error: 'AuthenticationError', status: 401 });
      expect(seen.revoked.message).toContain('revoked');
      expect(seen.unknown).toMatchObject({ ...refusal, error: 'NotFoundError', status: 404 });
      expect(seen.invalid).toMatchObject({ ...refusal, error: 'ValidationError', fields: ['scopes'] });
      expect(seen.wrong).toMatchObject({ ...refusal, error: 'AuthenticationError', status: 401 });
      expect(seen.forbidden).toMatchObject({ ...refusal, error: 'PermissionError', status: 403 });
      expect(seen.limited).toMatchObject({ ...refusal, error: 'RateLimitError', status: 429 });
      expect(seen.limited.retryAfter).toBeGreaterThanOrEqual(1);
      expect(seen.limited.retryAfter).toBeLessThanOrEqual(60);
      if (profile.paths.refresh?.length === 0)
        expect(seen.refreshed.message).toContain('has no POST /v1/auth/refresh');
      else expect(seen.refreshed).toEqual({ result: [200, 'string'] });
    },
  );
});
