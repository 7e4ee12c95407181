import type { Stack } from 'aws-cdk-lib';
import type { IStage } from 'aws-cdk-lib/aws-apigateway';
import type { AuthorizerSettings } from '../lambdas/contract/authorizer-settings.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { FunctionSpec } from './function-spec.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';
import type { FunctionOptions } from './latchkey-functions.ts';
import type { Settings } from './settings.ts';

/** What of a Latchkey an API of the team needs to stand behind its decisions: an authorizer like its own, and its usage plans. */
export interface Door extends Settings {
  /** The stack that the Latchkey is in. */
  readonly stack: Stack;
  /** The settings that the code of functions is given. */
  readonly deployment: Deployment;
  /** The API's public URL, without a trailing slash: the issuer of its tokens. */
  readonly url: string;
  /** The authorizer's row: size, limits and rights. */
  readonly spec: FunctionSpec;
  /** What else a function of this Latchkey is made with: its log, its keys, its network. */
  readonly functionOptions: FunctionOptions;
  /** The namespace in CloudWatch of the metrics of decisions. */
  readonly metricsNamespace: string;
  /** The folder of an authorizer's code with settings of its own. The same for the same settings. */
  authorizerCode(settings: AuthorizerSettings): string;
  /**
   * Gives a function the rights of a row, by default the authorizer's, and every variable that its code reads. The function
   * may stand in another stack, which then depends on the one of the Latchkey.
   */
  equip(authorizer: LatchkeyFunction, spec?: FunctionSpec): void;
  /**
   * Has the stage of an API count in every usage plan. Throws a `ConfigError` for one of another stack: the plans would
   * depend on it, and it on them.
   */
  addStage(stage: IStage): void;
}
