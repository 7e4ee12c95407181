import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from './synth.ts';

const RUNBOOK = join(import.meta.dirname, '../../docs/runbook');
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';
let template: Template;

beforeAll(async () => {
  template = await templateOf({ config: { alarmTopicArn: TOPIC, backupHours: 26 } });
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

  it('does not ring when nobody calls, but for those of what is called every minute', () => {
    const deadMans = ['mailer-stopped', 'reconciler-stopped', 'stream-stopped', 'usage-stopped'];
    for (const { AlarmName, TreatMissingData, ComparisonOperator } of propertiesOf(
      template,
      'AWS::CloudWatch::Alarm',
    )) {
      const isDeadMans = deadMans.includes(AlarmName.replace(/^Latchkey-/, ''));
      expect([AlarmName, TreatMissingData, ComparisonOperator]).toEqual([
        AlarmName,
        ...(isDeadMans
          ? ['breaching', 'LessThanThreshold']
          : ['notBreaching', 'GreaterThanOrEqualToThreshold']),
      ]);
    }
  });
});

const alarmOf = (from: Template, name: string) =>
  propertiesOf(from, 'AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName === `Latchkey-${name}`);
const functionOf = (from: Template, alarm: string): string =>
  JSON.stringify(alarmOf(from, alarm)?.Dimensions).match(/"Functions([a-z]+)/)?.[1] ?? '';

it('an alarm rings when the last backup is older than the configuration says, and there is none without', async () => {
  expect(alarmOf(template, 'backup-late')).toMatchObject({ MetricName: 'BackupAge', Threshold: 26 * 3600 });
  expect(alarmOf(await templateOf(), 'backup-late')).toBeUndefined();
});

describe('the dead man’s switches', () => {
  it('watch what is called every minute: the reconciler by its schedule, the readers of the stream by its runs', () => {
    for (const name of ['reconciler', 'stream', 'usage']) {
      expect(alarmOf(template, `${name}-stopped`)).toMatchObject({
        MetricName: 'Invocations',
        Namespace: 'AWS/Lambda',
        Statistic: 'Sum',
        Threshold: 1,
        Period: 300,
        EvaluationPeriods: 3,
      });
      expect(functionOf(template, `${name}-stopped`)).toBe(name);
    }
    const [rule] = propertiesOf(template, 'AWS::Events::Rule');
    expect(rule.ScheduleExpression).toBe('rate(1 minute)');
    const runEnds = {
      dynamodb: { Keys: { SK: { S: ['RECONCILER'] } }, NewImage: { leasedUntil: { N: ['0'] } } },
    };
    for (const { FilterCriteria } of propertiesOf(template, 'AWS::Lambda::EventSourceMapping')) {
      const patterns = FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));
      expect(patterns).toContainEqual(runEnds);
      expect(patterns.length).toBeLessThanOrEqual(5);
    }
  });

  it('a rotation is missed two days after it should have come', async () => {
    const slow = await templateOf({ config: { rotationDays: 90 } });
    for (const [each, days] of [
      [template, 32],
      [slow, 92],
    ] as const)
      expect(alarmOf(each, 'rotation-missed')).toMatchObject({
        MetricName: 'SigningKeyAge',
        Statistic: 'Maximum',
        Threshold: days * 86_400,
      });
  });
});

describe('the alarm of AWS WAF', () => {
  it('rings at a fifth of all requests, of a thousand blocked ones, where there is a WAF', async () => {
    expect(alarmOf(template, 'waf-blocks')).toBeUndefined();
    const walled = await templateOf({ config: { waf: true } });
    const [acl] = propertiesOf(walled, 'AWS::WAFv2::WebACL');
    const alarm = alarmOf(walled, 'waf-blocks');
    expect(alarm).toMatchObject({ Threshold: 20, EvaluationPeriods: 2 });
    const [share, ...counted] = alarm?.Metrics ?? [];
    expect(share.Expression).toBe('IF(blocked >= 1000, 100 * blocked / (blocked + FILL(allowed, 0)), 0)');
    expect(
      counted.map(
        ({ MetricStat }: { MetricStat: { Metric: { MetricName: string } } }) => MetricStat.Metric.MetricName,
      ),
    ).toEqual(['BlockedRequests', 'AllowedRequests']);
    for (const { MetricStat } of counted)
      expect(MetricStat.Metric.Dimensions).toEqual([
        { Name: 'Region', Value: { Ref: 'AWS::Region' } },
        { Name: 'Rule', Value: 'ALL' },
        { Name: 'WebACL', Value: acl.VisibilityConfig.MetricName },
      ]);
  });
});

