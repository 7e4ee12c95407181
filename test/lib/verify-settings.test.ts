import { afterEach, describe, expect, test, vi } from 'vitest';
import { ERRORS, type ErrorCode } from '../../lambdas/contract/errors.ts';
import type { ErrorView } from '../../lambdas/contract/profile.ts';
import { errorFieldsOf, filledErrorBody, VERIFY_VARIABLE } from '../../lambdas/contract/verify-settings.ts';
import { verifySettings } from '../../lambdas/verify/settings.ts';
import { allProfiles } from '../../lib/profiles.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import { errorBodyOf, packedSettings, verifySettingsOf } from '../../lib/verify-settings.ts';
import { profile as standard } from '../../profiles/default.ts';

/** All variables of a function together (Lambda, "Quotas"). */
const LAMBDA_VARIABLES_BYTES = 4096;

const PLACES = {
  table: `LatchkeyProduction-LatchkeyTable${'0'.repeat(24)}`,
  region: 'ap-southeast-1',
  issuers: [
    'https://api.example-of-a-long-name.com/v1',
    `https://${'a'.repeat(10)}.execute-api.ap-southeast-1.amazonaws.com/live`,
  ],
  keysetSecretArn: `arn:aws:secretsmanager:ap-southeast-1:000000000000:secret:Keyset${'0'.repeat(24)}-000000`,
  resourceMetadataUrl: 'https://api.example-of-a-long-name.com/v1/.well-known/oauth-protected-resource',
  metricsNamespace: 'Latchkey/LatchkeyProduction',
};

afterEach(() => vi.unstubAllEnvs());

describe.each(await allProfiles())('of the profile $name', (profile) => {
  test('leaves room for the variables of the service itself', async () => {
    const settings = await loadSettings({ profile: profile.name });
    const json = JSON.stringify(
      packedSettings(verifySettingsOf(settings.profile, deploymentOf(settings), PLACES)),
    );
    expect(json.length).toBeLessThan(LAMBDA_VARIABLES_BYTES / 2);
  });

  test('errors have the same body by its template as by its function', () => {
    const template = JSON.parse(JSON.stringify(errorBodyOf(profile)));
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const message = 'costs $status and "$code"';
      const fields = errorFieldsOf(profile, code, message, 'r-1');
      const body = profile.errorBody({ ...fields, fields: [] } as unknown as ErrorView);
      expect(filledErrorBody(template, fields)).toEqual(body);
    }
  });
});

test('what grantVerify writes is what latchkey/verify reads', async () => {
  const settings = await loadSettings();
  const variable = packedSettings(verifySettingsOf(settings.profile, deploymentOf(settings), PLACES));
  vi.stubEnv(VERIFY_VARIABLE, JSON.stringify(variable));
  const { initialTier } = settings.config;
  expect(verifySettings(undefined)).toMatchObject({ ...PLACES, deployment: { initialTier } });
});

test('how many decisions share a line is told where it is more than one', async () => {
  const toldWith = async (config: object) => {
    const settings = await loadSettings({ config: JSON.stringify(config) });
    return verifySettingsOf(settings.profile, deploymentOf(settings), PLACES);
  };
  expect(await toldWith({ allowedDecisionsPerLogLine: 50 })).toMatchObject({
    allowedDecisionsPerLogLine: 50,
  });
  expect(await toldWith({})).not.toHaveProperty('allowedDecisionsPerLogLine');
});

test('a profile whose errors differ by status is refused with the error that differs', () => {
  const errorBody = ({ status, message }: ErrorView) => (status === 429 ? { slow: message } : { message });
  expect(() => errorBodyOf({ ...standard, name: 'own', errorBody })).toThrow(
    /^profile: errorBody of "own" has another shape for rate_limited;/,
  );
});
