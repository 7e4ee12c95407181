import { describe, expect, test } from 'vitest';
import type { Cors } from '../../lambdas/contract/cors.ts';
import { originHeaders } from '../../lambdas/http/origin.ts';

const cors = (...allowedOrigins: string[]): Cors => ({
  allowedOrigins,
  allowedHeaders: ['Authorization'],
  exposedHeaders: ['X-Request-ID', 'Allow'],
  maxAgeSeconds: 60,
});
const ALLOW = 'Access-Control-Allow-Origin';
const [APP, ADMIN] = ['https://app.example', 'https://admin.example'] as const;

describe('the origin of an answer', () => {
  test.each(['*', APP])(
    'is %s for every caller where it is the only one, and caches need not ask',
    (only) => {
      for (const headers of [{}, { Origin: [APP] }, { origin: ['https://evil.example'] }]) {
        const sent = originHeaders(headers, cors(only));
        expect([sent[ALLOW], 'Vary' in sent]).toEqual([only, false]);
      }
    },
  );

  test('is that of the caller where it is one of several, in any spelling of the header, and varies', () => {
    for (const name of ['origin', 'Origin', 'ORIGIN'])
      expect(originHeaders({ [name]: [ADMIN] }, cors(APP, ADMIN))).toMatchObject({
        [ALLOW]: ADMIN,
        Vary: 'Origin',
      });
  });

  test.each([
    [],
    [''],
    ['null'],
    ['https://app.example/'],
    ['https://APP.example'],
    ['http://app.example'],
    ['https://app.example.evil.example'],
    [`${APP}, ${ADMIN}`],
  ])('is none for %j, which varies too', (...values) => {
    const sent = originHeaders({ origin: values }, cors(APP, ADMIN));
    expect([ALLOW in sent, sent.Vary]).toEqual([false, 'Origin']);
  });

  test('never comes with credentials, and exposes what the answer names besides, each once', () => {
    const sent = originHeaders({ origin: [APP] }, cors(APP, ADMIN), ['ETag', 'x-request-id']);
    expect(JSON.stringify(sent)).not.toContain('Credentials');
    expect(sent['Access-Control-Expose-Headers']?.toLowerCase()).toBe('x-request-id, allow, etag');
  });
});
