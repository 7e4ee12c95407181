import { ERRORS, type ErrorCode } from '../../lambdas/contract/errors.ts';
import { errorCodeOf, type Profile } from '../../lambdas/contract/profile.ts';
import { oauthErrorBody } from '../../lambdas/http/oauth-error.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { requiredAsIn, shapeOf } from './example.ts';
import { type Json, reference } from './json.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** The schemas of errors. `Error` would hide TypeScript's own in clients, so it is `ApiError`. */
export function errorSchemas(profile: Profile): Readonly<Record<string, Json>> {
  return { ApiError: errorSchema(profile), FieldError: FIELD_ERROR, OAuthError: oauthErrorSchema() };
}

const FIELD_ERROR: Json = {
  type: 'object',
  description: 'One wrong field of a request.',
  properties: {
    field: { type: 'string', description: 'Its name as it was sent.' },
    message: { type: 'string', description: 'What is right.' },
  },
  required: ['field', 'message'],
};

/** The shape of the profile's errors: what only an error about fields has is optional. */
function errorSchema(profile: Profile): Json {
  const fieldError = { field: 'field', message: 'what is right' };
  const view = {
    status: 400,
    type: 'validation_error',
    code: 'code',
    title: 'title',
    message: 'message',
    requestId: 'request id',
    fields: [],
  } as const;
  const known = new Map<unknown, Json>([
    [view.status, { type: 'integer', enum: values(({ status }) => status) }],
    [view.type, { type: 'string', enum: values(({ type }) => type) }],
    [view.code, { type: 'string', enum: unique(CODES.map((code) => errorCodeOf(profile, code))) }],
    [fieldError, reference('schemas', 'FieldError')],
  ]);
  return requiredAsIn(
    shapeOf(profile.errorBody({ ...view, fields: [fieldError] }), known),
    shapeOf(profile.errorBody(view), known),
  );
}

/** The errors of RFC 6749, 5.2, that ours become. */
function oauthErrorSchema(): Json {
  const bodies = CODES.map((code) => oauthErrorBody(new Problem(code), 'request id') as { error: string });
  const error = unique(bodies.map((body) => body.error));
  return shapeOf(bodies[0], new Map([[bodies[0]?.error, { type: 'string', enum: error }]]));
}

function values<Value>(of: (error: (typeof ERRORS)[ErrorCode]) => Value): Value[] {
  return unique(CODES.map((code) => of(ERRORS[code])));
}

function unique<Value>(all: readonly Value[]): Value[] {
  return [...new Set(all)].sort();
}
