import { ACCESS_LOG } from '../access-log.ts';

/**
 * Prices of us-east-1 in USD, without free tiers. docs/scale.md names their sources; no machine can look them up where
 * this is built.
 */
export const PRICES = {
  apiRequest: 3.5e-6,
  lambdaRequest: 0.2e-6,
  /** A GB-second on arm64. */
  lambdaGbSecond: 0.0000133334,
  tableWrite: 0.625e-6,
  tableRead: 0.125e-6,
  logGb: 0.5,
  trace: 5e-6,
  wafRequest: 0.6e-6,
  /** The following by the month. */
  webAcl: 5,
  wafRule: 1,
  /** Of one metric; one of several costs as many. */
  alarm: 0.1,
  metric: 0.3,
  secret: 0.4,
} as const;

/** What a price list cannot say: how a call through the door to an upstream behaves. */
export const ASSUMED = {
  authorizerSeconds: 0.005,
  /** The upstream's 50 ms, and 2 of the forwarder's own. */
  forwarderSeconds: 0.052,
  /** Reads of a tenant's facts for one call, of half a unit each. */
  factReads: 0.4,
  /** Uses of a key that are counted together, and the most write units that this takes. */
  usesInBatch: 100,
  usageWrites: 6,
  /** Calls that X-Ray takes, by its default rule. */
  traced: 0.05,
  /** A run of the reconciler, and one of the stream's readers that has nothing but its heartbeat. */
  reconcilerSeconds: 1,
  readerSeconds: 0.02,
  minutesInMonth: 43_800,
} as const;

/** A line of each log, as a call through the door writes them. `test/docs/costs.test.ts` holds them to the real ones. */
export const LINES = {
  access:
    '{"requestId":"1e6b5c0e-6f0b-4a58-9d1c-2f8f0a3b7c11","extendedRequestId":"UxpzEjEYUj46JR8=","traceId":"1-69286b1c-3d5f0c6e1b7a9d2f4c8e0a13","time":"1795780000000","ip":"203.0.113.254","method":"GET","resource":"/v1/{proxy+}","protocol":"HTTP/1.1","status":"200","responseLength":"2048","responseLatency":"78","authorizerStatus":"200","authorizerLatency":"12","authorizerRequestId":"6d1b2c3e-8f0a-4b5c-9d7e-1a2b3c4d5e6f","integrationStatus":"200","integrationLatency":"60","errorType":"-"}',
  authorizer:
    '{"_aws":{"Timestamp":1795780000000,"CloudWatchMetrics":[{"Namespace":"Latchkey/Latchkey","Dimensions":[["outcome"]],"Metrics":[{"Name":"Decisions","Unit":"Count"},{"Name":"DecisionsLatency","Unit":"Milliseconds"}]}]},"level":"INFO","request_id":"UxpzEjEYUj46JR8=","trace_id":"69286b1c3d5f0c6e1b7a9d2f4c8e0a13","route":"GET /v1/{proxy+}","tenant":"019ac1f4-5b0e-7c3a-9f21-6d8e0b7a4c15","principal":"key:key_019ac1f45b0e7c3a9f216d8e0b7a4c15","outcome":"allowed","Decisions":1,"DecisionsLatency":4.56}',
  forwarder:
    '{"_aws":{"Timestamp":1795780000000,"CloudWatchMetrics":[{"Namespace":"Latchkey/Latchkey","Dimensions":[["outcome"]],"Metrics":[{"Name":"Requests","Unit":"Count"},{"Name":"RequestsLatency","Unit":"Milliseconds"}]}]},"level":"INFO","request_id":"UxpzEjEYUj46JR8=","trace_id":"69286b1c3d5f0c6e1b7a9d2f4c8e0a13","route":"GET /v1/{proxy+}","status":200,"ms":52,"tenant":"019ac1f4-5b0e-7c3a-9f21-6d8e0b7a4c15","principal":"key:key_019ac1f45b0e7c3a9f216d8e0b7a4c15","outcome":"served","Requests":1,"RequestsLatency":52.34}',
} as const;

/** Bytes that CloudWatch Logs adds to each event ("Quotas": 26 bytes of overhead). */
const EVENT_BYTES = 26;

/** A template, in what is read here. */
export interface PricedTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** A line of the list: the service, what is used of it, and USD. */
export interface Cost {
  readonly service: string;
  readonly use: string;
  readonly usd: number;
}

/** The costs of a million calls through the door, by a template. `perLine`: allowed decisions that have one line. */
export function costsOfCalls(template: PricedTemplate, perLine = 1): readonly Cost[] {
  const million = 1e6;
  const [authorizer, forwarder] = (['authorizer', 'forwarder'] as const).map((name) =>
    memoryOf(template, name),
  );
  const invoked = (memoryMiB: number, seconds: number) =>
    PRICES.lambdaRequest + (memoryMiB / 1024) * seconds * PRICES.lambdaGbSecond;
  const gb = million * logBytes(perLine) * 1e-9;
  const hasWaf = resources(template, 'AWS::WAFv2::WebACL').length > 0;
  return [
    { service: 'API Gateway, REST', use: '1 M requests', usd: million * PRICES.apiRequest },
    {
      service: 'Authorizer',
      use: `1 M requests, ${authorizer} MB arm64, ${ASSUMED.authorizerSeconds * 1000} ms`,
      usd: million * invoked(authorizer ?? 0, ASSUMED.authorizerSeconds),
    },
    {
      service: 'Forwarder',
      use: `1 M requests, ${forwarder} MB arm64, ${ASSUMED.forwarderSeconds * 1000} ms, most of it waiting`,
      usd: million * invoked(forwarder ?? 0, ASSUMED.forwarderSeconds),
    },
    {
      service: 'DynamoDB',
      use: '1 M writes of 1 KB; reads once a tenant and two seconds',
      usd: million * (PRICES.tableWrite + (ASSUMED.factReads / 2) * PRICES.tableRead),
    },
    {
      service: 'Usage',
      use: `at most ${ASSUMED.usageWrites} write units for each key and minute in which it is used; here ${ASSUMED.usesInBatch} uses in each`,
      usd: (million / ASSUMED.usesInBatch) * ASSUMED.usageWrites * PRICES.tableWrite,
    },
    {
      service: 'CloudWatch Logs',
      use: `${gb.toFixed(1)} GB: the access log, and a line of authorizer and forwarder`,
      usd: gb * PRICES.logGb,
    },
    {
      service: 'X-Ray',
      use: '1 in 20 after the first of each second',
      usd: million * ASSUMED.traced * PRICES.trace,
    },
    ...(hasWaf ? [{ service: 'AWS WAF', use: '1 M requests', usd: million * PRICES.wafRequest }] : []),
  ];
}

