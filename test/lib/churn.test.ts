/** `cdk diff` shows what was changed and nothing besides: a reviewer reads all of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import config from '../../latchkey.config.ts';
import { templateOf } from './synth.ts';

type Resources = Readonly<Record<string, { readonly Type: string }>>;

const resourcesOf = async (overrides: object): Promise<Resources> =>
  (await templateOf({ config: overrides })).toJSON().Resources;

let before: Resources;
beforeAll(async () => {
  before = await resourcesOf({});
});

/** The types of what was added, changed or removed, each with how many. */
function changes(after: Resources): Record<string, number> {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...ids].filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]));
  const counts: Record<string, number> = {};
  for (const id of changed) {
    const type = (before[id] ?? after[id])?.Type ?? '';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

const free = config.tiers.free;

describe('a diff of two synths', () => {
  it('is empty when nothing was changed', async () => {
    expect(changes(await resourcesOf({}))).toEqual({});
  });

  it.each([
    [
      'the days between rotations',
      { rotationDays: 60 },
      // The alarm of a rotation that was missed.
      { 'AWS::SecretsManager::RotationSchedule': 2, 'AWS::CloudWatch::Alarm': 1 },
    ],
    [
      'the rate of a tier',
      { tiers: { ...config.tiers, free: { ...free, rate: 21 } } },
      { 'AWS::ApiGateway::UsagePlan': 1 },
    ],
  ])('shows %s where it is used, and nothing else', async (_, overrides, expected) => {
    expect(changes(await resourcesOf(overrides))).toEqual(expected);
  });

  it('shows another log retention in the log groups only', async () => {
    expect(Object.keys(changes(await resourcesOf({ logRetentionDays: 60 })))).toEqual([
      'AWS::Logs::LogGroup',
    ]);
  });

  it('shows a new tier as its plan, and where the functions learn of it', async () => {
    const after = await resourcesOf({ tiers: { ...config.tiers, gold: free } });
    expect(changes(after)).toMatchObject({ 'AWS::ApiGateway::UsagePlan': 1 });
    // Shared keys hold no tier (ADR 0081): no key is made, replaced or moved.
    for (const type of ['ApiKey', 'UsagePlanKey', 'Method'])
      expect(changes(after)).not.toHaveProperty(`AWS::ApiGateway::${type}`);
    expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
  });

  it('shows another origin in responses, and a new deployment of the API, but keeps every logical id beside', async () => {
    const types = Object.keys(
      changes(await resourcesOf({ cors: { allowedOrigins: ['https://app.example.com'] } })),
    );
    expect(types.sort()).toEqual([
      'AWS::ApiGateway::Deployment',
      'AWS::ApiGateway::GatewayResponse',
      'AWS::ApiGateway::Method',
      'AWS::ApiGateway::Stage',
    ]);
  });
});
