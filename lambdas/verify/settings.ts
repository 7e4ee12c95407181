import { inflateRawSync } from 'node:zlib';
import { METHODS } from '../contract/access.ts';
import {
  ERRORS_VARIABLE,
  type ErrorShape,
  VERIFY_VARIABLE,
  type VerifySettings,
} from '../contract/verify-settings.ts';
import { isObject, objectOf } from '../kernel/json.ts';

/** Settings that are missing or cannot be read: thrown when a verifier is made, never when it is asked. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** A field by its path, what it must be, and whether it is. */
type FieldCheck = readonly [field: string, must: string, holds: (value: unknown) => boolean];

const CHECKS: readonly FieldCheck[] = [
  ['version', '1: this latchkey/verify knows no other', (value) => value === 1],
  ['table', 'the name of the table', isText],
  ['region', 'the Region of the table', isText],
  ['issuers', 'a list of the URLs of the API', (value) => isTexts(value) && value.length > 0],
  ['keysetSecretArn', 'the ARN of a secret, or null', isTextOrNull],
  ['resourceMetadataUrl', 'a URL, or null', isTextOrNull],
  ['metricsNamespace', 'a namespace of CloudWatch', isText],
  [
    'allowedDecisionsPerLogLine',
    'a whole number, or nothing',
    (value) => value === undefined || Number.isInteger(value),
  ],
  ['profile.credentials', 'a list of texts', isTexts],
  ['profile.errorCodes', 'an object', isObject],
  ['profile.keys.prefix', 'a text', isText],
  ['profile.keys.environments', 'a list of texts, or null', (value) => value === null || isTexts(value)],
  ['deployment.anonymous', 'true or false', (value) => typeof value === 'boolean'],
  ['deployment.tiers', 'an object', isObject],
  ['deployment.initialTier', 'the name of a tier', isText],
  ['deployment.sandbox.keyRequestsPerMinute', 'a number', (value) => typeof value === 'number'],
  ['deployment.pathScopes', 'a list', Array.isArray],
  ['deployment.rights.inclusion', 'an object', isObject],
  ['deployment.rights.roles', 'an object', isObject],
  [
    'deployment.rights.methodScopes',
    'a scope for each method',
    (value) => isObject(value) && METHODS.every((method) => isText(value[method])),
  ],
  ['errorBody', 'an error body', (value) => value !== undefined],
];

/**
 * The settings of a service: those that are given, else those of the variable that `grantVerify` writes. Throws a
 * {@link SettingsError} that names the field.
 */
export function verifySettings(given: VerifySettings | undefined): VerifySettings {
  const settings = given ?? unpacked(process.env[VERIFY_VARIABLE]);
  const place = given === undefined ? VERIFY_VARIABLE : 'settings';
  for (const [field, must, holds] of CHECKS)
    if (!holds(valueAt(settings, field)))
      throw new SettingsError(`${place}: ${field} must be ${must}; latchkey.grantVerify(fn) writes it`);
  return settings as VerifySettings;
}

/** The errors of the variable that `protectHttp` writes. Throws a {@link SettingsError} for another. */
export function givenErrorShape(variable: string): ErrorShape {
  const shape = objectOf(variable);
  if (!isObject(valueAt(shape, 'profile.errorCodes')) || valueAt(shape, 'errorBody') === undefined)
    throw new SettingsError(
      `The variable ${ERRORS_VARIABLE} is not what latchkey.protectHttp writes: leave it as it is`,
    );
  return shape as ErrorShape;
}

function unpacked(variable: string | undefined): unknown {
  if (variable === undefined || variable === '')
    throw new SettingsError(
      `The variable ${VERIFY_VARIABLE} is not set: call latchkey.grantVerify(fn), or give settings`,
    );
  try {
    const { packed, ...rest } = JSON.parse(variable);
    if (packed === undefined) return rest;
    return { ...rest, ...JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url')).toString()) };
  } catch {
    throw new SettingsError(
      `The variable ${VERIFY_VARIABLE} is not what latchkey.grantVerify(fn) writes: it cannot be read`,
    );
  }
}

function valueAt(settings: unknown, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), settings);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