/** What a stack costs by the month before anybody calls. */
export function costsOfMonth(template: PricedTemplate): readonly Cost[] {
  const acls = resources(template, 'AWS::WAFv2::WebACL');
  const rules = acls.flatMap(({ Rules }) => Rules as unknown[]).length;
  const alarms = resources(template, 'AWS::CloudWatch::Alarm');
  // An alarm on an expression costs as one on each of the metrics that it reads.
  const alarmMetrics = alarms.reduce((sum, { Metrics }) => sum + measured(Metrics), 0);
  const metrics = ownMetrics(template).size;
  const run = (name: 'reconciler' | 'stream' | 'usage', seconds: number) =>
    ASSUMED.minutesInMonth *
    (PRICES.lambdaRequest + (memoryOf(template, name) / 1024) * seconds * PRICES.lambdaGbSecond);
  return [
    {
      service: 'Secrets Manager',
      use: 'the signing keys',
      usd: resources(template, 'AWS::SecretsManager::Secret').length * PRICES.secret,
    },
    ...(acls.length === 0
      ? []
      : [
          {
            service: 'AWS WAF',
            use: `${acls.length} web ACL, ${rules} rules`,
            usd: acls.length * PRICES.webAcl + rules * PRICES.wafRule,
          },
        ]),
    {
      service: 'Alarms',
      use: `${alarms.length}, on ${alarmMetrics} metrics`,
      usd: alarmMetrics * PRICES.alarm,
    },
    {
      service: 'Metrics of our own',
      use: `${metrics} at most, those with a value`,
      usd: metrics * PRICES.metric,
    },
    {
      service: 'What is called every minute',
      use: 'the reconciler, and both readers of the stream by its runs',
      usd:
        run('reconciler', ASSUMED.reconcilerSeconds) +
        run('stream', ASSUMED.readerSeconds) +
        run('usage', ASSUMED.readerSeconds),
    },
  ];
}

/** The list of docs/deploy.md: the first table by the million calls, the second by the month. */
export function costsList(template: PricedTemplate): string {
  const table = (costs: readonly Cost[]) => [
    '| service | use | USD |',
    '|---|---|---|',
    ...costs.map(({ service, use, usd }) => `| ${service} | ${use} | ${usd.toFixed(2)} |`),
    `| | | **${costs.reduce((sum, { usd }) => sum + usd, 0).toFixed(2)}** |`,
  ];
  return [
    'A million calls:',
    '',
    ...table(costsOfCalls(template)),
    '',
    'By the month, whoever calls:',
    '',
    ...table(costsOfMonth(template)),
  ].join('\n');
}

/** Bytes that a call writes into logs, as CloudWatch counts them. */
export function logBytes(perLine: number): number {
  const bytes = (line: string) => Buffer.byteLength(line) + EVENT_BYTES;
  return bytes(LINES.access) + bytes(LINES.authorizer) / perLine + bytes(LINES.forwarder);
}

/** The fields of the access log, for the test that holds its line to them. */
export const ACCESS_FIELDS: readonly string[] = Object.keys(JSON.parse(ACCESS_LOG.toString()));

function resources(template: PricedTemplate, type: string): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties = {} }) => Properties);
}

/** The memory of a function, by the path of its construct. */
function memoryOf({ Resources }: PricedTemplate, name: string): number {
  const found = Object.entries(Resources).find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(`Functions${name}`),
  );
  const memory = found?.[1].Properties?.MemorySize;
  if (typeof memory !== 'number') throw new Error(`The template has no function "${name}".`);
  return memory;
}

function measured(metrics: unknown): number {
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((metric: Readonly<Record<string, unknown>>) => 'MetricStat' in metric).length;
}

/** The metrics that the functions write, by name and outcome, as dashboard and alarms show them. */
function ownMetrics(template: PricedTemplate): ReadonlySet<string> {
  const shown = JSON.stringify([
    resources(template, 'AWS::CloudWatch::Dashboard'),
    resources(template, 'AWS::CloudWatch::Alarm'),
  ]);
  const inDashboard = [...shown.matchAll(/Latchkey\/[\w-]+\\+",\\+"(\w+)\\+",\\+"outcome\\+",\\+"(\w+)/g)];
  const inAlarms = resources(template, 'AWS::CloudWatch::Alarm').flatMap(
    ({ Namespace, MetricName, Dimensions }) =>
      String(Namespace).startsWith('Latchkey/')
        ? [`${MetricName} ${(Dimensions as readonly { readonly Value: unknown }[])[0]?.Value}`]
        : [],
  );
  return new Set([...inDashboard.map(([, name, outcome]) => `${name} ${outcome}`), ...inAlarms]);
}
