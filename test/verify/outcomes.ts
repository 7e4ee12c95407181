/** Requests and how they must end, whatever adapter brings them. */
import type { Credential } from './service.ts';

export interface Case {
  readonly name: string;
  readonly credential?: Credential;
  readonly method?: string;
  readonly path?: string;
  /** Besides the credential; a name may come several times. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly isDown?: true;
  /** 200 where the service's own handler answers. */
  readonly status: number;
  readonly code?: string;
  /** Whether it is another request, which may go on, where a platform resolves paths before anybody reads them. */
  readonly isResolvable?: true;
  /** Whether it goes on only to what tells OPTIONS from other methods; elsewhere it is a 405. */
  readonly isPreflight?: true;
  /** Headers of the answer. */
  readonly says?: Readonly<Record<string, unknown>>;
}

const PREFLIGHT = [
  ['Origin', 'https://app.example.com'],
  ['Access-Control-Request-Method', 'POST'],
] as const;

const INVALID = { status: 401, code: 'invalid_credential' };

export const CASES: readonly Case[] = [
  {
    name: 'no credential',
    status: 401,
    code: 'missing_credential',
    says: { 'www-authenticate': 'Bearer scope="read"' },
  },
  {
    name: 'a key that nobody has',
    credential: 'unknown',
    ...INVALID,
    says: { 'www-authenticate': 'Bearer error="invalid_token", scope="read"' },
  },
  { name: 'a key that is revoked', credential: 'revoked', status: 401, code: 'revoked_credential' },
  { name: 'a key that has expired', credential: 'expired', status: 401, code: 'expired_credential' },
  { name: 'a token that has expired', credential: 'late', status: 401, code: 'expired_credential' },
  { name: 'a token of another issuer', credential: 'otherIssuer', ...INVALID },
  { name: 'a token without a signature', credential: 'unsigned', ...INVALID },
  { name: 'a token that the public key signs as a secret', credential: 'symmetric', ...INVALID },
  { name: 'an assertion in the place of a token', credential: 'assertion', ...INVALID },
  { name: 'a token for another path', credential: 'narrow', path: '/other', ...INVALID },
  {
    name: 'two credentials of one name',
    credential: 'reader',
    headers: [['Authorization', 'Bearer other']],
    ...INVALID,
  },
  {
    name: 'two credentials of different names',
    credential: 'reader',
    headers: [
      ['X-API-Key', 'one'],
      ['X-API-Key', 'two'],
    ],
    ...INVALID,
  },
  {
    name: 'a scope too small',
    credential: 'reader',
    method: 'POST',
    status: 403,
    code: 'insufficient_scope',
    says: {
      'www-authenticate': 'Bearer error="insufficient_scope", scope="write"',
      'x-ratelimit-limit': '5',
    },
  },
  {
    name: 'an address that the key does not allow',
    credential: 'elsewhere',
    status: 403,
    code: 'address_not_allowed',
  },
  {
    name: 'an address that the client invents',
    credential: 'elsewhere',
    headers: [
      ['X-Forwarded-For', '198.51.100.7'],
      ['X-Real-IP', '198.51.100.7'],
      ['Forwarded', 'for=198.51.100.7'],
    ],
    status: 403,
    code: 'address_not_allowed',
  },
  {
    name: 'a limit that is used up',
    credential: 'spent',
    status: 429,
    code: 'rate_limited',
    says: { 'retry-after': '12', 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0' },
  },
  {
    name: 'a workspace that is not the key’s',
    credential: 'reader',
    headers: [['X-Workspace-Id', '0191aaaa-0000-7000-8000-00000000ffff']],
    status: 404,
    code: 'not_found',
  },
  {
    name: 'a path that servers read differently',
    credential: 'writer',
    path: '/public/%2e%2e/items',
    status: 400,
    code: 'malformed_request',
    isResolvable: true,
  },
  { name: 'a path with an empty segment', path: '//items', status: 400, code: 'malformed_request' },
  { name: 'OPTIONS that is no preflight', method: 'OPTIONS', status: 405, code: 'method_not_allowed' },
  {
    name: 'a table that does not answer',
    credential: 'reader',
    isDown: true,
    status: 503,
    code: 'unavailable',
    says: { 'retry-after': '1' },
  },
  { name: 'a good key', credential: 'reader', status: 200, says: { 'x-ratelimit-limit': '5' } },
  { name: 'HEAD, as GET', credential: 'reader', method: 'HEAD', status: 200 },
  { name: 'a person', credential: 'person', method: 'DELETE', status: 200 },
  { name: 'a token for this path', credential: 'narrow', path: '/items/7', status: 200 },
  { name: 'a key of another tenant, as that tenant’s', credential: 'stranger', status: 200 },
  { name: 'a CORS preflight', method: 'OPTIONS', headers: PREFLIGHT, status: 200, isPreflight: true },
  { name: 'a public route', path: '/public/7', status: 200 },
];
