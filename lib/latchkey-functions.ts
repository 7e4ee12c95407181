import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { FactorKey } from './factor-key.ts';
import type { FunctionName, FunctionSpec, Functions } from './function-spec.ts';
import type { IdentityTable } from './identity-table.ts';
import type { KeyVault } from './key-vault.ts';
import type { KeysetSecret } from './keyset-secret.ts';
import { LatchkeyFunction, type LatchkeyFunctionProps } from './latchkey-function.ts';
import type { Ledger } from './ledger.ts';
import { readMetrics } from './metrics.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import { sendMail } from './send-mail.ts';
import type { UsagePlans } from './usage-plans.ts';

export interface LatchkeyFunctionsProps extends FunctionOptions {
  readonly specs: Functions<FunctionSpec>;
  /** Where the bundle of each folder in `lambdas/functions` is. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Instances that a function has for itself, and at most; all others share the account's. */
  readonly reservedConcurrency: Readonly<Record<string, number>>;
  /** Instances of a function that are started before anybody calls. */
  readonly provisionedConcurrency: Readonly<Record<string, number>>;
  /** Whether none may run: a standby must write nothing into the table of the Region that serves. */
  readonly isStandby: boolean;
  readonly table: IdentityTable;
  readonly keyset: KeysetSecret;
  readonly assertions: KeysetSecret;
  readonly usagePlans: UsagePlans;
  readonly ledger: Ledger;
  /** Null where keys are shown once. */
  readonly vault: KeyVault | null;
  readonly factorKey: FactorKey;
  readonly providerSecrets: ProviderSecrets;
  /** The values of the variables that come with no right. */
  readonly variables: Readonly<Record<'ISSUER' | 'ACCEPTED_ISSUERS' | 'USAGE_KEYS', string>>;
  /** Null where the deployment takes no part in traces. */
  readonly traces: Config['traces'];
  /** The namespace in CloudWatch of the metrics that they write. */
  readonly metricsNamespace: string;
}

/** Every function, with the rights and variables of its row in `functions.ts`. */
export class LatchkeyFunctions extends Construct {
  readonly byName: Functions<LatchkeyFunction>;
  private readonly props: LatchkeyFunctionsProps;

  constructor(scope: Construct, id: string, props: LatchkeyFunctionsProps) {
    super(scope, id);
    this.props = props;
    const functions = Object.entries(props.specs).map(([name, spec]) => {
      const fn = new LatchkeyFunction(this, name, {
        ...functionOptions(props),
        spec,
        code: codeOf(name, spec, props.bundles),
        reservedConcurrency: props.isStandby ? 0 : props.reservedConcurrency[name],
        // Of none that may run none can be started.
        provisionedConcurrency: props.isStandby ? 0 : props.provisionedConcurrency[name],
      });
      this.equip(fn, spec, servesRequests(name));
      return [name, fn] as const;
    });
    this.byName = Object.fromEntries(functions) as Functions<LatchkeyFunction>;
    for (const [name, fn] of functions)
      for (const invoked of props.specs[name as FunctionName]?.invokes ?? [])
        letInvoke(fn, invoked, this.byName[invoked]);
  }

  /** Gives a function the rights of a row, and every variable that its code reads. */
  equip(fn: LatchkeyFunction, spec: FunctionSpec, servesRequests: boolean): void {
    const { props } = this;
    fn.tell('METRICS_NAMESPACE', props.metricsNamespace);
    if (props.traces !== null && servesRequests) fn.exportSpans(props.traces);
    props.table.grant(fn, spec.table ?? []);
    props.keyset.grant(fn, spec.keyset ?? []);
    props.assertions.grant(fn, spec.assertions ?? []);
    if (spec.readsMetrics === true) fn.lambda.addToRolePolicy(readMetrics());
    props.usagePlans.grant(fn, spec.usageKeys ?? []);
    if (spec.sendsAs !== undefined) fn.lambda.addToRolePolicy(sendMail(this, spec.sendsAs));
    if (spec.invokesArn !== undefined)
      fn.lambda.addToRolePolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [spec.invokesArn] }),
      );
    if (spec.keepsLedger === true) props.ledger.grant(fn);
    if (spec.readsProviderSecrets === true) props.providerSecrets.grant(fn);
    if (spec.vault !== undefined) props.vault?.grant(fn, spec.vault);
    if (spec.factorKey === true) props.factorKey.grant(fn);
    for (const variable of spec.variables ?? []) fn.tell(variable, props.variables[variable]);
  }
}

/** What every function of a Latchkey is made with. */
export type FunctionOptions = Omit<
  LatchkeyFunctionProps,
  'spec' | 'code' | 'reservedConcurrency' | 'provisionedConcurrency'
>;

function functionOptions({
  logRetention,
  removalPolicy,
  encryptionKey,
  network,
}: FunctionOptions): FunctionOptions {
  return {
    logRetention,
    removalPolicy,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(network === undefined ? {} : { network }),
  };
}

/** All but those that no request reaches, which have no span. */
function servesRequests(name: string): boolean {
  return !['fetcher', 'mailer', 'rotation', 'reconciler', 'stream', 'usage'].includes(name);
}

const FUNCTION_VARIABLES = { fetcher: 'FETCHER_FUNCTION', mailer: 'MAILER_FUNCTION' } as const;

/** Lets a function invoke another, and tells it which that is. */
function letInvoke(
  grantee: LatchkeyFunction,
  invoked: keyof typeof FUNCTION_VARIABLES,
  { lambda }: LatchkeyFunction,
): void {
  const statement = new PolicyStatement({
    actions: ['lambda:InvokeFunction'],
    resources: [lambda.functionArn],
  });
  grantee.allow(statement, FUNCTION_VARIABLES[invoked], lambda.functionName);
}

function codeOf(
  name: string,
  { folder = name }: FunctionSpec,
  bundles: Readonly<Record<string, string>>,
): string {
  const code = bundles[folder];
  if (code === undefined) throw new Error(`there is no bundle of ${folder}`);
  return code;
}
