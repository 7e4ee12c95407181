/**
 * The rooms of `lambdas`, lowest first, with the rooms that each may import besides `contract` and `kernel`, which all
 * may. The import rules below are made of this table, and so are the picture and the rules in docs/architecture.md.
 */
export const ROOMS = {
  audit: [],
  erasure: ['audit'],
  signing: [],
  plans: [],
  upstream: [],
  attempts: [],
  pages: [],
  mail: ['pages'],
  idempotency: [],
  ledger: [],
  tenancy: ['audit', 'plans', 'idempotency'],
  factors: ['pages', 'mail', 'audit', 'attempts'],
  sessions: ['audit', 'attempts', 'signing', 'tenancy'],
  keys: ['audit', 'plans', 'signing', 'idempotency', 'tenancy'],
  people: [
    'pages',
    'mail',
    'audit',
    'erasure',
    'attempts',
    'idempotency',
    'tenancy',
    'factors',
    'sessions',
    'keys',
  ],
  signin: ['pages', 'audit', 'attempts', 'tenancy', 'factors', 'sessions', 'people'],
  providers: ['pages', 'audit', 'attempts', 'tenancy', 'factors', 'sessions', 'people', 'signin'],
  invitations: [
    'pages',
    'audit',
    'attempts',
    'idempotency',
    'mail',
    'tenancy',
    'factors',
    'sessions',
    'people',
  ],
  recovery: ['pages', 'mail', 'audit', 'attempts', 'tenancy', 'factors', 'sessions', 'people'],
  enrolment: ['pages', 'audit', 'factors', 'sessions', 'people', 'signin'],
  clients: ['audit', 'plans', 'signing', 'attempts', 'idempotency', 'tenancy', 'keys'],
  oauth: [
    'pages',
    'signin',
    'clients',
    'audit',
    'attempts',
    'signing',
    'tenancy',
    'sessions',
    'keys',
    'people',
  ],
  console: ['pages', 'signin', 'clients', 'oauth', 'attempts', 'sessions', 'people', 'audit'],
  account: [
    'attempts',
    'factors',
    'plans',
    'erasure',
    'mail',
    'pages',
    'signin',
    'oauth',
    'audit',
    'tenancy',
    'sessions',
    'keys',
    'people',
  ],
  usage: ['plans', 'keys'],
  status: ['signing'],
  operators: [
    'pages',
    'audit',
    'signing',
    'tenancy',
    'factors',
    'sessions',
    'keys',
    'people',
    'recovery',
    'usage',
    'status',
  ],
  transfer: ['audit', 'signing', 'tenancy', 'keys', 'people'],
  stream: ['ledger', 'audit', 'plans', 'sessions', 'keys', 'people', 'status'],
  access: ['plans', 'upstream', 'signing', 'tenancy', 'sessions', 'keys'],
};

/** What has rows: all rooms but the decision, which no room reads. */
const ROOMS_WITH_ROWS = Object.keys(ROOMS).filter((room) => room !== 'access');

/** All places of `lambdas`, lowest first, with what each may import of the others. */
export const LAYERS = {
  contract: [],
  kernel: ['contract'],
  ...Object.fromEntries(
    Object.entries(ROOMS).map(([room, rooms]) => [room, ['contract', 'kernel', ...rooms]]),
  ),
  table: ['contract', 'kernel', ...ROOMS_WITH_ROWS],
  http: ['contract', 'kernel', ...Object.keys(ROOMS)],
  // Published: decisions in the process of somebody's own service.
  verify: ['contract', 'kernel', ...Object.keys(ROOMS), 'http'],
  functions: ['contract', 'kernel', ...Object.keys(ROOMS), 'table', 'http'],
};

/** Every folder of the product. */
const OURS = '^(bin|lib|lambdas|profiles|local|ops|doctor|bench|test|console|clients|toolchain)/';
const AWS_SDK = '@aws-sdk/';

const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

/** A place imports what its line in the table names, and no other code of ours. */
const layer = (name, mayImport) =>
  rule(
    `${name}-imports-what-stands-below`,
    { path: `^lambdas/${name}/` },
    { path: OURS, pathNot: `^lambdas/(${[name, ...mayImport].join('|')})/` },
    'A folder of `lambdas` imports those that its line in the table names (the arrows above), and no other code of ours.',
  );

