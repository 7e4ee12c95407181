import { latchkeyApp } from '../lib/app.ts';
import { ConfigError } from '../lib/config.ts';

try {
  const app = await latchkeyApp();
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
