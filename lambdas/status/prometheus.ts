import packageFile from '../../package.json' with { type: 'json' };
import { OUTCOMES, type Outcome } from '../contract/outcomes.ts';
import { Problem } from '../kernel/problem.ts';
import { remembered } from '../kernel/remembered.ts';
import type { Census } from './census.ts';
import { withDeadline } from './health.ts';

/** A scraper, or a flood, reads the table no more often. */
const CENSUS_MILLISECONDS = 5000;

/** CloudWatch has new figures once a minute, and charges for each that is read. */
const DECISIONS_MILLISECONDS = 60_000;
const DEADLINE_MILLISECONDS = 2000;

/** The sources of the metrics. */
export interface MetricSources {
  readonly census: () => Promise<Census>;
  /** Since 00:00 UTC. */
  readonly decisions: () => Promise<Readonly<Record<Outcome, number>>>;
}

/** The metrics, read now and then. Throws `unavailable` when the table or CloudWatch does not answer. */
export function metrics(
  { census, decisions }: MetricSources,
  profile: string,
  monotonic?: () => number,
): () => Promise<string> {
  const readCensus = remembered(census, CENSUS_MILLISECONDS, monotonic);
  const readDecisions = remembered(decisions, DECISIONS_MILLISECONDS, monotonic);
  return async () => {
    try {
      const read = Promise.all([readCensus(), readDecisions()]);
      return exposition(...(await withDeadline(read, DEADLINE_MILLISECONDS)), profile);
    } catch (cause) {
      throw cause instanceof Problem ? cause : new Problem('unavailable', { cause });
    }
  };
}

/** Prometheus' text format, version 0.0.4. */
function exposition(census: Census, decisions: Readonly<Record<Outcome, number>>, profile: string): string {
  const build = `version="${packageFile.version}",profile="${profile}"`;
  return [
    ...gauge('latchkey_tenants', 'Tenants.', [['', census.tenants]]),
    ...gauge('latchkey_users', 'People who belong to a tenant.', [['', census.users]]),
    ...gauge(
      'latchkey_api_keys',
      'API keys by the state of their record. One that expires keeps its state until its record is deleted.',
      (['active', 'disabled', 'revoked'] as const).map((state) => [
        `{state="${state}"}`,
        census[`keys_${state}`],
      ]),
    ),
    ...family(
      'counter',
      'latchkey_decisions_total',
      'Requests with a credential by what the authorizer decided, since 00:00 UTC.',
      OUTCOMES.map((outcome) => [`{outcome="${outcome}"}`, decisions[outcome]]),
    ),
    ...gauge('latchkey_build_info', 'Always 1: the labels say what runs.', [[`{${build}}`, 1]]),
    '',
  ].join('\n');
}

type Samples = readonly (readonly [labels: string, value: number])[];

function gauge(name: string, help: string, samples: Samples): string[] {
  return family('gauge', name, help, samples);
}

function family(type: 'gauge' | 'counter', name: string, help: string, samples: Samples): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}
