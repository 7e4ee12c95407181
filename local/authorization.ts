import type { AwsCall } from './aws-endpoint.ts';

/**
 * Whether a caller may make a call of an AWS API. Every caller may, for now: the functions' roles are not evaluated.
 * This is the one place where they would be; it sees the caller, the action and the body, and throws an `AwsError`.
 */
export function authorize(_call: AwsCall): void {}
