import { expect, test } from 'vitest';
import { operationsOf } from '../support/documented.ts';
import { complaint } from './document.ts';

const [operation] = operationsOf({
  paths: { '/v1/things/{id}': { get: { operationId: 'getThing', responses: { 200: {}, 401: {} } } } },
});
if (operation === undefined) throw new Error('no operation');

const answer = (status: number, bytes = 0) => ({ status, bytes: Buffer.alloc(bytes) });
const made = { target: 'GET /v1/things/1', request: {}, isPlain: true };

test.each([
  [200, undefined],
  [401, undefined],
  [404, 'getThing has no 404 in its document'],
  [418, 'getThing has no 418 in its document'],
  [500, 'getThing answers 500'],
  [501, 'getThing answers 501'],
])('the answer %i of a documented route is judged', (status, expected) => {
  expect(complaint(operation, made, answer(status))).toBe(expected);
});

test.each([
  [400, undefined],
  [404, undefined],
  [409, 'getThing has no 409 in its document'],
  [503, 'getThing answers 503'],
])('the answer %i to a path that may be another one is judged', (status, expected) => {
  expect(complaint(operation, { ...made, isPlain: false }, answer(status))).toBe(expected);
});

test('a refusal of more than 64 KB is judged, whatever its status; a long answer to a good request is not', () => {
  expect(complaint(operation, made, answer(401, 65_536))).toBeUndefined();
  expect(complaint(operation, made, answer(401, 65_537))).toBe('getThing refuses with 65537 bytes');
  expect(complaint(operation, made, answer(200, 1_000_000))).toBeUndefined();
});

test('a request line or headers that API Gateway does not take are its 431, and nothing else is', () => {
  expect(complaint(operation, { ...made, hasWideHead: true }, answer(431))).toBeUndefined();
  expect(complaint(operation, made, answer(431))).toBe('getThing has no 431 in its document');
});
