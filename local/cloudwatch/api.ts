import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import type { Figures } from '../figures/figures.ts';

/** The service's name in `X-Amz-Target`. */
export const CLOUDWATCH = 'GraniteServiceVersion20100801';

const HOUR_SECONDS = 3600;

interface Query {
  readonly Id: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

/** Seconds since 1970, as the JSON protocol writes times. */
interface Input {
  readonly StartTime: number;
  readonly EndTime: number;
  readonly MetricDataQueries: readonly Query[];
}

/** GetMetricData over what the functions have counted: sums of whole hours (CloudWatch API reference, GetMetricData). */
export function serveCloudWatch(call: AwsCall, figures: Figures): AwsAnswer {
  if (call.action !== 'GetMetricData') throw notServed(call.action);
  const input = JSON.parse(call.body.toString('utf8')) as Input;
  const results = input.MetricDataQueries.map((query) => resultOf(query, input, figures));
  return {
    status: 200,
    body: JSON.stringify({ MetricDataResults: results, Messages: [] }),
    contentType: 'application/x-amz-json-1.0',
  };
}

function resultOf({ Id, MetricStat }: Query, { StartTime, EndTime }: Input, figures: Figures): object {
  if (MetricStat?.Stat !== 'Sum' || MetricStat.Period % HOUR_SECONDS !== 0)
    throw notServed('GetMetricData for anything but sums of whole hours');
  const { Metric, Period } = MetricStat;
  const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
  const sums = new Map<number, number>();
  for (const { startSeconds, sum } of figures.hours(Metric.Namespace, Metric.MetricName, dimensions)) {
    if (startSeconds + HOUR_SECONDS <= StartTime || startSeconds >= EndTime) continue;
    const period = startSeconds - (startSeconds % Period);
    sums.set(period, (sums.get(period) ?? 0) + sum);
  }
  const newestFirst = [...sums].sort(([a], [b]) => b - a);
  return {
    Id,
    Label: Metric.MetricName,
    Timestamps: newestFirst.map(([timestamp]) => timestamp),
    Values: newestFirst.map(([, sum]) => sum),
    StatusCode: 'Complete',
  };
}

function notServed(what: string): AwsError {
  return new AwsError('UnknownOperationException', `The local stack does not serve ${what}.`, 501);
}
