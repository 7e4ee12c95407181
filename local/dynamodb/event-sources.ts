import type { DeployedResource, StackTemplate } from '../cloudformation/stack-template.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { Functions } from '../lambda/functions.ts';
import type { Logger } from '../log.ts';
import type { DynamodbClient } from './client.ts';
import { compileFilters } from './event-pattern.ts';
import { EventSourceMapping } from './event-source-mapping.ts';
import type { ExpirySweeper } from './expiry.ts';
import { StreamReader, type StreamRecord } from './stream-reader.ts';
import type { Table } from './tables.ts';
import type { WriteSignal } from './write-signal.ts';

interface MappingProperties {
  readonly EventSourceArn: string;
  readonly FunctionName: string;
  readonly StartingPosition?: 'LATEST' | 'TRIM_HORIZON';
  readonly Enabled?: boolean;
  readonly BatchSize?: number;
  readonly BisectBatchOnFunctionError?: boolean;
  readonly MaximumRetryAttempts?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern: string }[] };
}

/** The user identity of a deletion by TTL (DynamoDB developer guide, time-to-live-ttl-streams). */
const TTL_IDENTITY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

/** Records that one call reads at most (DynamoDB Streams API reference, `GetRecords`). */
const MAX_RECORDS = 1000;

interface Surroundings {
  readonly client: DynamodbClient;
  readonly tables: readonly Table[];
  readonly functions: Functions;
  readonly sweeper: ExpirySweeper;
  readonly writes: WriteSignal;
  readonly data: DataDirectory;
  readonly log: Logger;
}

/** Starts every event source mapping of the template. */
export function startEventSources(template: StackTemplate, surroundings: Surroundings): EventSourceMapping[] {
  return template
    .ofType<MappingProperties>('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.Enabled !== false)
    .flatMap((resource) => startMapping(template, resource, surroundings));
}

function startMapping(
  template: StackTemplate,
  { logicalId, ref, properties }: DeployedResource<MappingProperties>,
  { client, tables, functions, sweeper, writes, data, log }: Surroundings,
): readonly EventSourceMapping[] {
  const table = tables.find(({ streamArn }) => streamArn === properties.EventSourceArn);
  if (table === undefined) {
    template.unserved(`${logicalId} reads ${properties.EventSourceArn}, which is no stream of this stack`);
    return [];
  }
  const known = data.store(`stream-${ref}`, {});
  // Once a mapping exists it misses nothing: records written while the stack was down are read after it is up again.
  const registered = data.store<readonly string[]>('event-sources', []);
  const startsAnew = !registered.get().includes(ref);
  if (startsAnew) registered.set([...registered.get(), ref]);
  const from = startsAnew ? (properties.StartingPosition ?? 'LATEST') : 'TRIM_HORIZON';
  const retries = Number(properties.MaximumRetryAttempts ?? -1);
  const mapping = new EventSourceMapping({
    logicalId,
    reader: new StreamReader(client, table, Math.min(Number(properties.BatchSize ?? 100), MAX_RECORDS), from),
    target: functions.get(properties.FunctionName),
    wanted: compileFilters((properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern)),
    complete: (record) => withIdentity(record, table, sweeper),
    position: known,
    writes,
    bisect: properties.BisectBatchOnFunctionError === true,
    reportsItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
    maximumRetries: retries < 0 ? Number.POSITIVE_INFINITY : retries,
    log,
  });
  return [mapping];
}

function withIdentity(record: StreamRecord, table: Table, sweeper: ExpirySweeper): StreamRecord {
  const { OldImage, Keys } = record.dynamodb;
  const image = { ...Keys, ...OldImage };
  if (record.eventName !== 'REMOVE' || !sweeper.deleted(table, image)) return record;
  return { ...record, userIdentity: TTL_IDENTITY };
}
