import type { Profile } from '../lambdas/contract/profile.ts';
import type { ServiceName } from '../lambdas/contract/route-id.ts';
import { type ForwardersOptions, forwarders } from './forwarders.ts';
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

/** Something for each function. `reveal` is there where the profile has its row. */
export type Functions<Of> = Readonly<Record<Exclude<FunctionName, 'reveal'>, Of>> & { readonly reveal?: Of };

export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
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
  /** A function of the team's, by its ARN, that it may invoke. */
  readonly invokesArn?: string | undefined;
  /** Functions that it may invoke. */
  readonly invokes?: readonly ('fetcher' | 'mailer')[];
  /** The identity in SES that it sends mails as; null for events on the default bus. @default - it sends none */
  readonly sendsAs?: string | null;
  /** Variables besides those that come with a right. */
  readonly variables?: readonly ('ISSUER' | 'ACCEPTED_ISSUERS' | 'USAGE_KEYS')[];
}

/** Making the next version of a secret, and making it the current one. */
const ROTATING = [
  'GetSecretValue',
  'DescribeSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
] as const satisfies readonly SecretAction[];

/** Finding people of identity providers and making them, opening their sessions, and signing them in with a browser. */
const PROVIDER_RIGHTS: readonly TableRight[] = [
  { actions: ['GetItem'], keys: ['IDENTITY#*', 'EMAIL#*', 'TENANT#*'] },
  { actions: ['Query'], keys: ['USER#*'] },
  { actions: ['BatchGetItem'], keys: ['SESSION#*'] },
  {
    actions: ['PutItem'],
    keys: ['IDENTITY#*', 'EMAIL#*', 'TENANT#*', 'USER#*', 'SESSION#*', 'SIGNIN#*', 'SIGNINFLOW#*'],
  },
  { actions: ['UpdateItem'], keys: ['TENANT#*', 'EXCHANGED#*', 'IDENTITY#*', 'SIGNINFLOW#*'] },
  { actions: ['DeleteItem'], keys: ['SIGNIN#*'] },
  { actions: ['ConditionCheckItem'], keys: ['TENANT#*'] },
];

/** The part of the configuration on which the functions' rights depend. */
export interface RightsOptions extends ForwardersOptions {
  /** @default - whether the profile's tokens are HS256 */
  readonly acceptsHs256?: boolean;
  /** Whether people come in by identity providers. @default false */
  readonly hasProviders?: boolean;
  /** The identity in SES that mails are sent as. @default - mails are events */
  readonly mailIdentity?: string | null;
}

const FORWARDER: FunctionSpec = {
  description: 'Carries calls to the upstream',
  memoryMiB: 512,
  // A second less than the integration's, so that it is still there to say that the upstream was too slow.
  timeoutSeconds: 28,
  table: [{ actions: ['BatchGetItem'], keys: ['CONTROL'] }],
  assertions: ['GetSecretValue'],
  variables: ['ISSUER'],
};

const REVEAL: FunctionSpec = {
  description: 'Shows keys again to who made them, where keys are kept',
  memoryMiB: 256,
  timeoutSeconds: 10,
  table: [
    { actions: ['GetItem'], keys: ['TENANT#*', 'KEY#*'] },
    { actions: ['BatchGetItem'], keys: ['KEY#*'] },
    // The row of the audit trail.
    { actions: ['PutItem', 'UpdateItem'], keys: ['TENANT#*'] },
  ],
  vault: 'revealer',
};

/** The folders of `lambdas/functions` whose code some of the functions have. */
export function foldersOf(specs: Readonly<Record<string, FunctionSpec>>): readonly string[] {
  return [...new Set(Object.entries(specs).map(([name, { folder = name }]) => folder))];
}

