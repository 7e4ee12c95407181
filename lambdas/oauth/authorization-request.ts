import type { Client, Clients } from '../clients/client.ts';
import { matchRedirect } from '../clients/redirects.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import type { Scope } from '../contract/scopes.ts';
import { Problem } from '../kernel/problem.ts';
import { AuthorizationError, type AuthorizationErrorCode } from './oauth-error.ts';
import { CODE_CHALLENGE } from './pkce.ts';
import { resourcePath } from './resources.ts';
import { askedScopes, undeclaredScope } from './scopes.ts';

/** The parameters that are looked at (RFC 6749, 4.1.1; RFC 7636, 4.3; RFC 8707, 2; OpenID Connect Core, 3.1.2.1; RFC 9470, 4). Others are ignored. */
export const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
  'request',
  'request_uri',
  'registration',
] as const;

export type AuthorizationParameters = Readonly<
  Partial<Record<(typeof PARAMETERS)[number], string | undefined>>
>;

const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;

const MAX_AGE = /^\d{1,9}$/;

export type Prompt = (typeof PROMPTS)[number];

/** Where the answer to a request goes. */
export interface ReturnPath {
  /** The client's own: checked. */
  readonly redirectUri: string;
  readonly state: string | undefined;
}

/** A request of which everything holds that does not depend on the person. */
export interface AuthorizationRequest {
  readonly client: Client;
  readonly returnPath: ReturnPath;
  readonly challenge: string;
  /** The path of the API that is asked for; empty for the whole. */
  readonly resource: string;
  /** Declared scopes; undefined where none are asked for. */
  readonly scopes: readonly Scope[] | undefined;
  readonly prompts: ReadonlySet<Prompt>;
  /** Seconds that the sign-in may be old; `Infinity` where nothing is said. */
  readonly maxAge: number;
  /** As they came, to be carried along. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface RequestContext {
  readonly issuer: string;
  readonly profile: Pick<Profile, 'upstreamPrefixes'>;
  readonly rights: Pick<Rights, 'inclusion'>;
}

type Check = readonly [
  holds: (parameters: AuthorizationParameters, context: RequestContext) => boolean,
  otherwise: AuthorizationErrorCode,
  description: string,
];

/** What a request must have, in the order in which it is told: the client hears of the first that does not hold. */
export const CHECKS: readonly Check[] = [
  [({ request }) => request === undefined, 'request_not_supported', 'request is not supported'],
  [
    ({ request_uri }) => request_uri === undefined,
    'request_uri_not_supported',
    'request_uri is not supported',
  ],
  [
    ({ registration }) => registration === undefined,
    'registration_not_supported',
    'registration is not supported',
  ],
  [({ response_type }) => response_type !== undefined, 'invalid_request', 'response_type is required: code'],
  [
    ({ response_type }) => response_type === 'code',
    'unsupported_response_type',
    'response_type must be code',
  ],
  [
    ({ response_mode }) => response_mode === undefined || response_mode === 'query',
    'invalid_request',
    'response_mode must be query',
  ],
  [
    ({ code_challenge }) => code_challenge !== undefined,
    'invalid_request',
    'code_challenge is required (PKCE, RFC 7636)',
  ],
  [
    // Without a method it would be `plain` (RFC 7636, 4.3).
    ({ code_challenge_method }) => code_challenge_method === 'S256',
    'invalid_request',
    'code_challenge_method must be S256',
  ],
  [
    ({ code_challenge = '' }) => CODE_CHALLENGE.test(code_challenge),
    'invalid_request',
    'code_challenge must be a SHA-256 in base64url: 43 characters',
  ],
  [
    ({ prompt }) => promptsOf(prompt) !== undefined,
    'invalid_request',
    `prompt must be of ${PROMPTS.join(', ')}; none alone`,
  ],
  [
    ({ max_age = '0' }) => MAX_AGE.test(max_age),
    'invalid_request',
    'max_age must be a number of whole seconds',
  ],
  [
    ({ resource }, { issuer, profile }) => resourcePath(resource, issuer, profile) !== undefined,
    'invalid_target',
    'resource must be the URL of this API, or of a path below a prefix of the upstream',
  ],
  [
    ({ scope }, { rights }) => undeclaredScope(askedScopes(scope) ?? [], rights) === undefined,
    'invalid_scope',
    'scope has one that this API does not declare',
  ],
];

/** The client of a request, and where its answer goes: both before anything else is looked at, as errors go there too. */
export interface Addressed {
  readonly client: Client;
  readonly returnPath: ReturnPath;
}

/**
 * Finds the client and its redirect. Throws `invalid_field`, `invalid_client`, `invalid_redirect_uri`: who cannot be
 * answered by a redirect is told by a page, as an unchecked one would be an open redirector (RFC 9700, 4.11).
 */
export async function addressed(
  parameters: AuthorizationParameters,
  clients: Pick<Clients, 'find'>,
  address: string,
): Promise<Addressed> {
  const { client_id: clientId, redirect_uri: given, state } = parameters;
  if (clientId === undefined) throw new Problem('invalid_client', { message: 'client_id is required.' });
  const client = await clients.find(clientId, address);
  if (client === undefined) throw new Problem('invalid_client');
  const redirectUri = matchRedirect(client, given);
  if (redirectUri === undefined)
    throw new Problem('invalid_redirect_uri', {
      message: 'redirect_uri must be one that the client has registered, to the letter.',
    });
  return { client, returnPath: { redirectUri, state } };
}

/** The request, if all {@link CHECKS} hold. Throws {@link AuthorizationError}. */
export function requireValid(
  parameters: AuthorizationParameters,
  { client, returnPath }: Addressed,
  context: RequestContext,
): AuthorizationRequest {
  const fault = CHECKS.find(([holds]) => !holds(parameters, context));
  if (fault !== undefined) throw new AuthorizationError(fault[1], fault[2]);
  return {
    client,
    returnPath,
    challenge: parameters.code_challenge ?? '',
    resource: resourcePath(parameters.resource, context.issuer, context.profile) ?? '',
    scopes: askedScopes(parameters.scope),
    prompts: promptsOf(parameters.prompt) ?? new Set(),
    maxAge: Number(parameters.max_age ?? Number.POSITIVE_INFINITY),
    parameters: Object.fromEntries(
      PARAMETERS.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
    ),
  };
}

/** The prompts that are asked for; undefined for one that there is not, and for `none` beside others. */
function promptsOf(prompt: string | undefined): ReadonlySet<Prompt> | undefined {
  const named = new Set((prompt ?? '').split(' ').filter((each) => each !== ''));
  const known = new Set(PROMPTS.filter((each) => named.has(each)));
  return known.size !== named.size || (named.has('none') && named.size > 1) ? undefined : known;
}

/** The answer's location: the redirect with the parameters and the issuer (RFC 9207), by which a client tells servers apart. */
export function answerLocation(
  { redirectUri, state }: ReturnPath,
  answer: Readonly<Record<string, string>>,
  issuer: string,
): string {
  const query = new URLSearchParams({ ...answer, ...(state === undefined ? {} : { state }), iss: issuer });
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
}

/** The answer of an error. */
export function errorLocation(
  returnPath: ReturnPath,
  { code, message }: AuthorizationError,
  issuer: string,
): string {
  return answerLocation(returnPath, { error: code, error_description: message }, issuer);
}
