import { describe, expect, test } from 'vitest';
import { METHODS } from '../../lambdas/contract/access.ts';
import { methodOrPath, methodsByPath } from '../../lambdas/http/unmatched.ts';
import { covers } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { rightsIn } from '../support/deployment.ts';

test.each([
  ['/v1/api-keys', '/v1/api-keys', true],
  ['/v1/api-keys', '/v1/api-keys/', true],
  ['/v1/api-keys', '/v1/API-keys', false],
  ['/v1/api-keys', '/v1', false],
  ['/v1/api-keys/{id}', '/v1/api-keys/key_1', true],
  ['/v1/api-keys/{id}', '/v1/api-keys/%20x', true],
  ['/v1/api-keys/{id}', '/v1/api-keys', false],
  ['/v1/api-keys/{id}', '/v1/api-keys/', false],
  ['/v1/api-keys/{id}', '/v1/api-keys/key_1/rotate', false],
  ['/v1/api-keys/{id}/rotate', '/v1/api-keys/key_1/rotate/', true],
  ['/below/{rest+}', '/below/a/b/c', true],
  ['/below/{rest+}', '/below', false],
  ['/health', '/', false],
])('%s stands for %s: %s', (template, path, expected) => {
  expect(covers(template, path)).toBe(expected);
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('in %s', (_name, profile) => {
  const unmatched = methodOrPath(methodsByPath(routes, profile));
  const { paths } = openApiDocument(routes, profile, rightsIn(profile));
  const documented = (path: string): string[] =>
    Object.entries(paths).flatMap(([template, operations]) =>
      covers(template, path) ? Object.keys(operations).map((method) => method.toUpperCase()) : [],
    );

  test('a path of ours tells the methods of the OpenAPI document, HEAD beside GET, and no others', () => {
    for (const path of Object.keys(paths).map((template) => template.replaceAll(/\{\w+\}/g, 'x'))) {
      const known = documented(path);
      const taken = METHODS.filter((method) => known.includes(method === 'HEAD' ? 'GET' : method));
      for (const method of METHODS) {
        const { code, allow } = unmatched({ method, path });
        if (taken.includes(method)) expect([path, method, code]).toEqual([path, method, 'not_found']);
        else expect([path, code, allow]).toEqual([path, 'method_not_allowed', taken]);
      }
    }
  });

  test('a path that is not ours is not found, whatever the method', () => {
    for (const path of ['/', '/v1', '/v1/auth', '/v1/auth/login/more', '/elsewhere', '/__proto__']) {
      for (const method of [...METHODS, 'constructor']) {
        expect([path, unmatched({ method, path }).code]).toEqual([path, 'not_found']);
      }
    }
  });
});