describe('scale.md', () => {
  /** What each of its sentences about an alarm promises: the words, the alarm, and what the template has to have. */
  const PROMISES: readonly (readonly [words: string, alarm: string, has: object])[] = [
    [
      'the alarm `slow-decisions` rings at a p99 of 250 ms',
      'slow-decisions',
      { MetricName: 'Duration', ExtendedStatistic: 'p99', Threshold: 250 },
    ],
    [
      'then answers 500, and the alarm `table-throttled` rings',
      'table-throttled',
      { MetricName: 'WriteThrottleEvents', Threshold: 1 },
    ],
    [
      'When it falls ten minutes behind (`usage-late`)',
      'usage-late',
      { MetricName: 'IteratorAge', Threshold: 600_000 },
    ],
    [
      'the authorizer is throttled, and API Gateway answers 500 (`authorizer-throttled`',
      'authorizer-throttled',
      { MetricName: 'Throttles', Threshold: 1 },
    ],
    [
      'of the forwarder 503, `upstream-at-ceiling`',
      'upstream-at-ceiling',
      { MetricName: 'Throttles', Threshold: 10 },
    ],
    ['500 for that key alone (`table-throttled`)', 'table-throttled', { MetricName: 'WriteThrottleEvents' }],
    ['throttled writes (`table-throttled`)', 'table-throttled', { MetricName: 'WriteThrottleEvents' }],
    [
      'the alarm `usage-keys` says so before, at 95 % of them',
      'usage-keys',
      { MetricName: 'UsageKeys', Threshold: 7600 },
    ],
    [
      '`reconciler-stopped`, `stream-stopped` and `usage-stopped` ring after a quarter of an hour',
      'reconciler-stopped',
      { Period: 300, EvaluationPeriods: 3 },
    ],
    [
      '`stream-stopped` and `usage-stopped` ring after a quarter of an hour',
      'stream-stopped',
      { Period: 300, EvaluationPeriods: 3 },
    ],
    [
      '`usage-stopped` ring after a quarter of an hour',
      'usage-stopped',
      { Period: 300, EvaluationPeriods: 3 },
    ],
    [
      '`rotation-missed` two days after a rotation should have come',
      'rotation-missed',
      { Threshold: 32 * 86_400 },
    ],
    ['`waf-blocks` rings when that is a fifth of all requests', 'waf-blocks', { Threshold: 20 }],
  ];
  const text = readFileSync(join(RUNBOOK, '../scale.md'), 'utf8');

  it('says of alarms what the template has', async () => {
    const walled = await templateOf({ config: { waf: true } });
    for (const [words, alarm, has] of PROMISES) {
      expect(text).toContain(words);
      expect(alarmOf(walled, alarm), words).toMatchObject(has);
    }
    expect(functionOf(walled, 'authorizer-throttled')).toBe('authorizer');
    expect(functionOf(walled, 'upstream-at-ceiling')).toBe('forwarder');
  });

  it('says nothing else of alarms: every place that names one is among these', async () => {
    const names = propertiesOf(await templateOf({ config: { waf: true } }), 'AWS::CloudWatch::Alarm').map(
      ({ AlarmName }) => AlarmName.replace(/^Latchkey-/, ''),
    );
    const named = names.flatMap((name) => [...text.matchAll(new RegExp(`\`${name}\``, 'g'))].map(() => name));
    expect(named.sort()).toEqual(PROMISES.map(([, alarm]) => alarm).sort());
    // The one sentence with the word that names none: of what none rings for.
    const others = text.match(/[^.\n|]*\balarm\b[^.\n|]*/gi)?.filter((words) => !words.includes('`'));
    expect(others).toEqual([' No alarm rings for it; it shows among the 4xx of the dashboard']);
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
    'Erasures',
    'UsageKeys',
    'Reconciliations',
  ])
    expect(JSON.stringify(dashboard.DashboardBody)).toContain(metric);
});
