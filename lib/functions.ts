import type { Profile } from '../lambdas/contract/profile.ts';
import { DIRECTORY_ATTRIBUTES } from '../lambdas/operators/directory-attributes.ts';
import { backgroundFunctions } from './background-functions.ts';
import { type ForwardersOptions, forwarders } from './forwarders.ts';
import type { FunctionSpec, Functions, TableRight } from './function-spec.ts';

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
  memoryMiB: 512,
  timeoutSeconds: 10,
  table: [
    { actions: ['GetItem'], keys: ['TENANT#*', 'KEY#*'] },
    { actions: ['BatchGetItem'], keys: ['KEY#*'] },
    // The row of the audit trail.
    { actions: ['PutItem', 'UpdateItem'], keys: ['TENANT#*'] },
  ],
  vault: 'revealer',
};

const OPERATORS: FunctionSpec = {
  description: 'What operators see of tenants, and do for them',
  memoryMiB: 512,
  timeoutSeconds: 10,
  table: [
    { actions: ['Scan'], attributes: DIRECTORY_ATTRIBUTES },
    { actions: ['GetItem'], keys: ['TENANT#*', 'SESSION#*', 'EMAIL#*', 'USER#*', 'CENSUS'] },
    { actions: ['BatchGetItem'], keys: ['CONTROL', 'KEY#*'] },
    { actions: ['Query'], keys: ['TENANT#*', 'USER#*'] },
    { actions: ['PutItem'], keys: ['TENANT#*', 'USER#*', 'LINK#*', 'OUTBOX'] },
    { actions: ['UpdateItem'], keys: ['TENANT#*', 'KEY#*', 'SESSION#*', 'EMAIL#*', 'USAGEKEYS', 'CURSORS'] },
    { actions: ['DeleteItem'], keys: ['USER#*', 'PASSKEY#*'] },
  ],
  readsMetrics: true,
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
        {
          actions: ['BatchGetItem'],
          keys: ['CONTROL', 'SESSION#*', 'TENANT#*', 'KEY#*', 'EMAIL#*', 'BACKOFF#*'],
        },
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
    ...(profile.hasOperators === true ? { operators: OPERATORS } : {}),
    forwarder: FORWARDER,
    ...forwarders(FORWARDER, options),
    fetcher: {
      description: 'Fetches the metadata documents of OAuth clients from the public internet',
      memoryMiB: 256,
      // A fetch takes five at most.
      timeoutSeconds: 7,
      // No right on anything, and a place in no network, as strangers choose what it connects to.
      standsOutside: true,
    },
    ...backgroundFunctions({ mailIdentity }),
  };
}
