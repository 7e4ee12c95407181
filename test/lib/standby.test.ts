import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { propertiesOf, templateOf } from './synth.ts';

/** The stack of a second Region: it has everything, and nothing in it runs until it is promoted. */
const restoredTableStreamArn =
  'arn:aws:dynamodb:eu-west-1:111122223333:table/Latchkey-Table/stream/2026-11-27T13:00:00.000';

describe('a standby', () => {
  it('has no function that can run, as each would write into the table of the Region that serves', async () => {
    const template = await templateOf({ regionRole: 'standby', config: { restoredTableStreamArn } });
    const functions = propertiesOf(template, 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(10);
    for (const { Description, ReservedConcurrentExecutions } of functions)
      expect(ReservedConcurrentExecutions, Description).toBe(0);
  });

  it('follows no stream, is called by no schedule, rotates nothing, and misses nothing', async () => {
    const template = await templateOf({ regionRole: 'standby', config: { restoredTableStreamArn } });
    for (const { Enabled } of propertiesOf(template, 'AWS::Lambda::EventSourceMapping'))
      expect(Enabled).toBe(false);
    for (const { State } of propertiesOf(template, 'AWS::Events::Rule')) expect(State).toBe('DISABLED');
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
    for (const { TreatMissingData } of propertiesOf(template, 'AWS::CloudWatch::Alarm'))
      expect(TreatMissingData).toBe('notBreaching');
  });

  it('is of the same deployment: the synth refuses one without the replica of the table', async () => {
    await expect(loadSettings({ regionRole: 'standby' })).rejects.toThrow(
      'regionRole: a standby needs the replica of the table; name its stream in restoredTableStreamArn',
    );
    await expect(loadSettings({ regionRole: 'passive' })).rejects.toThrow(
      'regionRole: must be one of active, standby',
    );
  });
});
