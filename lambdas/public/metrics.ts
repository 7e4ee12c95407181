import packageFile from '../../package.json' with { type: 'json' };
import type { Census } from '../domain/census.ts';

/** Milliseconds for which an answer is repeated: a scraper, or a flood, reads the table no more often. */
const CACHE_MILLISECONDS = 5000;

/** The metrics, read at most every five seconds. Throws `unavailable` when the store does not answer. */
export function metrics(
  readCensus: () => Promise<Census>,
  profile: string,
  monotonic = () => performance.now(),
): () => Promise<string> {
  let last: { readonly at: number; readonly text: Promise<string> } | undefined;
  return () => {
    if (last === undefined || monotonic() - last.at >= CACHE_MILLISECONDS) {
      last = { at: monotonic(), text: readCensus().then((census) => exposition(census, profile)) };
    }
    return last.text;
  };
}

/** Prometheus' text format, version 0.0.4. All are gauges: they go down too. */
function exposition(census: Census, profile: string): string {
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
    ...gauge('latchkey_build_info', 'Always 1: the labels say what runs.', [[`{${build}}`, 1]]),
    '',
  ].join('\n');
}

function gauge(name: string, help: string, samples: readonly (readonly [string, number])[]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}
