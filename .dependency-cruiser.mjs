/** Imports point one way (docs/architecture.md). Each rule says what would be lost. */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

export default {
  forbidden: [
    rule(
      'no-cycles',
      {},
      { circular: true, dependencyTypesNot: ['type-only'] },
      'A cycle has no layer that can be read first.',
    ),
    rule(
      'nothing-imports-local',
      { pathNot: '^(local|test|bench)/' },
      { path: '^local/' },
      'The product does not know that it runs locally.',
    ),
    rule(
      'nothing-imports-bin',
      { path: '^(lib|lambdas|profiles)/' },
      { path: '^(bin|ops|bench|test)/' },
      'These stand at the top.',
    ),
    rule(
      'no-cdk-at-run-time',
      { path: '^(lambdas|profiles)/' },
      { path: 'aws-cdk-lib|constructs|^lib/' },
      'Run-time code is loaded by Lambda, which has no CDK.',
    ),
    rule(
      'local-knows-no-route',
      { path: '^local/' },
      { path: '^(lambdas|profiles|lib)/' },
      'The local stack serves the template, and nothing it was told besides.',
    ),
    rule(
      'domain-knows-neither-aws-nor-http',
      { path: '^lambdas/domain/' },
      {
        path: '^lambdas/(?!domain/|routes/(route|table)\\.ts$|deployment\\.ts$)|@aws-sdk|aws4|^node:https?$',
      },
      'The rules can be read, and tested, without either.',
    ),
    rule(
      'store-knows-no-http',
      { path: '^lambdas/store/' },
      { path: '^lambdas/(?!domain/|store/)' },
      'The store turns domain objects into items.',
    ),
    rule(
      'sdk-stays-in-store',
      { path: '^lambdas/', pathNot: '^lambdas/(store|rotation|reconciler)/' },
      { path: '@aws-sdk' },
      'One place knows the calls.',
    ),
    rule(
      'profiles-are-data',
      { path: '^profiles/' },
      { path: '^lambdas/(?!domain/|routes/route\\.ts$)|node_modules' },
      'A profile is data and small pure functions.',
    ),
    rule(
      'only-handlers-choose-a-profile',
      { path: '^lambdas/', pathNot: 'handler\\.ts$' },
      { path: '^profiles/(?!profile\\.ts$)' },
      'Everything else is given the profile.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
