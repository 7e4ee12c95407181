import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests need nothing but memory: the rooms, the console's rules, the HTTP layer, the profiles, and what tests are made of. */
const ROOMS =
  'access|account|attempts|audit|clients|console/*|contract|enrolment|erasure|factors|http|idempotency|invitations|kernel|keys|ledger|mail|oauth|operators|pages|people|plans|profiles|providers|recovery|sessions|signin|signing|status|support|support/memory|tenancy|transfer|upstream|usage|verify';

/** The rooms of `lambdas` whose rules the unit tests cover. */
const RULES =
  'access|attempts|audit|clients|enrolment|factors|idempotency|invitations|keys|ledger|mail|oauth|operators|pages|people|plans|providers|recovery|sessions|signin|signing|status|tenancy|transfer|upstream|usage|verify';

/**
 * Tests of rules. In a room, what is named after a store or a client of another service, or `*.engine.test.ts`, speaks to
 * an engine, a server or a stack, and is not one of them.
 */
const UNIT = `test/@(${ROOMS})/!(*-store|*-client|*-http|*.engine).test.ts`;

/** Files that measure the memory or the time of their own process, which therefore is nobody else's. */
const ALONE = 'test/@(acceptance/@(streaming|upstream-limits)|recovery/timing.engine).test.ts';

/** Files that take longest, most of it by waiting: begun last, each would be waited for alone. */
const LONGEST = [
  'doctor/doctor',
  'matrix/rows',
  'acceptance/account',
  'acceptance/rate-limits',
  'acceptance/usage-keys',
  'acceptance/memoryrelay-page',
  'recovery/timing.engine',
  'races/races',
  'ops/ops',
  'faults/faults',
  'bench/proxy',
].map((name) => join(import.meta.dirname, `test/${name}.test.ts`));

/**
 * Spreads the longest files over the first half, so that others compute while they wait; those go by what an earlier run has
 * measured, and without one by size. The short unit tests come last.
 */
class LongestSpread extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.includes(moduleId);
    const isUnit = ({ project }: TestSpecification) => project.name === 'unit';
    const long = sorted.filter(isLong);
    const others = sorted.filter((file) => !isLong(file) && !isUnit(file));
    const each = Math.floor(others.length / 2 / Math.max(1, long.length));
    const begun = long.flatMap((file) => [file, ...others.splice(0, each)]);
    return [...begun, ...others, ...sorted.filter(isUnit)];
  }
}

export default defineConfig({
  test: {
    // Ends what hangs. How long a test takes is the machine's affair, and no test's failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    globalSetup: ['test/support/temporary-folder.ts'],
    // Tests wait for clocks, mails and streams as often as they compute: two files more than there are cores.
    maxWorkers: Math.min(availableParallelism() + 2, 8),
    sequence: { sequencer: LongestSpread },
    env: {
      // CDK's own look at a template warns and fails nothing, and is a third of a synth: `npm run synth` takes it.
      CDK_VALIDATION: 'false',
      // Commands that tests run are compiled once; that is half the time of a short one.
      NODE_COMPILE_CACHE: join(import.meta.dirname, '.latchkey/compile-cache'),
    },
    // Of the unit tests alone (`npm run test:unit -- --coverage`): what else runs rules, runs them bundled.
    coverage: {
      provider: 'v8',
      include: [`lambdas/@(${RULES})/*.ts`],
      exclude: [
        // Rows, stores and clients, and what says how records are written and read.
        'lambdas/*/*{rows,-store,-client,-record,-facts,change-note,facts}.ts',
        'lambdas/@(keys|people|sessions|tenancy)/@(api-key|person|session|tenant|workspace).ts',
        // Rules of which every step is another service's: the reconciler and the stream have tests of their own on it.
        'lambdas/plans/reconcile*.ts',
        'lambdas/usage/count-uses.ts',
        // Ways into a service: real servers show them (`test/verify/*-http.test.ts`, `npm run test:frameworks`).
        'lambdas/verify/{assertion,credentials,express,fastify,hono,lambda,node,node-request,request-headers}.ts',
        // For documents.
        'lambdas/access/rights-table.ts',
      ],
      reporter: [['text', { skipFull: true }]],
      reportsDirectory: join(tmpdir(), 'latchkey-coverage'),
      // A little below what is measured: a rule that comes without a test is seen.
      thresholds: { lines: 95, statements: 94, functions: 93, branches: 85 },
    },
    // Of the published pages every command and promise is shown by its name.
    ...(process.argv.includes('acceptance') ? { reporters: ['verbose'] } : {}),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [UNIT],
          // They share what they import, which is most of their time; none changes it.
          isolate: false,
          setupFiles: ['test/support/nothing-starts.ts', 'test/support/put-back.ts'],
        },
      },
      // After all others, with nothing beside it.
      {
        extends: true,
        test: { name: 'alone', include: [ALONE], sequence: { groupOrder: 1 }, maxWorkers: 1 },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          isolate: false,
          setupFiles: ['test/support/put-back.ts'],
          include: ['test/**/*.test.ts'],
          // The others need more than npm, or more time, and have scripts of their own.
          exclude: [
            UNIT,
            ALONE,
            'test/{architecture,browser,client-libraries,console,mcp,package,published-clients,emulator,frameworks,fuzz,chaos,load,openapi}/**',
          ],
        },
      },
    ],
  },
});
