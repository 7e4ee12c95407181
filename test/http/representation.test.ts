import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { OWN_MEDIA_TYPE } from '../../lambdas/http/representation.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { invalidField } from '../../lambdas/kernel/problem.ts';
import { routeGroup } from '../../lambdas/kernel/route.ts';
import { profile as standard } from '../../profiles/default.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { event } from './requests.ts';

const group = routeGroup<{ readonly outcome: 'answer' | 'fault' }>()({ service: 'public', tag: 'Service' });
const rows = group.rows({
  getHealth: group.public({
    method: 'GET',
    path: '/health',
    summary: 'A row that answers or fails',
    success: { status: 200, description: '', schema: z.object({ data: z.array(z.string()) }) },
    errors: [],
    handle: async (_request, { outcome }) => {
      if (outcome === 'fault') throw invalidField('name', 'must be shorter');
      return { data: ['a'] };
    },
  }),
});

const ask = async (
  outcome: 'answer' | 'fault',
  profile: (typeof PROFILES)[number],
  accept: readonly string[],
) => {
  const handler = serve(rows, { outcome }, { profile: { ...profile, paths: {} }, deployment: DEPLOYMENT });
  const { statusCode, body } = await handler(
    event({ method: 'GET', resource: '/health', headers: accept.length > 0 ? { Accept: [...accept] } : {} }),
  );
  return [statusCode, JSON.parse(body)];
};

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s', (_name, profile) => {
  test.each(['answer', 'fault'] as const)(
    'gives its %s in our own representation to who asks for that alone',
    async (outcome) => {
      expect(await ask(outcome, profile, [OWN_MEDIA_TYPE])).toEqual(await ask(outcome, standard, []));
    },
  );

  test.each([
    [[]],
    [['*/*']],
    [['application/json']],
    [[`application/json, ${OWN_MEDIA_TYPE}`]],
    [[OWN_MEDIA_TYPE, OWN_MEDIA_TYPE]],
  ])('and in its own to who asks by %j', async (accept) => {
    expect(await ask('answer', profile, accept)).toEqual([
      200,
      profile.envelope({ data: ['a'] }, { requestId: 'extended-1', processingTimeMs: expect.any(Number) }),
    ]);
  });
});
