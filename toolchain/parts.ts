/** What the import rules are about: all code but the tests. */
export const PARTS = [
  'bin',
  'lib',
  'lambdas',
  'profiles',
  'local',
  'doctor',
  'ops',
  'bench',
  'console',
  'clients',
  'toolchain',
  'latchkey.config.ts',
];
