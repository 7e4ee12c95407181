import { ConfigError } from '../lib/config.ts';
import { prepare } from '../lib/prebuilt.ts';

try {
  // What the app needs is built while CDK is loaded. The configuration says what is wrong with it as it is imported.
  const [{ latchkeyApp }] = await Promise.all([import('../lib/app.ts'), prepare()]);
  (await latchkeyApp()).synth();
} catch (error) {
  // Errors of the configuration, and those printed in the rules' report, need no stack trace.
  const expected =
    error instanceof ConfigError || (error instanceof Error && error.name === 'ValidationFailed');
  if (!expected) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
