import type { ServiceName } from '../lambdas/contract/route-id.ts';
import type { Vpc } from './upstream-fields.ts';

/** Every function by its folder `lambdas/<name>`. */
export type FunctionName =
  | ServiceName
  | 'authorizer'
  | 'fetcher'
  | 'mailer'
  | 'forwarder'
  // The forwarder of an upstream with a name: the same code with a ceiling of its own.
  | `forwarder-${string}`
  | 'rotation'
  | 'reconciler'
  | 'stream'
  | 'usage';

/** Functions that are there where their rows are. */
type Optional = 'reveal' | 'operators';

/** Something for each function. */
export type Functions<Of> = Readonly<Record<Exclude<FunctionName, Optional>, Of>> & {
  readonly [Name in Optional]?: Of;
};

export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

export type SecretAction =
  | 'GetSecretValue'
  | 'DescribeSecret'
  | 'PutSecretValue'
  | 'UpdateSecretVersionStage';

/** A right on the table. A transaction takes the rights of its parts (DynamoDB, "IAM for transactions"). */
export interface TableRight {
  readonly actions: readonly TableAction[];
  /** The partition keys that the right reaches, with `*` for any ending. @default - all */
  readonly keys?: readonly string[];
  /** The only attributes that a scan may name, which knows no partition keys. @default - all */
  readonly attributes?: readonly string[];
}

/**
 * A right on the API keys of API Gateway, whose rights are methods of HTTP on paths of its control plane (Service
 * authorization reference, "Amazon API Gateway Management").
 */
export interface UsageKeyRight {
  readonly actions: readonly ('GET' | 'POST' | 'DELETE')[];
  /** `keys`: the list of the account's keys. `key`: each of them. `members`: what is in the stack's own usage plans. */
  readonly on: 'keys' | 'key' | 'members';
}

/** Who makes keys keeps them, who follows the stream deletes them, and one function shows them. */
export type VaultRole = 'keeper' | 'follower' | 'revealer';

/** Size, limits, rights and variables of a function: everything that sets it apart from the others. */
export interface FunctionSpec {
  /** The folder of its code in `lambdas/functions`. @default - its name */
  readonly folder?: string;
  readonly description: string;
  /** CPU grows with memory: 1,769 MB are one vCPU (Lambda, "Configure memory"). */
  readonly memoryMiB: number;
  /** Below API Gateway's 29 seconds for whatever answers a request. */
  readonly timeoutSeconds: number;
  readonly table?: readonly TableRight[];
  /** Of the secret with the keys that sign tokens. */
  readonly keyset?: readonly SecretAction[];
  /** Of the secret with the keys that sign assertions. */
  readonly assertions?: readonly SecretAction[];
  /** Whether it reads the secrets by which we prove to identity providers who we are. */
  readonly readsProviderSecrets?: boolean;
  /** Its part in keeping keys for who made them, where the configuration says so (`key-vault.ts`). */
  readonly vault?: VaultRole;
  /** Whether it encrypts and decrypts the secrets of authenticator apps (`factor-key.ts`). */
  readonly factorKey?: true;
  /** Whether it keeps the ledger of what a restore must not bring back. */
  readonly keepsLedger?: boolean;
  /** Whether it reads metrics from CloudWatch. */
  readonly readsMetrics?: boolean;
  readonly usageKeys?: readonly UsageKeyRight[];
  /** Where it stands within a network. @default - in none of the team's */
  readonly vpc?: Vpc | undefined;
  /** Whether it stands in no network of the team's, whatever others do: it fetches what strangers name. @default false */
  readonly standsOutside?: true;
  /** A function of the team's, by its ARN, that it may invoke. */
  readonly invokesArn?: string | undefined;
  /** Functions that it may invoke. */
  readonly invokes?: readonly ('fetcher' | 'mailer')[];
  /** The identity in SES that it sends mails as; null for events on the default bus. @default - it sends none */
  readonly sendsAs?: string | null;
  /** Variables besides those that come with a right. */
  readonly variables?: readonly ('ISSUER' | 'ACCEPTED_ISSUERS' | 'USAGE_KEYS')[];
}
