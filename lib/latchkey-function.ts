import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type CfnFunction,
  Code,
  type IFunction,
  Function as Lambda,
  LayerVersion,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Variables } from '../lambdas/kernel/variables.ts';
import type { Config } from './config.ts';
import type { FunctionSpec } from './function-spec.ts';
import type { Vpc } from './upstream-fields.ts';

export interface LatchkeyFunctionProps {
  readonly spec: FunctionSpec;
  /** The folder of its code; or code that is known only at the end of the synth. */
  readonly code: string | Code;
  /** Instances that it has for itself, and at most. @default - shared with the account */
  readonly reservedConcurrency?: number | undefined;
  /** Instances that are started before anybody calls. @default 0 */
  readonly provisionedConcurrency?: number | undefined;
  readonly logRetention: RetentionDays;
  /** Removal policy of its logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts its logs. @default - AWS's own */
  readonly encryptionKey?: IKey;
  /** Where it stands where its row says of no network. @default - in none of the team's */
  readonly network?: Vpc;
}

/** A function with a role and a log group of its own: it may write its log and its traces, and nothing else yet. */
export class LatchkeyFunction extends Construct {
  readonly lambda: Lambda;
  /** What API Gateway calls: the function, or an alias of its present version, which alone can have started instances. */
  readonly called: IFunction;
  /** Of a function whose responses are streamed: the seconds for which it runs. */
  readonly streamSeconds: number | undefined;

  constructor(scope: Construct, id: string, props: LatchkeyFunctionProps) {
    super(scope, id);
    const { spec } = props;
    this.streamSeconds = spec.folder === 'streamer' ? spec.timeoutSeconds : undefined;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new Lambda(this, 'Function', {
      description: spec.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: typeof props.code === 'string' ? Code.fromAsset(props.code) : props.code,
      handler: 'index.handler',
      memorySize: spec.memoryMiB,
      timeout: Duration.seconds(spec.timeoutSeconds),
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      role,
      logGroup,
      // START, END and REPORT of each call are half of what is paid for, and CloudWatch has what they say as metrics.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: Tracing.ACTIVE,
    });
    this.called = this.provisioned(props.provisionedConcurrency ?? 0);
    const network = spec.vpc ?? (spec.standsOutside === true ? undefined : props.network);
    if (network !== undefined) this.standIn(network);
    Validations.of(this.lambda).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        'Lambda fills it for asynchronous calls only; whoever calls these waits, repeats or has a queue.',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Traces of X-Ray, metrics of CloudWatch and network interfaces are of no resource in particular: their actions know no other than *.',
    });
  }

  /**
   * Keeps instances started. CDK makes a version for each change of code or settings, the old one goes when the alias has left it
   * (Lambda developer guide, "Configuring provisioned concurrency").
   */
  private provisioned(instances: number): IFunction {
    if (instances === 0) return this.lambda;
    // CDK's own types are not exact about optional properties.
    return this.lambda.addAlias('live', { provisionedConcurrentExecutions: instances }) as IFunction;
  }

  /** Puts the function into a network, for which it may make and remove interfaces (Lambda, "Configuring VPC access"). */
  private standIn({ subnetIds, securityGroupIds }: Vpc): void {
    const fn = this.lambda.node.defaultChild as CfnFunction;
    fn.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    this.lambda.addToRolePolicy(
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
  }

  /** Tells the function where its spans go, and gives it the collector's layer where there is one. */
  exportSpans({ otlpUrl, timeoutMilliseconds, collectorLayerArn }: NonNullable<Config['traces']>): void {
    this.tell('OTEL_EXPORTER_OTLP_ENDPOINT', otlpUrl.replace(/\/$/, ''));
    this.tell('OTEL_EXPORTER_OTLP_TIMEOUT', String(timeoutMilliseconds));
    if (collectorLayerArn !== null)
      this.lambda.addLayers(LayerVersion.fromLayerVersionArn(this, 'Collector', collectorLayerArn));
  }

  /** Gives the function a right and the variable by which it finds what the right is on. */
  allow(statement: PolicyStatement, variable: keyof Variables, value: string): void {
    this.lambda.addToRolePolicy(statement);
    this.tell(variable, value);
  }

  /** Sets a variable. */
  tell(variable: keyof Variables, value: string): void {
    this.lambda.addEnvironment(variable, value);
  }
}
