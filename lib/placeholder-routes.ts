import { z } from 'zod';
import {
  type Access,
  publicRoute,
  type Route,
  type RouteId,
  type ServiceName,
} from '../lambdas/routes/route.ts';

// Until lambdas/routes/index.ts exists.
function row(
  service: ServiceName,
  id: RouteId,
  method: Route['method'],
  path: string,
  access: Access = { kind: 'credential', scope: null },
): Route {
  const success = { status: 200, description: '', schema: z.unknown() } as const;
  return {
    ...publicRoute({
      id,
      service,
      method,
      path,
      summary: '',
      tag: '',
      success,
      errors: [],
      handle: async () => ({}),
    }),
    access,
  };
}

const open: Access = { kind: 'public' };

export const routes: readonly Route[] = [
  row('public', 'getHealth', 'GET', '/health', open),
  row('public', 'getOpenApi', 'GET', '/openapi.json', open),
  row('public', 'getJwks', 'GET', '/.well-known/jwks.json', open),
  row('accounts', 'onboard', 'POST', '/v1/auth/onboard', open),
  row('accounts', 'login', 'POST', '/v1/auth/login', open),
  row('management', 'getMe', 'GET', '/v1/auth/me'),
  row('management', 'logout', 'POST', '/v1/auth/logout'),
  row('management', 'listKeys', 'GET', '/v1/api-keys'),
  row('management', 'createKey', 'POST', '/v1/api-keys'),
  row('management', 'getKey', 'GET', '/v1/api-keys/{id}'),
  row('management', 'updateKey', 'PATCH', '/v1/api-keys/{id}'),
  row('management', 'revokeKey', 'DELETE', '/v1/api-keys/{id}'),
  row('management', 'rotateKey', 'POST', '/v1/api-keys/{id}/rotate'),
];
