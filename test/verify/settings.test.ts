import { deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, SettingsError } from '../../lambdas/verify/index.ts';
import { verifySettings } from '../../lambdas/verify/settings.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';

const PLACES = {
  version: 1,
  table: 'Table',
  region: 'eu-central-1',
  issuers: ['https://api.example.com'],
  keysetSecretArn: null,
  resourceMetadataUrl: null,
  metricsNamespace: 'Latchkey/Stack',
};
const { tiers, rights, initialTier, sandbox, anonymous, pathScopes } = DEPLOYMENT;
const KNOWN = {
  profile: { keys: profile.keys, credentials: profile.credentials, errorCodes: {} },
  deployment: { tiers, rights, initialTier, sandbox, anonymous, pathScopes },
  errorBody: { status: '$status', message: '$message' },
};
const packed = deflateRawSync(JSON.stringify(KNOWN)).toString('base64url');
const VARIABLE = JSON.stringify({ ...PLACES, packed });

afterEach(() => vi.unstubAllEnvs());

/** The settings of a variable. */
function read(value: string) {
  vi.stubEnv('LATCHKEY_VERIFY', value);
  return verifySettings(undefined);
}

const settings = read(VARIABLE);

test('a variable is read whole', () => {
  expect(settings).toEqual({ ...PLACES, ...KNOWN });
});

describe('what is missing or garbled is told by its name, before any request', () => {
  test.each([
    ['', /^The variable LATCHKEY_VERIFY is not set/],
    ['{', /^The variable LATCHKEY_VERIFY is not what latchkey.grantVerify\(fn\) writes/],
    [JSON.stringify({ ...PLACES, packed: 'garbage' }), /is not what latchkey.grantVerify/],
    [JSON.stringify({ ...JSON.parse(VARIABLE), version: 2 }), /^LATCHKEY_VERIFY: version must be 1/],
    [JSON.stringify({ ...JSON.parse(VARIABLE), table: undefined }), /^LATCHKEY_VERIFY: table must be/],
    [JSON.stringify({ ...JSON.parse(VARIABLE), issuers: [] }), /^LATCHKEY_VERIFY: issuers must be/],
  ])('%s', (variable, message) => {
    expect(() => read(variable)).toThrow(SettingsError);
    expect(() => read(variable)).toThrow(message);
  });

  test.each([
    ['region', { ...settings, region: 7 }],
    ['allowedDecisionsPerLogLine', { ...settings, allowedDecisionsPerLogLine: 'many' }],
    ['profile.keys.prefix', { ...settings, profile: { ...settings.profile, keys: {} } }],
    ['deployment.rights.inclusion', { ...settings, deployment: { ...settings.deployment, rights: {} } }],
    [
      'deployment.sandbox.keyRequestsPerMinute',
      { ...settings, deployment: { ...settings.deployment, sandbox: {} } },
    ],
  ])('%s of given settings', (field, given) => {
    expect(() => verifySettings(given as never)).toThrow(`settings: ${field} must be`);
  });
});

test('without credentials in the environment there is no verifier, and the way to give some is told', () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'])
    vi.stubEnv(name, '');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', '');
  expect(() => createVerifier({ settings })).toThrow(/^credentials: there are none in the environment/);
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://credentials.example.com/');
  expect(() => createVerifier({ settings })).toThrow(/^AWS_CONTAINER_CREDENTIALS_FULL_URI: without https/);
  expect(() =>
    createVerifier({ settings, credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) }),
  ).not.toThrow();
});
