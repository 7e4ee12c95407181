import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { OUTCOMES, type Outcome } from '../contract/outcomes.ts';

const DAY_SECONDS = 86_400;

const client = new CloudWatchClient({ maxAttempts: 2 });

/**
 * How many decisions had which outcome since 00:00 UTC before `now` (Unix seconds). The authorizer counts in the lines of its log, so that
 * a count costs it no call; CloudWatch adds them up, a minute or two later.
 */
export async function countDecisions(
  namespace: string,
  now: number,
): Promise<Readonly<Record<Outcome, number>>> {
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date((now - (now % DAY_SECONDS)) * 1000),
      // The end is exclusive, and the first second of a day has decisions too.
      EndTime: new Date((now + 1) * 1000),
      MetricDataQueries: OUTCOMES.map((outcome) => ({
        Id: outcome,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: 'Decisions',
            Dimensions: [{ Name: 'outcome', Value: outcome }],
          },
          Period: DAY_SECONDS,
          Stat: 'Sum',
        },
      })),
    }),
  );
  const sumOf = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values?.[0] ?? 0;
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sumOf(outcome)])) as Record<Outcome, number>;
}
