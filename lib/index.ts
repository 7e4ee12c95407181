/** The package `latchkey`: what a CDK app imports. */
export type { Profile } from '../lambdas/contract/profile.ts';
export { profiles } from '../profiles/index.ts';
export { ConfigError, type ConfigInput } from './config.ts';
export { type DecisionMetricOptions, Latchkey, type LatchkeyMetricOptions } from './latchkey.ts';
export type { LatchkeyDomain, LatchkeyProps } from './latchkey-props.ts';
