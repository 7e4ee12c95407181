import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { validate } from '../../lambdas/http/validate.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { routes } from '../../lambdas/table/index.ts';
import { PROFILES } from '../profiles/profiles.ts';

const schema = z.strictObject({
  email: z.string(),
  workspace_name: z.string().max(5).optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string().regex(/^\w+$/, 'must be letters'), z.string()).optional(),
});
const ALIASES = { cluster_name: 'workspace_name' };

function problemOf(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const problem = (value: unknown, aliases: Record<string, string> = ALIASES) =>
  problemOf(() => validate(schema, value, aliases));
const fieldsOf = (value: unknown) => problem(value).fields.map(({ field }) => field);
const bodyOf = (id: string) => routes.find((route) => route.id === id)?.body ?? z.never();

describe('validating', () => {
  test('what is right comes back under Latchkey’s own names', () => {
    expect(validate(schema, { email: 'a', cluster_name: 'b' }, ALIASES)).toEqual({
      email: 'a',
      workspace_name: 'b',
    });
    expect(validate(schema, { email: 'a', workspace_name: 'b' }, ALIASES)).toEqual({
      email: 'a',
      workspace_name: 'b',
    });
  });

  test('every wrong field is named, all at once', () => {
    const wrong = {
      email: 5,
      workspace_name: 'too long',
      tags: ['a', 1],
      metadata: { a: 2 },
      color: 'red',
      size: 1,
    };
    expect(fieldsOf(wrong).sort()).toEqual([
      'color',
      'email',
      'metadata.a',
      'size',
      'tags[1]',
      'workspace_name',
    ]);
  });

  test('a missing field is required, and one of a wrong type is told its type', () => {
    expect(problem({}).fields).toEqual([{ field: 'email', message: 'is required' }]);
    const [wrong] = problem({ email: 5 }).fields;
    expect(wrong).toEqual({ field: 'email', message: 'must be a text' });
    const [none] = problem({ email: null }).fields;
    expect(none?.message).not.toBe('is required');
  });

  test('what is wrong is told as what must be, once, in words of ours', () => {
    const form = z.strictObject({
      name: z.string().min(2).max(5).regex(/^a/, 'must begin with a').optional(),
      some: z
        .array(z.enum(['read', 'write']))
        .min(1)
        .max(2)
        .optional(),
      limit: z.coerce.number().int().min(1).max(9).optional(),
      isOn: z.boolean().optional(),
    });
    const told = (value: unknown) => problemOf(() => validate(form, value, {})).message;
    expect(told({ name: [] })).toBe('name: must be a text');
    expect(told({ name: 'a' })).toBe('name: must have at least 2 characters');
    expect(told({ name: 'aaaaaa' })).toBe('name: must have at most 5 characters');
    expect(told({ some: {} })).toBe('some: must be a list');
    expect(told({ some: [] })).toBe('some: must have at least 1 member');
    expect(told({ some: ['x'] })).toBe('some[0]: must be one of read, write');
    expect(told({ limit: 'abc' })).toBe('limit: must be a number');
    expect(told({ limit: '9'.repeat(400) })).toBe('limit: must be a number');
    expect(told({ limit: '1.5' })).toBe('limit: must be a whole number');
    expect(told({ limit: '0' })).toBe('limit: must be at least 1');
    expect(told({ limit: 10 })).toBe('limit: must be at most 9');
    expect(told({ isOn: 'yes' })).toBe('isOn: must be true or false');
  });

  test('a field is named as the caller wrote it', () => {
    expect(fieldsOf({ email: 'a', cluster_name: 'too long' })).toEqual(['cluster_name']);
    expect(fieldsOf({ email: 'a', workspace_name: 'too long' })).toEqual(['workspace_name']);
  });

  test('two names of one field together are an error that names both, in either order', () => {
    for (const body of [
      { email: 'a', cluster_name: 'b', workspace_name: 'b' },
      { email: 'a', workspace_name: 'b', cluster_name: 'b' },
    ]) {
      const { message, code } = problem(body);
      expect(code).toBe('invalid_field');
      expect(message).toContain('cluster_name');
      expect(message).toContain('workspace_name');
    }
  });

  test('an alias of one profile is no field of another', () => {
    expect(problem({ email: 'a', cluster_name: 'b' }, {}).fields).toMatchObject([{ field: 'cluster_name' }]);
  });

  test('an unknown field is told what is allowed', () => {
    expect(problem({ email: 'a', color: 'red' }).message).toContain('email, cluster_name, tags, metadata');
  });

  test('of very many wrong fields the first ten are named and the others counted', () => {
    const many = Object.fromEntries(Array.from({ length: 240 }, (_, index) => [`made_up_${index}`, index]));
    const { fields, message } = problem({ email: 'a', ...many });
    expect(fields).toHaveLength(10);
    expect(message).toMatch(/; and 230 more$/);
    expect(message.match(/allowed are/g)).toHaveLength(1);
    expect(message.length).toBeLessThan(1_000);
  });

  test('a wrong name inside a map is told the rule of names', () => {
    expect(problem({ email: 'a', metadata: { 'a b': 'c' } }).fields).toEqual([
      { field: 'metadata.a b', message: 'must be letters' },
    ]);
  });

  test('__proto__, constructor and toString are unknown fields like any other', () => {
    const body = JSON.parse('{"email":"a","__proto__":{"email":"b"},"constructor":1,"toString":2}');
    expect(fieldsOf(body).sort()).toEqual(['__proto__', 'constructor', 'toString']);
    expect(fieldsOf(JSON.parse('{"__proto__":{"email":"b"}}')).sort()).toEqual(['__proto__', 'email']);
  });

  test('what is no object is malformed', () => {
    for (const value of [null, [], 'x', 5, true, undefined])
      expect(problem(value).code).toBe('malformed_request');
  });

  test('a field’s name is said back short and without anything that could break a log or a header', () => {
    const [field] = fieldsOf({ email: 'a', [`x\n\u0000"${'y'.repeat(1000)}`]: 1 });
    expect(field).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'bodies of %s',
  (_name, profile) => {
    test('any JSON is right or a 4xx that names a field, and never anything else', () => {
      for (const route of routes) {
        const { body } = route;
        if (body === undefined) continue;
        const names =
          'shape' in body ? Object.keys(body.shape as object) : ['email', 'name', 'scopes', 'allowed_ips'];
        const value = fc.dictionary(
          fc.oneof(fc.constantFrom(...names, 'cluster_name', '__proto__'), fc.string()),
          fc.jsonValue(),
          { maxKeys: 6 },
        );
        fc.assert(
          fc.property(value, (json) => {
            try {
              validate(body, json, profile.requestFields);
            } catch (error) {
              expect(error).toBeInstanceOf(Problem);
              expect((error as Problem).status).toBe(400);
              expect((error as Problem).fields.length).toBeGreaterThan(0);
              for (const { field, message } of (error as Problem).fields) {
                expect(field).toBeTypeOf('string');
                expect(message).not.toBe('');
              }
            }
          }),
          { numRuns: 100 },
        );
      }
    });

    test.each<[string, Record<string, unknown>, string]>([
      ['createKey', { name: '' }, 'name'],
      ['createKey', { name: 'a\0b' }, 'name'],
      ['createKey', { name: '   ' }, 'name'],
      ['createKey', { name: 'x'.repeat(101) }, 'name'],
      ['createKey', { name: 'a', scopes: [] }, 'scopes'],
      ['createKey', { name: 'a', scopes: ['read', 'f ly'] }, 'scopes[1]'],
      ['createKey', { name: 'a', scopes: 'read' }, 'scopes'],
      ['createKey', { name: 'a', environment: 'prod' }, 'environment'],
      ['createKey', { name: 'a', expires_in_days: 0 }, 'expires_in_days'],
      ['createKey', { name: 'a', expires_in_days: 1.5 }, 'expires_in_days'],
      ['createKey', { name: 'a', expires_in_days: '30' }, 'expires_in_days'],
      ['createKey', { name: 'a', expires_at: 'tomorrow' }, 'expires_at'],
      ['createKey', { name: 'a', expires_at: '2027-02-30T00:00:00Z' }, 'expires_at'],
      ['createKey', { name: 'a', expires_at: '2027-01-01T00:00:00Z', expires_in_days: 1 }, 'expires_at'],
      ['createKey', { name: 'a', allowed_ips: ['10.0.0.1/8'] }, 'allowed_ips[0]'],
      ['createKey', { name: 'a', allowed_ips: ['10.0.0.0/8', 'x'] }, 'allowed_ips[1]'],
      [
        'createKey',
        { name: 'a', allowed_ips: Array.from({ length: 21 }, () => '10.0.0.0/8') },
        'allowed_ips',
      ],
      ['createKey', { name: 'a', metadata: { k: 1 } }, 'metadata.k'],
      ['rotateKey', { grace_seconds: -1 }, 'grace_seconds'],
      ['rotateKey', { grace_seconds: 30 * 86_400 + 1 }, 'grace_seconds'],
      ['updateKey', {}, 'body'],
      ['updateKey', { enabled: 'yes' }, 'enabled'],
      ['onboard', { email: 'ada', password: 'longenough' }, 'email'],
      ['onboard', { email: 'ada@example.com', password: 'short' }, 'password'],
      ['login', { password: 'p' }, 'email'],
      ['login', { email: 'a', username: 'a', password: 'p' }, 'email'],
      ['login', { email: 'a', password: 'p', grant_type: 'client_credentials' }, 'grant_type'],
    ])('%s refuses %o by the name %s', (id, body, field) => {
      const { fields } = problemOf(() => validate(bodyOf(id), body, profile.requestFields));
      expect(fields.map((one) => one.field)).toContain(field);
    });
  },
);
