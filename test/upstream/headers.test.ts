import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { endsHere, HEADER_TABLE, type Header } from '../../lambdas/upstream/header-table.ts';
import { requestHeaders, responseHeaders } from '../../lambdas/upstream/headers.ts';

const CALLER = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: 'tenant',
  workspaceId: 'workspace',
  scopes: ['read'],
  environment: 'live',
} as const;

const PUBLIC = { protocol: 'https', host: 'api.example.com', prefix: '/live' } as const;

const lines = (received: Record<string, string[]>, address = '192.0.2.7', trace: readonly Header[] = []) =>
  requestHeaders(received, {
    identity: { caller: CALLER, assertion: 'assertion' },
    passesCredential: false,
    requestId: 'request',
    trace,
    address,
    publicUrl: PUBLIC,
    httpVersion: '1.1',
  });
const sent = (received: Record<string, string[]>, address?: string) =>
  Object.fromEntries(lines(received, address));

describe('to the upstream', () => {
  test('a trace context is the one that is told, whatever a client sends', () => {
    const received = { traceparent: ['theirs'], TraceState: ['theirs'], 'Trace.Parent': ['other'] };
    expect(sent(received)).not.toHaveProperty('traceparent');
    const told = lines(received, undefined, [['traceparent', 'ours']]);
    expect(told.filter(([name]) => /^trace/.test(name))).toEqual([
      ['trace.parent', 'other'],
      ['traceparent', 'ours'],
    ]);
  });

  test.each([
    'X-Latchkey-Tenant',
    'x_latchkey_tenant',
    'X.Latchkey.Tenant',
    'X_Latchkey-Tenant',
    'x-latchkey~tenant',
    'X-Latchkey-Client-Address',
    'Authorization',
    'X-API-Key',
    'x_api_key',
    'X-HTTP-Method-Override',
    'X_HTTP_Method_Override',
    'X-Original-URL',
    'X-Rewrite-URL',
    'Proxy-Authorization',
    'Proxy',
    'X-RateLimit-Remaining',
    'RateLimit',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Prefix',
    'X-Forwarded-Server',
    'X-Forwarded-Anything',
    'X_Forwarded_Host',
    'X-Real-IP',
    'Client-IP',
    'True-Client-IP',
    'CF-Connecting-IP',
    'Fastly-Client-IP',
    'CloudFront-Viewer-Address',
    'Content_Length',
    'Transfer_Encoding',
  ])('a client’s %s does not go', (name) => {
    expect(JSON.stringify(lines({ [name]: ['forged'] }))).not.toContain('forged');
  });

  test.each(['Accept', 'client_id', 'X-Forward', 'If-None-Match', 'Idempotency-Key', 'Prefer'])(
    'a client’s %s goes as it came',
    (name) => expect(sent({ [name]: [' a,b ; "c"  '] })[name.toLowerCase()]).toBe(' a,b ; "c"  '),
  );

  test('nothing is invented but what the table says is ours', () => {
    expect(lines({}).map(([name]) => name)).toEqual([
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-forwarded-prefix',
      'forwarded',
      'x-request-id',
      'x-latchkey-tenant',
      'x-latchkey-workspace',
      'x-latchkey-principal',
      'x-latchkey-scopes',
      'x-latchkey-environment',
      'x-latchkey-client-address',
      'x-latchkey-assertion',
    ]);
  });

  test('headers that Connection names are the connection’s, in any spelling, and others go on', () => {
    const headers = sent({
      Connection: ['close, X-Hop'],
      'X-Hop': ['1'],
      X_Hop: ['2'],
      Accept: ['text/plain'],
    });
    expect(headers).toMatchObject({ accept: 'text/plain', 'x-latchkey-tenant': 'tenant' });
    for (const name of ['x-hop', 'x_hop', 'connection']) expect(headers).not.toHaveProperty(name);
  });

  test('the caller’s address and the public URL are those of API Gateway', () => {
    expect(sent({ Via: ['1.0 fred'] })).toMatchObject({
      via: '1.0 fred, 1.1 latchkey',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'api.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/live',
      'x-latchkey-client-address': '192.0.2.7',
      forwarded: 'for=192.0.2.7;host=api.example.com;proto=https',
    });
    expect(sent({}, '2001:db8::7')).toMatchObject({
      'x-forwarded-for': '2001:db8::7',
      forwarded: 'for="[2001:db8::7]";host=api.example.com;proto=https',
    });
  });

  test.each([
    ['__Host-latchkey-session=secret', undefined],
    ['a=1; __Host-latchkey-session=secret; b=2', 'a=1; b=2'],
    ['__Host-latchkey-session=secret; b="2"', 'b="2"'],
    ['a=1; __HOST-LATCHKEY-x=secret', 'a=1'],
    ['a=__Host-latchkey-b; c', 'a=__Host-latchkey-b; c'],
  ])('of the cookies %j those of ours stay', (cookie, expected) => {
    expect(sent({ Cookie: [cookie] }).cookie).toBe(expected);
  });

  test('octets of a value go as they are, and control characters are refused', () => {
    expect(sent({ 'X-Name': ['Zoë'] })['x-name']).toBe('Zoë');
    expect(Buffer.from(sent({ 'X-Name': ['雪'] })['x-name'] ?? '', 'latin1').toString()).toBe('雪');
    for (const value of ['a\r\nb: c', 'a\0b', 'a\x7f'])
      expect(() => lines({ 'X-Name': [value] })).toThrow(
        expect.objectContaining({ code: 'malformed_request' }),
      );
  });
});

