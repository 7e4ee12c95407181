import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { VERIFY_VARIABLE, type VerifySettings } from '../lambdas/contract/verify-settings.ts';
import { ConfigError } from './config.ts';
import { packedSettings } from './verify-settings.ts';

/** A function's variables have 4 KB together (Lambda, "Quotas"): the rest is the team's. */
const MAX_BYTES = 3584;
/** What a name or an ARN that is known at deploy may take. */
const TOKEN_BYTES = 120;

/** The settings as the variable `LATCHKEY_VERIFY` has them. Throws a `ConfigError` for those that no function has room for. */
export function verifyVariable(scope: Construct, settings: VerifySettings): string {
  const variable = packedSettings(settings);
  const bytes = bytesOf(variable);
  if (bytes > MAX_BYTES) {
    const parts = Object.entries({ ...settings.deployment.rights, ...settings.deployment })
      .filter(([name]) => name !== 'rights')
      .map(([name, value]) => [name, bytesOf(value)] as const)
      .sort(([, one], [, other]) => other - one);
    const [largest, size] = parts[0] ?? ['', 0];
    throw new ConfigError(
      `${VERIFY_VARIABLE}: has ${bytes} bytes, and of a function's variables it may take ${MAX_BYTES}; have less in ${largest}, which has ${size}`,
    );
  }
  return Stack.of(scope).toJsonString(variable);
}

function bytesOf(value: unknown): number {
  const json = JSON.stringify(value, (_, each) =>
    typeof each === 'string' && Token.isUnresolved(each) ? '-'.repeat(TOKEN_BYTES) : each,
  );
  return Buffer.byteLength(json);
}

export interface VerifyGrant {
  readonly statements: readonly PolicyStatement[];
  readonly settings: VerifySettings;
}

/** Gives a grantee rights, and a function of the app the variable besides. */
export function grantVerify(
  latchkey: Construct,
  grantee: IGrantable,
  { statements, settings }: VerifyGrant,
): void {
  const value = verifyVariable(Construct.isConstruct(grantee) ? grantee : latchkey, settings);
  for (const statement of statements) grantee.grantPrincipal.addToPrincipalPolicy(statement);
  if (grantee instanceof Lambda) grantee.addEnvironment(VERIFY_VARIABLE, value);
  else if (Construct.isConstruct(grantee) && 'functionArn' in grantee) {
    Annotations.of(grantee).addWarningV2(
      'latchkey:verify-variable',
      `Its variables are of another stack, or of the function that it is an alias of: set ${VERIFY_VARIABLE} there, to verifySettings of the Latchkey.`,
    );
  }
}
