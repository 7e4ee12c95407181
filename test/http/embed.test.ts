import { describe, expect, test } from 'vitest';
import { callerOf, contextOf } from '../../lambdas/http/identity.ts';
import { serve } from '../../lambdas/http/serve.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import type { ServicesOf } from '../../lambdas/kernel/route.ts';
import { keyTokenRoutes } from '../../lambdas/keys/token-rows.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { NOW } from '../support/tenants.ts';
import { event } from './requests.ts';

/** What the functions behind the authorizer make of a page's caller. */

const KEY: Caller = {
  kind: 'key',
  keyId: 'k',
  tenantId: 't',
  workspaceId: 'w',
  scopes: ['read'],
  environment: 'live',
};
const contextFor = (caller: Caller) =>
  contextOf({ outcome: 'allowed', caller, allowance: null, tenant: null }, 'r', NOW, (code) => code);

describe('a caller by an embed token', () => {
  test.each([null, 'customer-7', 'a:b@c/d+e_f.g'])(
    'for %s goes through the context as they are',
    (subject) => {
      const caller = { ...KEY, embed: { subject } };
      expect(callerOf(contextFor(caller))).toEqual(caller);
      expect(callerOf(contextFor(KEY))).not.toHaveProperty('embed');
      expect(() => callerOf({ ...contextFor(caller), embed: '' })).toThrow();
      expect(() => callerOf({ ...contextFor(caller), embed: 7 })).toThrow();
    },
  );

  test('is refused by a row that takes no embed tokens, whatever let them come so far', async () => {
    const used = () => {
      throw new Error('The row was reached.');
    };
    const services = { keyTokens: new Proxy({}, { get: used }) } as ServicesOf<typeof keyTokenRoutes>;
    const handler = serve(keyTokenRoutes, services, { profile, deployment: DEPLOYMENT });
    const call = (caller: Caller) =>
      handler(
        event({
          method: 'POST',
          resource: '/v1/auth/token',
          headers: { 'X-API-Key': ['x'], 'Content-Type': ['application/json'] },
          body: '{}',
          context: contextFor(caller),
        }),
      );
    expect(await call({ ...KEY, embed: { subject: null } })).toMatchObject({
      statusCode: 401,
      body: expect.stringContaining('invalid_credential'),
    });
    expect((await call(KEY)).statusCode).toBe(500);
  });
});
