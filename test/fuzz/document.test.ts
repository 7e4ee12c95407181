import { expect, test } from 'vitest';
import { operationsOf } from '../support/documented.ts';
import { complaint } from './document.ts';

const [operation] = operationsOf({
  paths: { '/v1/things/{id}': { get: { operationId: 'getThing', responses: { 200: {}, 401: {} } } } },
});
if (operation === undefined) throw new Error('no operation');

const made = { target: 'GET /v1/things/1', request: {}, isPlain: true };

test.each([
  [200, undefined],
  [401, undefined],
  [404, 'getThing has no 404 in its document'],
  [418, 'getThing has no 418 in its document'],
  [500, 'getThing answers 500'],
  [501, 'getThing answers 501'],
])('the answer %i of a documented route is judged', (status, expected) => {
  expect(complaint(operation, made, status)).toBe(expected);
});

test.each([
  [400, undefined],
  [404, undefined],
  [409, 'getThing has no 409 in its document'],
  [503, 'getThing answers 503'],
])('the answer %i to a path that may be another one is judged', (status, expected) => {
  expect(complaint(operation, { ...made, isPlain: false }, status)).toBe(expected);
});