export default {
  forbidden: [
    rule(
      'no-cycles',
      {},
      { circular: true },
      'No import cycle, types included: in a cycle no file can be read first.',
    ),
    ...Object.entries(LAYERS)
      .filter(([name]) => name !== 'functions')
      .map(([name, mayImport]) => layer(name, mayImport)),
    rule(
      'functions-choose-a-profile',
      { path: '^lambdas/functions/' },
      { path: OURS, pathNot: '^(lambdas|profiles)/' },
      'Functions import `lambdas` and `profiles` only: a composition root puts rooms and one profile together.',
    ),
    rule(
      'functions-are-told-settings',
      { path: '^lambdas/', pathNot: '^lambdas/functions/' },
      { path: '^lambdas/contract/settings\\.ts$' },
      'In `lambdas`, only `functions` import `#settings`: a composition root hands on what a rule needs to know of the deployment.',
    ),
    rule(
      'contract-has-no-dependency',
      { path: '^lambdas/contract/' },
      { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'] },
      '`contract` imports neither a package nor a module of Node: it costs nobody anything.',
    ),
    rule(
      'profiles-are-data',
      { path: '^profiles/' },
      { pathNot: '^(lambdas/contract|profiles)/' },
      'A profile imports `contract` and other profiles only: it is data and small pure functions.',
    ),
    rule(
      'no-cdk-at-run-time',
      { path: '^(lambdas|profiles)/' },
      { path: 'node_modules/(aws-cdk-lib|constructs)/' },
      '`lambdas` and `profiles` do not import the CDK: they run on Lambda.',
    ),
    rule(
      'operators-load-no-cdk',
      { path: '^(ops|doctor)/' },
      { path: 'node_modules/(aws-cdk-lib/(?!region-info/)|constructs/)', reachable: true },
      '`ops` and `doctor` reach nothing of the CDK but the names of Regions: to load it takes longer than most commands.',
    ),
    rule(
      'run-time-code-uses-what-is-deployed',
      { path: '^(lambdas|profiles)/' },
      { dependencyTypes: ['npm-dev'], pathNot: '@types/' },
      'A development package is not in the bundle, and its types say nothing of Lambda.',
    ),
    rule(
      'rules-know-no-aws',
      { path: '^lambdas/', pathNot: '^lambdas/(kernel|functions|verify)/|-(store|client)\\.ts$' },
      { path: `${AWS_SDK}|aws4|^lambdas/kernel/(table|dynamodb-http|secrets-http|aws-http)\\.ts$` },
      "In `lambdas`, only `*-store.ts` (DynamoDB), `*-client.ts` (other services), `kernel`, `functions` and `verify` import the AWS SDK, `aws4` or the kernel's clients: rules can be tested without them.",
    ),
    rule(
      'builders-run-by-themselves',
      { path: '^(bin|lib|lambdas|profiles|local|ops|doctor)/', pathNot: '^(lib/build/|bin/build\\.ts$)' },
      { path: '^lib/build/|node_modules/(esbuild|vite)/' },
      'Nothing imports `lib/build`, `esbuild` or `vite`, but `bin/build.ts`, which builds the package: who has that has what they build, and need not have them.',
    ),
    rule(
      'local-serves-the-template',
      { path: '^local/' },
      { path: OURS, pathNot: '^local/' },
      '`local` imports none of our other code: it knows the template only.',
    ),
    rule(
      'nobody-knows-that-it-runs-locally',
      { path: '^(bin|lib|lambdas|profiles|ops|doctor)/', pathNot: '^bin/cli\\.ts$' },
      { path: '^(local|bench|test)/' },
      '`bin`, `lib`, `lambdas`, `profiles`, `ops` and `doctor` do not import `local`, `bench` or `test`: the product does not know that it runs locally. The command alone starts it (`latchkey dev`).',
    ),
    rule(
      'console-is-a-client',
      { path: '^console/' },
      { path: OURS, pathNot: '^console/' },
      '`console` imports none of our other code: it is a client of the API and nothing else.',
    ),
    rule(
      'nothing-imports-console',
      { path: OURS, pathNot: '^(console|test)/' },
      { path: '^console/' },
      'Nothing imports `console`: Vite builds it, and a function sends the files.',
    ),
    rule(
      'clients-stand-alone',
      { path: '^clients/', pathNot: '^clients/cli/' },
      { pathNot: '^clients/' },
      '`clients` imports none of our other code, and no package: whoever installs one gets it alone.',
    ),
    rule(
      'cli-is-a-client',
      { path: '^clients/cli/' },
      { pathNot: '^clients/(cli|typescript)/', dependencyTypesNot: ['core'] },
      '`clients/cli` imports the client library in TypeScript and modules of Node, and nothing else: the command line is a client of the API.',
    ),
    rule(
      'nothing-imports-clients',
      { path: OURS, pathNot: '^(clients|test)/|^bin/cli\\.ts$' },
      { path: '^clients/' },
      'Nothing but the command (`bin/cli.ts`) imports `clients`: they are published, and speak to the API as everybody does.',
    ),
    rule(
      'screens-stand-alone',
      { path: '^console/screens/([^/]+)/' },
      { path: '^console/screens/', pathNot: '^console/screens/$1/' },
      'A screen of `console` imports no other: what several need stands in `keys`, `ui` or `app`.',
    ),
    rule(
      'nothing-imports-bin',
      { path: OURS, pathNot: '^bin/' },
      { path: '^bin/' },
      'Nothing outside `bin` imports it: it stands at the top.',
    ),
    rule(
      'what-runs-needs-no-toolchain',
      {
        path: '^(bin|lib|lambdas|profiles|local|ops|doctor|console|clients)/',
        pathNot: '^bin/(client-libraries|console-client|package-types)\\.ts$',
      },
      { path: '^toolchain/' },
      'Nothing imports `toolchain` but what generates clients and builds the package: `npm ci` does not install it.',
    ),
    rule(
      'toolchain-knows-no-product',
      { path: '^toolchain/' },
      { path: OURS, pathNot: '^toolchain/' },
      '`toolchain` imports none of our other code: it is told what to generate.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Generated: its shape is its maker's.
    exclude: { path: '^(console/api|clients/typescript/src)/generated/(client|core)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
