import { Latchkey } from '../latchkey.ts';
import type { LatchkeyOptions } from '../options.ts';
import { paths } from '../rows.gen.ts';

export * from '../index.ts';

/** A deployment with the contract of Neuroloom. */
export class Neuroloom extends Latchkey {
  constructor(options: LatchkeyOptions = {}) {
    super(options, { apiKeyVariable: 'NEUROLOOM_API_KEY', paths: paths.neuroloom });
  }
}
