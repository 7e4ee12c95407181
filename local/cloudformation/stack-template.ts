import type { Identity } from './identities.ts';

/** A resource that exists in this deployment, with its properties evaluated. */
export interface DeployedResource<Properties = Record<string, unknown>> extends Identity {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** What is to be served: the template of one stack, or those of several, as deployments would resolve them. */
export interface StackTemplate {
  /** That of the first stack. */
  readonly stackName: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Every deployed resource of a type, in the template's order. */
  ofType<Properties>(type: string): DeployedResource<Properties>[];
  /**
   * The one resource whose logical id is, or starts with, `prefix`; CDK's hash at its end may be left out.
   * Throws a `LocalStackError` where there is none, or more than one.
   */
  find(prefix: string, type?: string): DeployedResource;
  /** The outputs, evaluated. */
  outputs(): Readonly<Record<string, string>>;
  /** The directory of the asset that is published under `s3Key`. */
  assetDirectory(s3Key: string): string;
  /** Takes what is not served here, in a line: throws it as a `LocalStackError` where everything has to be. */
  unserved(what: string): void;
}
