/** Which error an answer is, in each of the forms that contracts, OAuth and API Gateway give it. */
import { describe, expect, test } from 'vitest';
import { errorOf, retryAfterSeconds } from '../../../clients/typescript/src/errors.ts';
import {
  AuthenticationError,
  ConflictError,
  LatchkeyError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
  ValidationError,
} from '../../../clients/typescript/src/index.ts';

const answer = (status: number, body: unknown, headers = {}) =>
  errorOf(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));

test.each([
  [400, ValidationError],
  [401, AuthenticationError],
  [403, PermissionError],
  [404, NotFoundError],
  [405, LatchkeyError],
  [409, ConflictError],
  [422, ValidationError],
  [429, RateLimitError],
  [500, ServerError],
  [503, ServerError],
])('%i is its own class', async (status, ErrorClass) => {
  const error = await answer(status, {});
  expect(error.constructor).toBe(ErrorClass);
  expect(error.name).toBe(ErrorClass.name);
  expect(error).toBeInstanceOf(LatchkeyError);
});

const errors = [{ field: 'scopes', message: 'must be some of read' }];

describe('text, code, wrong fields and request id', () => {
  const bodies: [string, unknown][] = [
    [
      'of problem details',
      {
        type: 'validation_error',
        code: 'c',
        detail: 'Wrong.',
        message: 'Wrong.',
        error: 'Wrong.',
        request_id: 'req_1',
        errors,
      },
    ],
    [
      'of an envelope',
      {
        success: false,
        error: { code: 'c', message: 'Wrong.', details: errors },
        meta: { request_id: 'req_1' },
      },
    ],
    [
      'where the code is the status',
      { type: 'c', message: 'Wrong.', code: 400, request_id: 'req_1', detail: 'Wrong.', errors },
    ],
  ];
  test.each(bodies)('%s are read', async (_name, body) => {
    expect(await answer(400, body)).toMatchObject({
      code: 'c',
      message: 'Wrong. (request req_1)',
      requestId: 'req_1',
      errors,
    });
  });

  test("of OAuth's form are read", async () => {
    const body = { error: 'invalid_grant', error_description: 'Ended.', request_id: 'req_1' };
    expect(await answer(400, body)).toMatchObject({
      code: 'invalid_grant',
      message: 'Ended. (request req_1)',
      errors: [],
    });
  });

  test.each(['', '<html>', 'null', '[1]', '{"message": 5}'])('are made up for the body %j', async (body) => {
    expect(await answer(502, body)).toMatchObject({
      message: 'The server answered with status 502.',
      code: '',
      requestId: null,
    });
  });

  test('the header names the request where the body does not', async () => {
    expect(await answer(500, {}, { 'X-Request-ID': 'req_2' })).toMatchObject({ requestId: 'req_2' });
  });
});

test.each([
  ['32', 32],
  [' 0 ', 0],
  ['Fri, 27 Nov 2026 20:00:30 GMT', 30],
  ['Fri, 27 Nov 2026 19:00:00 GMT', 0],
  ['', null],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  [null, null],
])('Retry-After %j is %j seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, Date.parse('2026-11-27T20:00:00Z'))).toBe(seconds);
});
