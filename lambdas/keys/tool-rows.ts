import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import { timestamp } from '../kernel/clock.ts';
import { atLeastOne, time, workspaceId } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { withinSeconds } from '../kernel/time-budget.ts';
import { requireWorkspace } from '../tenancy/workspace-choice.ts';
import { revokeKeys } from './revocation.ts';
import { type VerificationContext, verifyKey } from './verification.ts';

/** The services of these rows in the function `management`. */
export interface KeyToolServices {
  readonly verification: VerificationContext;
}

/** Seconds for which keys are revoked before it answers: within the function's ten. */
const REVOKING_SECONDS = 5;

const group = routeGroup<KeyToolServices>()({ service: 'management', tag: 'API keys' });

export const keyToolRoutes = group.rows({
  verifyKey: group.caller({
    method: 'POST',
    path: '/v1/api-keys/verify',
    access: { kind: 'credential', scope: 'keys' },
    summary: 'Say what a key is worth, for services that are not behind the gateway',
    description: 'It counts as a use of the key only with `count`. A key of another tenant is unknown.',
    body: z.strictObject({
      key: z.string().min(1).max(512),
      count: z.boolean().default(false).describe('Count it as a use, with its last-used time and address.'),
    }),
    success: {
      status: 200,
      description: 'What the key is worth now.',
      schema: z.object({
        status: z.enum(['valid', 'expired', 'revoked', 'disabled', 'unknown']),
        valid: z.boolean(),
        id: z.string().optional(),
        workspace_id: z.string().optional(),
        environment: z.string().optional(),
        scopes: z.array(z.string()).optional(),
        expires_at: time.nullable().optional(),
        rate_limit: z
          .object({
            limit: z.int(),
            remaining: z.int(),
            reset: z.int().describe('Unix seconds.'),
            exceeded: z.boolean().describe('This use is one too many: answer your caller with a 429.'),
          })
          .optional(),
      }),
    },
    errors: [],
    handle: async ({ body, origin }, { verification }, caller) => {
      const found = await verifyKey(
        { key: body.key, count: body.count, caller, address: origin.address },
        verification,
      );
      if (found.status === 'unknown') return { status: 'unknown', valid: false };
      const { limit, remaining, resetAt, exceeded } = found.allowance;
      return {
        status: found.status,
        valid: found.status === 'valid',
        id: found.keyId,
        workspace_id: found.workspaceId,
        environment: found.environment,
        scopes: found.scopes,
        expires_at: timestamp(found.expiresAt),
        rate_limit: { limit, remaining, reset: resetAt, exceeded },
      };
    },
  }),
  revokeKeys: group.person({
    method: 'POST',
    path: '/v1/api-keys/revoke',
    // A person: what a key may revoke, it revokes one by one, within its own bounds.
    scope: 'keys',
    summary: 'Revoke every key of a workspace, or of who made them',
    description: 'While the answer says that it is not complete, keys are left: repeat the call.',
    body: atLeastOne(
      z.strictObject({
        workspace_id: workspaceId.optional(),
        created_by: z.string().min(1).max(100).optional(),
      }),
      ['created_by', 'workspace_id'],
    ),
    success: {
      status: 200,
      description: 'The keys are refused from now on.',
      schema: z.object({ revoked: z.int(), complete: z.boolean() }),
    },
    errors: [],
    handle: async ({ body, origin }, { verification }, caller) => {
      await requireWorkspace(body.workspace_id, caller, verification.keys);
      const selection = {
        ...(body.workspace_id === undefined ? {} : { workspaceId: body.workspace_id }),
        ...(body.created_by === undefined ? {} : { createdBy: body.created_by }),
      };
      const hasTimeLeft = withinSeconds(REVOKING_SECONDS);
      return revokeKeys(
        { tenantId: caller.tenantId, selection, origin: originOf(caller, origin), hasTimeLeft },
        verification,
      );
    },
  }),
});
