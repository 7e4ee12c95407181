import { describe, expect, test } from 'vitest';
import { METHODS } from '../../lambdas/contract/access.ts';
import { ERRORS, type ErrorCode } from '../../lambdas/contract/errors.ts';
import { errorCodeOf } from '../../lambdas/contract/profile.ts';
import { coversScope } from '../../lambdas/contract/scopes.ts';
import { routes } from '../../lambdas/table/index.ts';
import file from '../../latchkey.config.ts';
import { parseConfig } from '../../lib/config.ts';
import { requireDeclared } from '../../lib/rights.ts';
import { profiles } from '../../profiles/index.ts';
import { rightsIn } from '../support/deployment.ts';
import { PROFILES } from './profiles.ts';

test('the published contracts are there, each under its own name', () => {
  const names = PROFILES.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['default', 'memgraph', 'memory-api', 'memoryrelay', 'nams', 'neuroloom']),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('the index lists every file of the folder that has a profile, each under its own name', () => {
  expect(Object.entries(profiles)).toEqual(PROFILES.map((profile) => [profile.name, profile]));
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'the profile %s',
  (_name, profile) => {
    test('gives every method of the upstream a scope that there is', () => {
      const declared = profile.scopes.map(({ name }) => name);
      for (const method of METHODS) expect(declared).toContain(profile.methodScopes[method]);
      expect(profile.methodScopes.HEAD).toBe(profile.methodScopes.GET);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        expect(profile.methodScopes[method]).not.toBe('read');
      }
    });

    test('declares every scope that it names, and gives none that manages by default', () => {
      expect(() => requireDeclared(parseConfig(file), profile)).not.toThrow();
      expect(profile.keys.onboardingScopes.length).toBeGreaterThan(0);
    });

    test('lets its owners call every method of the upstream', () => {
      const { roles, ownerRole, inclusion } = rightsIn(profile);
      for (const scope of Object.values(profile.methodScopes)) {
        expect(coversScope(roles[ownerRole]?.scopes ?? [], scope, inclusion)).toBe(true);
      }
    });

    test('switches on optional rows under absolute paths that name what their rows need', () => {
      for (const [id, paths] of Object.entries(profile.paths)) {
        for (const path of paths) {
          expect(path).toMatch(/^(\/[\w.-]+|\/\{id\})+$/);
          expect(path.includes('{id}')).toBe(/^(get|update|revoke|rotate|reveal)Key$/.test(id));
        }
      }
    });

    test('has a prefix that can stand before an underscore', () => {
      expect(profile.keys.prefix).toMatch(/^[a-z][a-z0-9]*$/);
    });

    test('renders every error with its status, a text and the request’s id, also when nothing is wrong with a field', () => {
      for (const code of Object.keys(ERRORS) as ErrorCode[]) {
        const { status, type, title, message } = ERRORS[code];
        const view = {
          status,
          type,
          title,
          message,
          code: errorCodeOf(profile, code),
          requestId: 'request-7',
          fields: [],
        };
        const body = JSON.stringify(profile.errorBody(view));
        expect(body).toContain(message);
        expect(body).toContain('request-7');
      }
    });

    test('names the wrong fields in an error, and keeps what the caller wrote apart from the JSON around it', () => {
      const fields = [{ field: 'name', message: 'must not be "blank"' }];
      const view = {
        status: 400,
        type: 'validation_error',
        title: 't',
        code: 'c',
        message: 'm',
        requestId: 'r',
        fields,
      } as const;
      expect(JSON.stringify(profile.errorBody(view))).toContain(JSON.stringify(fields[0]?.message));
    });

    test('moves, renames and presents only routes, fields and codes that there are', () => {
      const ids = routes.map(({ id }) => id);
      for (const id of [
        ...Object.keys(profile.paths),
        ...Object.keys(profile.access),
        ...Object.keys(profile.present),
      ]) {
        expect(ids).toContain(id);
      }
      for (const code of Object.keys(profile.errorCodes)) expect(Object.keys(ERRORS)).toContain(code);
      const fields = routes.flatMap(({ body, query }) =>
        [body, query].flatMap((schema) =>
          schema !== undefined && 'shape' in schema ? Object.keys(schema.shape as object) : [],
        ),
      );
      for (const field of Object.values(profile.requestFields)) expect(fields).toContain(field);
      for (const alias of Object.keys(profile.requestFields)) expect(fields).not.toContain(alias);
    });

    test('opens nothing that the route table closes', () => {
      for (const access of Object.values(profile.access)) expect(access.kind).toBe('credential');
    });

    test('lets tokens live no longer than a week', () => {
      expect(profile.tokens.lifetimeSeconds).toBeGreaterThanOrEqual(60);
      expect(profile.tokens.lifetimeSeconds).toBeLessThanOrEqual(7 * 86_400);
    });
  },
);
