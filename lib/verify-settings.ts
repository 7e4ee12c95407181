import { isDeepStrictEqual } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { ErrorView, Profile } from '../lambdas/contract/profile.ts';
import {
  ERROR_FIELDS,
  type ErrorShape,
  errorFieldsOf,
  filledErrorBody,
  VERIFY_ERRORS,
  type VerifySettings,
  type VerifyVariable,
} from '../lambdas/contract/verify-settings.ts';
import { ConfigError } from './config.ts';
import { decisionProfileOf, decisionSettingsOf } from './settings.ts';

/** What only CloudFormation knows of a deployment, or is the same for all services: values may be tokens of CDK. */
export type VerifyPlaces = Omit<VerifySettings, 'version' | 'profile' | 'deployment' | 'errorBody'>;

/** The settings of services. Throws a `ConfigError` for a profile whose errors have no one shape. */
export function verifySettingsOf(
  profile: Profile,
  deployment: Deployment,
  places: VerifyPlaces,
): VerifySettings {
  const { allowedDecisionsPerLogLine } = deployment;
  const { errorBody, profile: errors } = errorShapeOf(profile);
  return {
    version: 1,
    ...places,
    ...(allowedDecisionsPerLogLine === 1 ? {} : { allowedDecisionsPerLogLine }),
    profile: { ...decisionProfileOf(profile), ...errors },
    deployment: decisionSettingsOf(deployment),
    errorBody,
  };
}

/** How a profile's errors are answered. Throws a `ConfigError` for one whose errors have no one shape. */
export function errorShapeOf(profile: Profile): ErrorShape {
  const { errorCodes } = decisionProfileOf(profile);
  const ownCodes = Object.entries(errorCodes).filter(([code]) => VERIFY_ERRORS.some((each) => each === code));
  return { profile: { errorCodes: Object.fromEntries(ownCodes) }, errorBody: errorBodyOf(profile) };
}

/** The same, with what is known at synth packed: an object for `Stack.toJsonString`. */
export function packedSettings({
  profile,
  deployment,
  errorBody,
  ...places
}: VerifySettings): VerifyVariable {
  const known = JSON.stringify({ profile, deployment, errorBody });
  return { ...places, packed: deflateRawSync(known).toString('base64url') };
}

/** The profile's error body as data: its function asked once, with a text in the place of each field. */
export function errorBodyOf(profile: Profile): unknown {
  // In the place of a number and of one of a few texts, too: what a profile makes of them is compared below.
  const template = profile.errorBody({ ...ERROR_FIELDS, fields: [] } as unknown as ErrorView);
  const different = VERIFY_ERRORS.find((code) => {
    const fields = errorFieldsOf(profile, code, 'message', 'request');
    const body = profile.errorBody({ ...fields, fields: [] } as unknown as ErrorView);
    return !isDeepStrictEqual(filledErrorBody(template, fields), body);
  });
  if (different === undefined) return template;
  throw new ConfigError(
    `profile: errorBody of "${profile.name}" has another shape for ${different}; latchkey/verify takes one shape for all errors`,
  );
}
