import { Latchkey } from '../latchkey.ts';
import type { LatchkeyOptions } from '../options.ts';
import { paths } from '../rows.gen.ts';

export * from '../index.ts';

/** A deployment with the contract of Memory API. */
export class MemoryApi extends Latchkey {
  constructor(options: LatchkeyOptions = {}) {
    super(options, { apiKeyVariable: 'MEMORY_API_KEY', paths: paths['memory-api'] });
  }
}
