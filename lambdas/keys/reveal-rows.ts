import * as z from 'zod';
import { workspaceId } from '../kernel/fields.ts';
import { counted, observe } from '../kernel/metrics.ts';
import { routeGroup } from '../kernel/route.ts';
import { type RevealContext, revealKey } from './reveal.ts';

/** The services of this row in the function `reveal`. */
export interface RevealServices {
  readonly reveal: RevealContext;
}

const group = routeGroup<RevealServices>()({ service: 'reveal', tag: 'API keys' });

export const revealRoutes = group.rows({
  revealKey: group.caller({
    method: 'GET',
    path: null,
    access: { kind: 'credential', scope: 'keys' },
    summary: 'Show a key again to who made it, where the deployment keeps keys; elsewhere a 410',
    takesCredential: true,
    query: z.strictObject({ workspace_id: workspaceId.optional() }),
    success: {
      status: 200,
      description: 'The key.',
      schema: z.object({ id: z.string(), key: z.string() }),
    },
    errors: ['not_found', 'gone', 'exceeds_own_rights', 'key_required'],
    handle: async ({ params, query, workspaceId: named, credential, origin }, { reveal }, caller) => {
      const id = params.id ?? '';
      const inWorkspace = query.workspace_id ?? named;
      const key = await revealKey({ id, workspaceId: inWorkspace, caller, credential, from: origin }, reveal);
      const fields = { level: 'INFO', key: id, tenant: caller.tenantId };
      observe({ fields, dimensions: { outcome: 'served' }, metrics: counted('Reveals') });
      return { id, key };
    },
  }),
});
