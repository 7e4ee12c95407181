import { expect, test } from 'vitest';
import { judgeOf } from './documented.ts';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const judge = judgeOf({
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'getThing',
        responses: {
          200: json({
            type: 'object',
            properties: { id: { type: 'string' } },
            required: ['id'],
            additionalProperties: false,
          }),
          404: json({ $ref: '#/components/schemas/Error' }),
        },
      },
    },
    '/things/lines': {
      get: {
        operationId: 'getLines',
        responses: {
          200: {
            content: {
              'application/x-ndjson': { schema: { contentSchema: { items: { type: 'integer' } } } },
            },
          },
        },
      },
    },
    '/on': {
      post: {
        operationId: 'goOn',
        responses: { 303: { headers: { Location: { required: true } } }, 204: {} },
      },
    },
  },
  components: {
    schemas: { Error: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] } },
  },
});

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

test.each([
  ['GET /things/1?a=b', 200, '{"id":"1"}', JSON_TYPE, undefined],
  ['GET /things/1/', 200, '{"id":1}', JSON_TYPE, 'expected string'],
  ['GET /things/1', 200, '{}', JSON_TYPE, 'expected string'],
  ['GET /things/1', 200, '{"id":"1","more":1}', JSON_TYPE, 'more'],
  ['GET /things/1', 201, '{"id":"1"}', JSON_TYPE, 'no such answer'],
  ['GET /things/1', 200, '<p>', { 'content-type': 'text/html' }, 'text/html is not documented'],
  ['HEAD /things/1', 200, '', JSON_TYPE, undefined],
  ['HEAD /things/1', 200, '{}', JSON_TYPE, 'no content'],
  ['GET /things/1', 404, '{"code":"x"}', JSON_TYPE, undefined],
  ['GET /things/1', 404, '{}', JSON_TYPE, 'code'],
  ['GET /things/1', 404, '{}', { 'x-amzn-errortype': 'RequestTooLargeException' }, undefined],
  ['GET /things/1', 401, 'whatever', {}, undefined],
  ['GET /things/lines', 200, '1\n2\n', { 'content-type': 'application/x-ndjson' }, undefined],
  ['GET /things/lines', 200, '1\n"2"\n', { 'content-type': 'application/x-ndjson' }, 'expected'],
  ['POST /on', 303, '', { location: '/' }, undefined],
  ['POST /on', 303, '', {}, 'no header Location'],
  ['POST /on', 204, 'x', {}, 'no content is documented'],
  ['GET /elsewhere', 200, 'x', {}, undefined],
])('%s with %i and %s is judged by the document', (target, status, text, headers, complaint) => {
  const found = judge(target, { status, headers, text });
  if (complaint === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(complaint);
});
