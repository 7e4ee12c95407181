import * as z from 'zod';
import { timestamp } from '../kernel/clock.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { cursor, moment, pageOf, time } from '../kernel/fields.ts';
import { invalidField } from '../kernel/problem.ts';
import { Ndjson } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { type AuditReader, type AuditRow, visibleTo } from './entries.ts';

/** The services of these rows in the function `management`. */
export interface AuditServices {
  readonly audit: AuditReader;
  readonly cursors: Cursors;
}

export const auditView = z
  .object({
    seq: z.int().describe('1, 2, 3 … within the tenant, without gaps.'),
    at: time,
    actor: z.string(),
    subject: z.string().nullable().describe('Whom the page acted for, as the embed token of the actor says.'),
    action: z.string(),
    target: z.string(),
    target_name: z.string().nullable().describe('The name of a key or workspace, as it was then.'),
    request_id: z.string().describe('Ours.'),
    caller_request_id: z.string().nullable().describe('The `X-Request-ID` that the caller sent.'),
    ip: z.string().nullable(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEntry' });

const group = routeGroup<AuditServices>()({ service: 'management', tag: 'Audit' });

export const auditRoutes = group.rows({
  listAudit: group.caller({
    method: 'GET',
    path: '/v1/audit',
    access: { kind: 'credential', scope: 'audit' },
    summary: 'Who did what, in the order of its numbers; a key sees what is about its own workspace',
    description:
      'A page may hold fewer rows than its limit, even none, while `next_cursor` says that there are more. ' +
      'As NDJSON the cursor comes in the header `X-Next-Cursor`.',
    query: z.strictObject({
      actor: z.string().max(100).optional().describe('Such as `user:…` or `key:…`.'),
      action: z.string().max(50).optional().describe('Such as `key.revoke`, or `key` for all of a kind.'),
      target: z.string().max(100).optional().describe('Such as `key:…`.'),
      from: moment.optional(),
      until: moment.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: cursor.optional(),
      format: z.enum(['json', 'ndjson']).default('json'),
    }),
    success: {
      kind: 'json or ndjson',
      status: 200,
      description: 'A page of rows.',
      schema: pageOf(auditView),
      line: auditView,
    },
    errors: [],
    handle: async ({ query }, { audit, cursors }, caller) => {
      const { limit, cursor: sealed, format, actor, action, target, from, until } = query;
      const place = { tenantId: caller.tenantId, list: 'audit' } as const;
      const after = trailPosition(await cursors.open(sealed, place));
      const { rows, next } = await audit.page(caller.tenantId, limit, after, {
        ...visibleTo(caller),
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      });
      const data = rows.map(viewRow);
      const nextCursor = await cursors.seal(next === null ? null : String(next), place);
      return format === 'ndjson' ? new Ndjson(data, nextCursor) : { data, next_cursor: nextCursor };
    },
  }),
});

/** The number after which a page of the trail begins. Throws `invalid_field` for a cursor of another list. */
export function trailPosition(cursor = '0'): number {
  if (/^\d{1,12}$/.test(cursor)) return Number(cursor);
  throw invalidField('cursor', 'must be a next_cursor as it was returned');
}

export function viewRow(row: AuditRow): z.output<typeof auditView> {
  return {
    seq: row.seq,
    at: timestamp(row.at) ?? '',
    actor: row.actor,
    subject: row.subject,
    action: row.action,
    target: row.target,
    target_name: row.targetName,
    request_id: row.requestId,
    caller_request_id: row.callerRequestId,
    ip: row.address,
    before: row.before,
    after: row.after,
  };
}
