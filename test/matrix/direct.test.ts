import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { METHODS } from '../../lambdas/contract/access.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { coversScope } from '../../lambdas/contract/scopes.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { rightsIn } from '../support/deployment.ts';
import { bearer, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';
import { PROVEN, type ProtectedRow, UNPROVEN } from './cases.ts';
import { createWorld, TIGHT_TIER, type World } from './credentials.ts';

/**
 * Methods behind which no function of ours stands, at a gateway whose plans of 0/0 let everything pass, which nobody has
 * recorded to be otherwise: of all cases nothing may come to the upstream.
 */

const upstream = new Upstream();
let url: string;
beforeAll(async () => {
  url = `http://127.0.0.1:${await upstream.listen()}`;
});
afterAll(() => upstream.stop());
afterEach(() => void (upstream.received.length = 0));

const profiles = PROFILES.filter(({ promisesRateHeaders = false }) => !promisesRateHeaders);

describe.each(profiles.map((profile) => [profile.name, profile] as const))(
  'the profile %s',
  (name, profile) => {
    const path = `${profile.upstreamPrefixes[0]}/direct`;
    let stack: TestStack;
    let world: World;
    beforeAll(async () => {
      const tight = { ...ROOMY_TIER, keyRequestsPerMinute: 1, sessionRequestsPerMinute: 1 };
      stack = await startTestStack(
        {
          profile: name,
          config: {
            tiers: { free: ROOMY_TIER, [TIGHT_TIER]: tight },
            upstreams: { direct: { path, http: url, sharesOrigin: true } },
          },
        },
        { zeroPlansThrottle: false },
      );
      world = await createWorld(stack, profile);
    });
    afterAll(() => stack?.stop());

    const rows = METHODS.flatMap((method) =>
      [path, `${path}/things/7`].map((each) => rowOf(`${method} ${each}`, profile)),
    );

    test.each([...UNPROVEN, ...PROVEN].map((one) => [one.name, one] as const))(
      'of %s nothing comes to the upstream, by any method',
      async (_, { headers, answer, before }) => {
        for (const row of rows) {
          const code = answer(row);
          if (code === undefined) continue;
          const sent = await headers(world, row);
          await before?.(stack, sent);
          const { status } = await stack.raw(row.target, { headers: sent });
          // Over its own limit too: a 429 would rest on a plan of 0/0.
          const isUnproven = UNPROVEN.some((each) => each.answer === answer);
          expect([row.target, status]).toEqual([row.target, isUnproven ? 401 : 403]);
        }
        expect(upstream.received).toEqual([]);
      },
    );

    test.each(rows.map((row) => [row.target, row] as const))('%s: who may comes to it', async (target) => {
      for (const headers of [world.present(world.ada.key), bearer(world.ada.token)]) {
        expect((await stack.raw(target, { headers })).status).toBe(200);
      }
      expect(upstream.received).toHaveLength(2);
    });

    test("an ambiguous path, and a workspace that is not the caller's, do not", async () => {
      for (const headers of [world.present(world.ada.key), bearer(world.ada.token)]) {
        const foreign = { ...headers, 'X-Workspace-Id': world.other.account.workspaceId };
        for (const method of METHODS) {
          expect((await stack.raw(`${method} ${path}/a`, { headers: foreign })).status).toBe(403);
          for (const each of ['a%2Fb', 'a//b', '..%5Ca', 'a;b', '%2e%2e/a'])
            expect((await stack.raw(`${method} ${path}/${each}`, { headers })).status).toBe(403);
        }
      }
      expect(upstream.received).toEqual([]);
    });
  },
);

function rowOf(target: string, profile: Profile): ProtectedRow {
  const [method = 'GET', path = ''] = target.split(' ') as [ProtectedRow['method'], string];
  const scope = profile.methodScopes[method];
  const { inclusion } = rightsIn(profile);
  const scopeOfAll = Object.keys(inclusion).every((each) => coversScope([each], scope, inclusion));
  return { target, method, path, scope, onlyPeople: false, onlyKeys: false, scopeOfAll, success: 200 };
}