/** All functions. A right stands here or it is not given. */
export function functionSpecs(profile: Profile, options: RightsOptions = {}): Functions<FunctionSpec> {
  const {
    acceptsHs256 = profile.tokens.algorithm === 'HS256',
    hasProviders = false,
    mailIdentity = null,
    upstreams = [],
  } = options;
  return {
    authorizer: {
      description: 'Decides every request that takes a credential',
      // More than its heap needs, for the CPU: a cold start and an ES256 signature are bound by it.
      memoryMiB: 512,
      timeoutSeconds: 5,
      table: [
        { actions: ['UpdateItem'], keys: ['KEY#*', 'SESSION#*'] },
        { actions: ['BatchGetItem'], keys: ['TENANT#*', 'CONTROL'] },
      ],
      // Public keys stand on CONTROL; a shared secret has no public half.
      keyset: acceptsHs256 ? ['GetSecretValue'] : [],
      // What API Gateway calls itself has no other function before it that could sign.
      assertions: upstreams.some(({ target }) => target.kind === 'http') ? ['GetSecretValue'] : [],
      variables: ['ACCEPTED_ISSUERS', 'USAGE_KEYS'],
    },
    accounts: {
      description: 'Onboarding, login, and second factors',
      // A whole vCPU for Argon2id.
      memoryMiB: 1769,
      timeoutSeconds: 10,
      table: [
        {
          actions: ['GetItem'],
          keys: [
            'EMAIL#*',
            'TENANT#*',
            'BACKOFF#*',
            'SIGNIN#*',
            'USER#*',
            'SESSION#*',
            'PASSKEY#*',
            'PENDING#*',
            'LINK#*',
          ],
        },
        {
          actions: ['PutItem'],
          keys: [
            'EMAIL#*',
            'TENANT#*',
            'KEY#*',
            'USER#*',
            'SESSION#*',
            'SIGNIN#*',
            'PASSKEY#*',
            'PENDING#*',
            'OUTBOX',
            'LINK#*',
            'ERASURES',
          ],
        },
        { actions: ['Query'], keys: ['TENANT#*', 'USER#*'] },
        { actions: ['ConditionCheckItem'], keys: ['TENANT#*'] },
        {
          actions: ['UpdateItem'],
          keys: [
            'EMAIL#*',
            'LINK#*',
            'TENANT#*',
            'SESSION#*',
            'REFRESH#*',
            'BACKOFF#*',
            'PASSKEY#*',
            'PENDING#*',
            'USAGEKEYS',
            'CURSORS',
          ],
        },
        {
          actions: ['DeleteItem'],
          keys: [
            ...['EMAIL#*', 'TENANT#*', 'USER#*', 'BACKOFF#*', 'SIGNIN#*', 'PASSKEY#*', 'PENDING#*'],
            'ERASURES',
          ],
        },
        { actions: ['BatchGetItem'], keys: ['CONTROL', 'SESSION#*', 'TENANT#*', 'KEY#*'] },
      ],
      keyset: ['GetSecretValue'],
      vault: 'keeper',
      factorKey: true,
      variables: ['ISSUER'],
    },
    tokens: {
      description: 'Tokens, and the pages on which people let clients act for them',
      memoryMiB: 512,
      // A client's metadata document and its keys may take five each.
      timeoutSeconds: 15,
      table: [
        { actions: ['BatchGetItem'], keys: ['TENANT#*', 'CONTROL', 'SESSION#*', 'KEY#*'] },
        { actions: ['GetItem'], keys: ['TENANT#*', 'USER#*', 'SIGNIN#*', 'REFRESH#*'] },
        { actions: ['Query'], keys: ['TENANT#*', 'USER#*'] },
        { actions: ['ConditionCheckItem'], keys: ['TENANT#*', 'USER#*'] },
        { actions: ['PutItem'], keys: ['TENANT#*', 'USER#*', 'SESSION#*'] },
        { actions: ['UpdateItem'], keys: ['TENANT#*', 'KEY#*', 'SESSION#*', 'REFRESH#*', 'BACKOFF#*'] },
        { actions: ['DeleteItem'], keys: ['USER#*', 'SIGNIN#*'] },
        { actions: ['GetItem', 'PutItem', 'UpdateItem'], keys: ['CLIENT#*', 'CODE#*', 'DEVICE#*'] },
        { actions: ['GetItem', 'PutItem'], keys: ['USERCODE#*'] },
        ...(hasProviders ? PROVIDER_RIGHTS : []),
      ],
      keyset: ['GetSecretValue'],
      readsProviderSecrets: true,
      invokes: ['fetcher'],
      variables: ['ISSUER', 'ACCEPTED_ISSUERS'],
    },
    management: {
      description: 'The caller, sessions, API keys, workspaces, the tenant and its audit trail',
      memoryMiB: 512,
      timeoutSeconds: 10,
      table: [
        { actions: ['GetItem'], keys: ['TENANT#*', 'USER#*', 'KEY#*', 'SESSION#*'] },
        { actions: ['BatchGetItem'], keys: ['KEY#*', 'SESSION#*', 'TENANT#*'] },
        { actions: ['Query'], keys: ['TENANT#*', 'USER#*'] },
        { actions: ['PutItem'], keys: ['TENANT#*', 'KEY#*'] },
        { actions: ['UpdateItem'], keys: ['TENANT#*', 'KEY#*', 'SESSION#*', 'IDEMPOTENCY#*'] },
        { actions: ['DeleteItem'], keys: ['TENANT#*', 'USER#*', 'SIGNIN#*'] },
        {
          actions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
          keys: ['CLIENT#*'],
        },
        { actions: ['UpdateItem'], keys: ['CURSORS'] },
      ],
      vault: 'keeper',
    },
    people: {
      description: 'The people of a tenant, their passwords and their own accounts',
      // As `accounts`: Argon2id takes a whole vCPU.
      memoryMiB: 1769,
      timeoutSeconds: 10,
      table: [
        { actions: ['GetItem'], keys: ['EMAIL#*', 'TENANT#*', 'BACKOFF#*', 'USER#*', 'SESSION#*'] },
        { actions: ['BatchGetItem'], keys: ['KEY#*', 'SESSION#*'] },
        { actions: ['DeleteItem'], keys: ['LINK#*'] },
        { actions: ['Query'], keys: ['TENANT#*', 'USER#*'] },
        { actions: ['PutItem'], keys: ['EMAIL#*', 'TENANT#*', 'LINK#*', 'OUTBOX', 'ERASURES'] },
        { actions: ['ConditionCheckItem'], keys: ['TENANT#*'] },
        {
          actions: ['UpdateItem'],
          keys: ['EMAIL#*', 'TENANT#*', 'SESSION#*', 'BACKOFF#*', 'IDEMPOTENCY#*', 'USAGEKEYS'],
        },
        {
          actions: ['DeleteItem'],
          keys: ['EMAIL#*', 'TENANT#*', 'USER#*', 'BACKOFF#*', 'SIGNIN#*', 'PASSKEY#*'],
        },
        { actions: ['UpdateItem'], keys: ['CURSORS'] },
      ],
      variables: ['ISSUER'],
    },
    transfer: {
      description: 'Export and import of a tenant',
      memoryMiB: 1024,
      // A second less than API Gateway waits: a long import says how far it came.
      timeoutSeconds: 28,
      table: [
        { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], keys: ['TENANT#*'] },
        { actions: ['GetItem'], keys: ['SESSION#*'] },
        { actions: ['BatchGetItem'], keys: ['TENANT#*', 'KEY#*'] },
        { actions: ['PutItem', 'UpdateItem'], keys: ['KEY#*'] },
        { actions: ['UpdateItem'], keys: ['CONTROL'] },
        { actions: ['UpdateItem'], keys: ['CURSORS'] },
      ],
    },
    public: {
      description: 'Health, metrics, OpenAPI, discovery, and the 404 of unknown paths',
      memoryMiB: 512,
      timeoutSeconds: 10,
      table: [
        { actions: ['BatchGetItem'], keys: ['CONTROL'] },
        { actions: ['GetItem'], keys: ['CENSUS'] },
      ],
      keyset: ['DescribeSecret'],
      assertions: ['DescribeSecret'],
      variables: ['ISSUER'],
      readsMetrics: (profile.paths.getMetrics ?? []).length > 0,
    },
    ...((profile.paths.revealKey ?? []).length > 0 ? { reveal: REVEAL } : {}),
    forwarder: FORWARDER,
    ...forwarders(FORWARDER, options),
    fetcher: {
      description: 'Fetches the metadata documents of OAuth clients from the public internet',
      memoryMiB: 256,
      // A fetch takes five at most.
      timeoutSeconds: 7,
      // No right on anything, as strangers choose what it connects to.
    },
    rotation: {
      description: 'Rotates the signing keys, in the four steps of Secrets Manager',
      memoryMiB: 256,
      timeoutSeconds: 30,
      table: [{ actions: ['GetItem', 'UpdateItem'], keys: ['CONTROL'] }],
      keyset: ROTATING,
      assertions: ROTATING,
    },
    reconciler: {
      description:
        'Gives tenants usage keys of their own, and erases who has closed or deleted their account',
      memoryMiB: 256,
      // A run ends by itself before; it goes on where it was a minute later.
      timeoutSeconds: 60,
      table: [
        { actions: ['Query', 'DeleteItem'], keys: ['USAGEKEYS'] },
        { actions: ['GetItem'], keys: ['TENANT#*', 'CONTROL'] },
        { actions: ['UpdateItem'], keys: ['USAGEKEYS', 'TENANT#*', 'KEY#*', 'SESSION#*', 'ERASURES'] },
        // Erasures: it takes no request, and its code is the smallest that could have these rights.
        { actions: ['Query'], keys: ['ERASURES', 'TENANT#*', 'USER#*'] },
        { actions: ['BatchGetItem'], keys: ['KEY#*', 'SESSION#*'] },
        { actions: ['PutItem'], keys: ['TENANT#*'] },
        {
          actions: ['DeleteItem'],
          keys: [
            ...['ERASURES', 'TENANT#*', 'USER#*', 'EMAIL#*', 'KEY#*', 'SESSION#*', 'SIGNIN#*'],
            ...['IDENTITY#*', 'CLIENT#*', 'PASSKEY#*'],
          ],
        },
      ],
      usageKeys: [
        { actions: ['GET', 'POST'], on: 'keys' },
        { actions: ['DELETE'], on: 'key' },
        { actions: ['GET', 'POST'], on: 'members' },
      ],
    },
    stream: {
      description:
        'Brings what hangs on an item in line with it, counts, and writes the audit trail of hot records',
      memoryMiB: 256,
      timeoutSeconds: 60,
      table: [
        {
          actions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
          keys: ['TENANT#*'],
        },
        { actions: ['Query', 'DeleteItem'], keys: ['USER#*'] },
        { actions: ['UpdateItem'], keys: ['SESSION#*', 'EMAIL#*', 'CENSUS', 'USAGEKEYS'] },
        { actions: ['PutItem'], keys: ['EVENT#*'] },
      ],
      vault: 'follower',
      keepsLedger: true,
      invokes: ['mailer'],
    },
    mailer: {
      description: 'Sends the mails of the outbox',
      memoryMiB: 256,
      // A run ends by itself before; it goes on where it was a minute later.
      timeoutSeconds: 60,
      table: [
        { actions: ['Query', 'GetItem', 'UpdateItem', 'DeleteItem'], keys: ['OUTBOX'] },
        { actions: ['GetItem', 'PutItem', 'UpdateItem'], keys: ['LINK#*', 'TENANT#*'] },
        { actions: ['GetItem'], keys: ['EMAIL#*'] },
      ],
      sendsAs: mailIdentity,
      variables: ['ISSUER'],
    },
    usage: {
      description: 'Counts the uses of keys by day',
      memoryMiB: 256,
      timeoutSeconds: 60,
      table: [{ actions: ['BatchGetItem', 'UpdateItem'], keys: ['TENANT#*'] }],
    },
  };
}
