/** `latchkey/verify`: the decision of the front door, in the process of a service. */
export type { VerifySettings } from '../contract/verify-settings.ts';
export { createVerifier, type VerifierOptions } from './create.ts';
export type { AwsCredentials, CredentialsProvider } from './credentials.ts';
export type { AnonymousIdentity, Identity, KeyIdentity, Limit, UserIdentity } from './identity.ts';
export type { Refusal, Verified } from './outcome.ts';
export type { Rule, Rules } from './rules.ts';
export { SettingsError } from './settings.ts';
export type { Decide, DecisionNote, Verifier, VerifyRequest } from './verifier.ts';
