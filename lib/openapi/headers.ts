import type { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import { HONOURED_SECONDS, MAX_KEY_LENGTH } from '../../lambdas/idempotency/idempotency.ts';
import { MAX_WORKSPACE_ID_LENGTH } from '../../lambdas/kernel/ids.ts';
import { type Json, reference } from './json.ts';

/** Parameters that many operations share. */
export const PARAMETERS = {
  'X-Workspace-Id': {
    name: 'X-Workspace-Id',
    in: 'header',
    description: 'The workspace to work in: one of the tenant, or of a key its own.',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: MAX_WORKSPACE_ID_LENGTH },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      `A text for this thing alone, such as a UUID in quotation marks (draft-ietf-httpapi-idempotency-key-header-06). ` +
      `For ${HONOURED_SECONDS / 3600} hours a repetition with it makes nothing more, and has the answer of the first call.`,
    required: false,
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_KEY_LENGTH,
      examples: ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    },
  },
};

const integer = (description: string): Json => ({ description, schema: { type: 'integer', minimum: 0 } });

/** Headers that many responses share. */
export const HEADERS = {
  'Retry-After': integer('Whole seconds until a repetition can succeed.'),
  'X-Next-Cursor': {
    description: 'The `cursor` of the request for the lines that follow. Absent when there are none.',
    schema: { type: 'string' },
  },
  Location: {
    description: 'Where to go on.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  'X-RateLimit-Limit': integer('Requests a minute of this API key or session.'),
  'X-RateLimit-Remaining': integer('Those that are left until the minute of the clock ends.'),
  'X-RateLimit-Reset': integer('When it ends, in Unix seconds.'),
  'RateLimit-Policy': {
    description: 'The limit and its seconds (draft-ietf-httpapi-ratelimit-headers-11).',
    schema: { type: 'string', examples: ['"default";q=100;w=60'] },
  },
  RateLimit: {
    description: 'What is left of it, and seconds until it begins anew (same draft).',
    schema: { type: 'string', examples: ['"default";r=50;t=30'] },
  },
} satisfies Record<'Retry-After' | 'X-Next-Cursor' | 'Location' | keyof typeof RATE_LIMIT_HEADERS, Json>;

/** The headers of a response: shared ones by name, and the cookies that it sets. */
export function headersOf(names: readonly string[], cookies: readonly string[] = []): { headers?: Json } {
  const headers = {
    ...Object.fromEntries(names.map((name) => [name, reference('headers', name)])),
    ...(cookies.length === 0
      ? {}
      : { 'Set-Cookie': { description: `Sets ${cookies.join(', ')}.`, schema: { type: 'string' } } }),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}
