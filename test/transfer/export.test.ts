import { expect, test } from 'vitest';
import type { AuditRow } from '../../lambdas/audit/entries.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { transferRoutes } from '../../lambdas/transfer/rows.ts';
import { profile } from '../../profiles/default.ts';
import { administratorContext, event } from '../http/requests.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { largestMetadata } from '../support/largest-metadata.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

/** Lambda's quota for a response (Lambda developer guide, gettingstarted-limits). */
const MAX_RESPONSE_BYTES = 6_291_556;
const ROWS = 300;
const ROWS_OF_A_PAGE = 100;

/** Of characters of three bytes. */
const METADATA = largestMetadata('鍵');

const ROW: Omit<AuditRow, 'seq'> = {
  at: NOW,
  actor: 'user:ada',
  subject: null,
  action: 'key.update',
  target: 'key:key_a',
  requestId: 'r',
  callerRequestId: null,
  targetName: 'a key',
  workspaceId: null,
  address: null,
  before: { metadata: METADATA },
  after: { metadata: METADATA },
};

test('every response of an export fits into an answer, and together they have each line once', async () => {
  const stores = memoryStores();
  const { tenantId, workspaceId, account, createKey } = await storeTenant(stores);
  for (let index = 0; index < 180; index += 1) await createKey({ metadata: METADATA });
  const clock = () => NOW;
  const trail = Array.from({ length: ROWS }, (_, index) => ({ ...ROW, seq: index + 1 }));
  const handler = serve(
    transferRoutes,
    {
      imports: {
        imports: stores.imports,
        workspaces: stores.workspaces,
        profile,
        deployment: DEPLOYMENT,
        clock,
      },
      keys: { profile, deployment: DEPLOYMENT, keys: stores.keys, clock },
      tenants: stores.tenants,
      people: stores.people,
      audit: {
        page: async (_tenantId, _limit, after) => ({
          rows: trail.slice(after, after + ROWS_OF_A_PAGE),
          next: after + ROWS_OF_A_PAGE < ROWS ? after + ROWS_OF_A_PAGE : null,
        }),
      },
      cursors: { open: async (cursor) => cursor, seal: async (position) => position },
      requireRecentSignIn: async () => {},
    },
    { profile, deployment: DEPLOYMENT },
  );
  const context = administratorContext({ tenantId, workspaceId, userId: account.user.userId });
  const lines: { readonly type: string }[] = [];
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const query = cursor === undefined ? {} : { query: { cursor: [cursor] } };
    const answer = await handler(event({ method: 'GET', resource: '/v1/admin/export', ...query, context }));
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MAX_RESPONSE_BYTES);
    const some = answer.body.trim().split('\n');
    expect(some.length).toBeGreaterThan(0);
    lines.push(...some.map((line) => JSON.parse(line)));
    cursor = (answer.headers?.['X-Next-Cursor'] as string | undefined) ?? null;
  }
  const count = (type: string) => lines.filter((line) => line.type === type).length;
  expect([count('tenant'), count('user'), count('api_key'), count('audit')]).toEqual([1, 1, 181, ROWS]);
  expect(new Set(lines.map((line) => JSON.stringify(line))).size).toBe(lines.length);
});