test('an idempotency key is the upstream’s affair, and reaches it as it came', () => {
  expect(sent({ 'Idempotency-Key': ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'] })).toMatchObject({
    'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  });
});

const NOW = Date.parse('2026-11-21T07:30:00Z') / 1000;
const place = {
  upstreamUrl: 'http://10.0.0.1:3000/base',
  publicUrl: PUBLIC,
  sharesOrigin: false,
  now: NOW,
};
const back = (headers: readonly Header[], more = {}) => responseHeaders(headers, { ...place, ...more });

describe('back to the caller', () => {
  test.each([
    'X-RateLimit-Limit',
    'x-rate-limit-reset',
    'RateLimit',
    'RateLimit-Policy',
    'RateLimit-Remaining',
    'X-Latchkey-Tenant',
    'x_latchkey_anything',
    'Access-Control-Allow-Credentials',
    'Access-Control-Allow-Origin',
    'X-Request-ID',
    'Connection',
    'Transfer-Encoding',
    'Clear-Site-Data',
  ])('an upstream’s %s does not go', (name) => {
    expect(
      back([
        [name, '1'],
        ['X-Rated', 'yes'],
      ]),
    ).toEqual({ 'x-rated': ['yes'] });
  });

  test('an encoded body keeps its coding, and repeated headers stay apart', () => {
    const received: Header[] = [
      ['Content-Encoding', 'gzip'],
      ['Link', '</a>; rel=next'],
      ['Link', '</b>; rel=last'],
      ['ETag', 'W/"1"'],
    ];
    expect(back(received)).toEqual({
      'content-encoding': ['gzip'],
      link: ['</a>; rel=next', '</b>; rel=last'],
      etag: ['W/"1"'],
    });
  });

  test.each([
    ['30', ['30']],
    ['Sat, 21 Nov 2026 07:31:00 GMT', ['60']],
    ['Sat, 21 Nov 2026 07:00:00 GMT', ['0']],
    ['soon', undefined],
    ['-1', undefined],
  ])('"Retry-After: %s" has whole seconds or is none', (value, expected) => {
    expect(back([['Retry-After', value]])['retry-after']).toEqual(expected);
  });

  test.each([
    ['http://10.0.0.1:3000/base/v1/x?y=1#z', 'https://api.example.com/live/v1/x?y=1#z'],
    ['http://10.0.0.1:3000/base', 'https://api.example.com/live'],
    ['https://10.0.0.1/base/v1/x', 'https://api.example.com/live/v1/x'],
    ['//10.0.0.1:3000/base/v1/x', 'https://api.example.com/live/v1/x'],
    ['HTTP://10.0.0.1:3000/base/a%20b', 'https://api.example.com/live/a%20b'],
    ['http://10.0.0.1:3000/basement', 'http://10.0.0.1:3000/basement'],
    ['http://10.0.0.1:4000/base/v1', 'http://10.0.0.1:4000/base/v1'],
    ['http://10.0.0.1:3000.evil.example/base/', 'http://10.0.0.1:3000.evil.example/base/'],
    ['https://elsewhere.example.com/base/', 'https://elsewhere.example.com/base/'],
    ['/v1/x', '/v1/x'],
    ['../x', '../x'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
  ])('the location %s is %s', (value, expected) => {
    expect(back([['Location', value]]).location).toEqual([expected]);
    expect(back([['Content-Location', value]])['content-location']).toEqual([expected]);
  });

  test('a cookie of ours is not set by others', () => {
    const received: Header[] = [
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', '__Host-latchkey-session=theirs; Path=/; Secure'],
      ['Set-Cookie', ' =__host-Latchkey-x=theirs'],
      ['Set-Cookie', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT'],
    ];
    expect(back(received)['set-cookie']).toEqual([
      'a=1; Path=/',
      'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT',
    ]);
  });

  test.each([
    ['text/html; charset=utf-8', true],
    ['TEXT/HTML', true],
    ['application/xhtml+xml', true],
    ['image/svg+xml', true],
    ['application/xml', true],
    ['application/json', false],
    ['text/plain', false],
    ['application/pdf', false],
  ])('a %s is sandboxed: %s', (type, isSandboxed) => {
    const received: Header[] = [
      ['Content-Type', type],
      ['Content-Security-Policy', "default-src 'self'"],
    ];
    const policies = ["default-src 'self'", ...(isSandboxed ? ['sandbox'] : [])];
    expect(back(received)['content-security-policy']).toEqual(policies);
    expect(back(received, { sharesOrigin: true })['content-security-policy']).toEqual(["default-src 'self'"]);
  });
});

test('docs/upstream.md names every header of the table', () => {
  const page = readFileSync(new URL('../../docs/upstream.md', import.meta.url), 'utf8').toLowerCase();
  const bare = (name: string) => name.replace(/^x-(rate-?limit)/, '$1');
  const missing = HEADER_TABLE.flatMap(({ names }) => names).filter(
    (name) => !page.includes(`\`${bare(name)}\``),
  );
  expect(missing).toEqual([]);
});

test('every name of the table ends in the directions that it says', () => {
  for (const { ends, names } of HEADER_TABLE) {
    for (const name of names)
      for (const direction of ends) expect(endsHere(name.replace('*', 'x'), direction)).toBe(true);
  }
});
