import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { IntegrationContext } from '../../lambdas/contract/integration-context.ts';
import { contextOf } from '../../lambdas/http/identity.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';

const common = { tenantId: 't', workspaceId: 'w', environment: 'live', scopes: ['read'] } as const;
const CALLERS: readonly Caller[] = [
  { kind: 'key', keyId: 'k', ...common, embed: { subject: 's' } },
  { kind: 'user', userId: 'u', sessionId: 's', role: 'admin', clientId: 'c', ...common },
];
const allowance = { limit: 5, remaining: 4, resetAt: 1_800_000_060, exceeded: false };

/** Every field of the type: a name too many or too few does not compile. */
const FIELDS: Readonly<Record<keyof IntegrationContext, true>> = {
  outcome: true,
  callId: true,
  callerKind: true,
  tenantId: true,
  workspaceId: true,
  environment: true,
  scopes: true,
  keyId: true,
  userId: true,
  sessionId: true,
  role: true,
  clientId: true,
  embed: true,
  assertion: true,
  rateLimitLimit: true,
  rateLimitRemaining: true,
  rateLimitReset: true,
};

/** For API Gateway's own answers and headers, which an integration has no use for. */
const OURS = ['rateLimit', 'rateLimitPolicy', 'retryAfter', 'retryHint', 'quotaRetryAfter', 'quotaRetryHint'];

test('what an integration is told of the caller is what its type and docs/protect.md say', () => {
  const told = CALLERS.flatMap((caller) =>
    Object.keys(
      contextOf({ outcome: 'allowed', caller, allowance, tenant: null }, 'r', 1_800_000_000, String),
    ),
  );
  // The assertion is added where the authorizer signs (lambdas/functions/authorizer/direct.ts).
  const fields = new Set([...told.filter((name) => !OURS.includes(name)), 'assertion']);
  expect([...fields].sort()).toEqual(Object.keys(FIELDS).sort());

  const page = readFileSync(join(import.meta.dirname, '../../docs/protect.md'), 'utf8');
  const [, table = ''] = page.split('<!-- context -->');
  const [section = ''] = table.split('\n## ');
  const written = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
  expect(written.sort()).toEqual(Object.keys(FIELDS).sort());
});
