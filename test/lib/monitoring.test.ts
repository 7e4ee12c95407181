import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from './synth.ts';

const RUNBOOK = join(import.meta.dirname, '../../docs/runbook');
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';
let template: Template;

beforeAll(async () => {
  template = await templateOf({ config: { alarmTopicArn: TOPIC } });
});

describe('every alarm', () => {
  it('has a page that says what it means and what to do, and names it', () => {
    const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(5);
    for (const { AlarmName, AlarmDescription } of alarms) {
      const page = join(RUNBOOK, `${AlarmName.replace(/^Latchkey-/, '')}.md`);
      expect(existsSync(page), page).toBe(true);
      expect(AlarmDescription).toContain(`docs/runbook/${AlarmName.replace(/^Latchkey-/, '')}.md`);
      const text = readFileSync(page, 'utf8');
      expect(text).toContain('## What it means');
      expect(text).toContain('## What to do');
    }
  });

  it('tells the topic of the configuration, and nobody without one', async () => {
    for (const { AlarmActions } of propertiesOf(template, 'AWS::CloudWatch::Alarm'))
      expect(AlarmActions).toEqual([TOPIC]);
    const quiet = propertiesOf(await templateOf(), 'AWS::CloudWatch::Alarm');
    for (const { AlarmActions } of quiet) expect(AlarmActions).toBeUndefined();
  });

  it('does not ring when nobody calls', () => {
    for (const { TreatMissingData } of propertiesOf(template, 'AWS::CloudWatch::Alarm'))
      expect(TreatMissingData).toBe('notBreaching');
  });
});

it('the alarm of the usage keys rings before a tenant has to wait for one', async () => {
  const limits = { max: 1_000, maxForInitialTier: 2_000 };
  const small = await templateOf({ config: { usageKeys: limits } });
  for (const [each, threshold] of [
    [template, 7_600],
    [small, 950],
  ] as const) {
    const alarm = propertiesOf(each, 'AWS::CloudWatch::Alarm').find(
      ({ AlarmName }) => AlarmName === 'Latchkey-usage-keys',
    );
    expect(alarm).toMatchObject({ MetricName: 'UsageKeys', Threshold: threshold });
  }
});

it('the dashboard shows metrics of the namespace in which the functions write them', () => {
  const [dashboard] = propertiesOf(template, 'AWS::CloudWatch::Dashboard');
  const [{ Environment }] = propertiesOf(template, 'AWS::Lambda::Function');
  expect(JSON.stringify(dashboard.DashboardBody)).toContain(`${Environment.Variables.METRICS_NAMESPACE}`);
  for (const metric of [
    'Decisions',
    'DecisionsLatency',
    'Requests',
    'Logins',
    'Rotations',
    'UsageKeys',
    'Reconciliations',
  ])
    expect(JSON.stringify(dashboard.DashboardBody)).toContain(metric);
});
