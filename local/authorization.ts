import { type AwsCall, AwsError } from './aws-endpoint.ts';
import { ACCOUNT, arn } from './cloudformation/identities.ts';
import type { StackTemplate } from './cloudformation/stack-template.ts';
import { CLOUDWATCH } from './cloudwatch/api.ts';
import {
  apiGatewayAccesses,
  dynamodbAccesses,
  kmsAccesses,
  lambdaAccesses,
  type PartitionKeyOf,
  secretAccesses,
  sesAccesses,
} from './iam/accesses.ts';
import { impliedAccesses } from './iam/implied.ts';
import { type Access, evaluate, type Grant } from './iam/policy.ts';
import { type Role, readRoles } from './iam/roles.ts';
import { KMS } from './kms/api.ts';
import { credentialsOf, OPERATOR } from './lambda/environment.ts';
import type { Logger } from './log.ts';
import { EVENTS, SES } from './mail/outbox.ts';

/** A right of a function's role. */
export interface FunctionGrant extends Grant {
  /** The function's logical id. */
  readonly functionId: string;
}

/** The rights of functions by the template, those that they have used, and accesses beyond them. */
export interface RightsReport {
  readonly granted: readonly FunctionGrant[];
  readonly used: readonly FunctionGrant[];
  /** One line for each call that was refused. */
  readonly refused: readonly string[];
}

interface Caller {
  readonly functionId: string;
  readonly functionName: string;
  readonly role: Role;
}

interface FunctionProperties {
  readonly Role?: string;
}

/** Of a function whose role is made elsewhere: what that may do is not known here. */
const UNKNOWN_ROLE: Role = { name: 'unknown', arn: '', statements: [], isUnchecked: true };

/**
 * Whether a caller may make a call of an AWS API: each function signs with credentials of its own, and its role in
 * the template says what it may do. Resource policies and service control policies are not emulated.
 */
export class Authorization {
  readonly #callers: ReadonlyMap<string, Caller>;
  readonly #partitionKeyOf: PartitionKeyOf;
  readonly #secretArn: (secretId: string) => string;
  readonly #log: Logger;
  readonly #used = new Map<string, FunctionGrant>();
  readonly #refused: string[] = [];

  /** A role that lacks what its function needs before its code runs is `unserved`. */
  constructor(template: StackTemplate, log: Logger) {
    this.#secretArn = secretArns(template);
    this.#log = log;
    this.#partitionKeyOf = partitionKeys(template);
    const roles = readRoles(template);
    const functions = template.ofType<FunctionProperties>('AWS::Lambda::Function');
    this.#callers = new Map(
      functions.map(({ logicalId, ref, properties }) => {
        const role = roles.get(properties.Role?.split('/').at(-1) ?? '');
        if (role === undefined) template.unserved(`${logicalId} has a role that the template does not hold`);
        return [
          credentialsOf(ref).accessKeyId,
          { functionId: logicalId, functionName: ref, role: role ?? UNKNOWN_ROLE },
        ];
      }),
    );
    for (const { functionName, need, access } of impliedAccesses(template)) {
      const caller = [...this.#callers.values()].find((each) => each.functionName === functionName);
      if (caller === undefined || this.#allows(caller, access)) continue;
      template.unserved(`${need} needs ${access.action} on ${access.resource}: its role lacks it`);
    }
  }

  /** Throws the `AwsError` with which AWS refuses a caller that it does not know, or that may not. */
  authorize(call: AwsCall): void {
    if (call.accessKeyId === OPERATOR.accessKeyId) return;
    const caller = this.#callers.get(call.accessKeyId);
    if (caller === undefined)
      throw new AwsError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    for (const access of this.#accessesOf(call, caller)) {
      if (this.#allows(caller, access)) continue;
      const message = refusal(caller, access);
      this.#refused.push(message);
      this.#log.warn(message);
      throw new AwsError('AccessDeniedException', message);
    }
  }

  report(): RightsReport {
    const granted = [...this.#callers.values()].flatMap(({ functionId, role }) =>
      role.statements.flatMap((statement) => statement.grants().map((grant) => ({ functionId, ...grant }))),
    );
    return { granted, used: [...this.#used.values()], refused: [...this.#refused] };
  }

  #accessesOf(call: AwsCall, caller: Caller): readonly Access[] {
    switch (call.service) {
      case 'DynamoDB_20120810':
        return dynamodbAccesses(call, this.#partitionKeyOf);
      case 'secretsmanager':
        return secretAccesses(call, this.#secretArn);
      case KMS:
        return kmsAccesses(call);
      case CLOUDWATCH:
        return [{ action: `cloudwatch:${call.action}`, resource: '*', conditionKeys: {} }];
      case 'lambda':
        return lambdaAccesses(call);
      case SES: {
        // The identity of the sender is its address or its domain, whichever the account has verified.
        const accesses = sesAccesses(call);
        return [accesses.find((access) => this.#allows(caller, access)) ?? accesses[0]];
      }
      case EVENTS:
        return [
          { action: 'events:PutEvents', resource: arn('events', 'event-bus/default'), conditionKeys: {} },
        ];
      case 'apigateway':
        return apiGatewayAccesses(call);
      default:
        throw new AwsError(
          'UnknownOperationException',
          `The local stack does not serve ${call.service || 'this service'}.`,
          501,
        );
    }
  }

  #allows({ functionId, role }: Caller, access: Access): boolean {
    if (role.isUnchecked) return true;
    const { decision, grants } = evaluate(role.statements, access);
    for (const grant of grants) {
      const name = `${functionId} ${grant.action} ${grant.resource} ${grant.condition}`;
      if (!this.#used.has(name)) this.#used.set(name, { functionId, ...grant });
    }
    return decision === 'allowed';
  }
}

/** As AWS words it (IAM user guide, troubleshoot_access-denied). */
function refusal({ role, functionName }: Caller, { action, resource }: Access): string {
  const user = `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${functionName}`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

/** A secret is called by its name, its ARN, or its ARN without the six random characters at its end. */
function secretArns(template: StackTemplate): (secretId: string) => string {
  const arns = template.ofType('AWS::SecretsManager::Secret').map(({ ref }) => ref);
  return (id) =>
    arns.find((each) => [each, each.slice(0, -7), each.split(':').at(-1)?.slice(0, -7)].includes(id)) ??
    arn('secretsmanager', `secret:${id}`);
}

interface TableProperties {
  readonly KeySchema?: KeySchema;
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string; readonly KeySchema: KeySchema }[];
}
type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: string }[];

function partitionKeys(template: StackTemplate): PartitionKeyOf {
  const hashKey = (schema: KeySchema = []) => schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  const tables = new Map(
    ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']
      .flatMap((type) => template.ofType<TableProperties>(type))
      .map(({ ref, properties }) => [ref, properties]),
  );
  return (table, index) => {
    // What the template does not hold is a restored table: it has the keys of the one that it was restored from.
    const properties = tables.get(table) ?? tables.values().next().value;
    // A local index has its table's partition key.
    const global = properties?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index);
    return hashKey(global?.KeySchema ?? properties?.KeySchema);
  };
}
