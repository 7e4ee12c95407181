import { Latchkey } from '../latchkey.ts';
import type { LatchkeyOptions } from '../options.ts';
import { paths } from '../rows.gen.ts';

export * from '../index.ts';

/** A deployment with the contract of Memgraph. */
export class MemgraphClient extends Latchkey {
  constructor(options: LatchkeyOptions = {}) {
    super(options, { apiKeyVariable: 'MEMGRAPH_API_KEY', paths: paths.memgraph, apiKeyHeader: 'X-API-KEY' });
  }
}
