/** The package `latchkey`: what a CDK app imports. */
export type { IntegrationContext } from '../lambdas/contract/integration-context.ts';
export type { Profile } from '../lambdas/contract/profile.ts';
export { profiles } from '../profiles/index.ts';
export { ConfigError, type ConfigInput } from './config.ts';
export { type DecisionMetricOptions, Latchkey, type LatchkeyMetricOptions } from './latchkey.ts';
export type { LatchkeyDomain, LatchkeyMount, LatchkeyPlace, LatchkeyProps } from './latchkey-props.ts';
export type { MethodScopes } from './protect/access.ts';
export type { ProtectHttpOptions, ProtectionOptions, ProtectOptions } from './protect/options.ts';
