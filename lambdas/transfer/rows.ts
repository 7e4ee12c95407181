import * as z from 'zod';
import { type AuditReader, originOf, visibleTo } from '../audit/entries.ts';
import { auditView, trailPosition, viewRow } from '../audit/rows.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { cursor } from '../kernel/fields.ts';
import { invalidField } from '../kernel/problem.ts';
import { Ndjson } from '../kernel/results.ts';
import { manages } from '../kernel/rights.ts';
import { routeGroup } from '../kernel/route.ts';
import { withinSeconds } from '../kernel/time-budget.ts';
import { type KeyContext, listKeys } from '../keys/keys.ts';
import { keyView, viewKey } from '../keys/views.ts';
import type { PeopleStore } from '../people/people.ts';
import { userView, viewUser } from '../people/rows.ts';
import { tenantView, viewTenant, viewWorkspace, workspaceView } from '../tenancy/rows.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import { listWorkspaces } from '../tenancy/workspaces.ts';
import { type ImportContext, importRows } from './import.ts';
import { importRow, MAX_ROWS, readRows } from './import-rows.ts';

/** The services of its rows in the function `transfer`. */
export interface TransferServices {
  readonly imports: ImportContext;
  readonly keys: KeyContext;
  readonly tenants: TenantStore;
  readonly people: Pick<PeopleStore, 'page'>;
  readonly audit: AuditReader;
  readonly cursors: Cursors;
  readonly requireRecentSignIn: RequireRecentSignIn;
}

/** Bytes of a body that fit into a function's event as base64. */
const MAX_IMPORT_BYTES = 4.5 * 1024 * 1024;

/** Characters of a response: a function answers with 6 MB at most, and a character may take four bytes. */
const EXPORTED_CHARACTERS = 1_400_000;

/** Seconds that an import, or one response of an export, may take within API Gateway's 29. */
const WORKING_SECONDS = 23;

/** A view with the name of its kind. */
const lineOf = <const Type extends string, View extends z.ZodObject>(type: Type, view: View) =>
  z.intersection(view, z.object({ type: z.literal(type) }));

const exportLine = z
  .union([
    lineOf('tenant', tenantView),
    lineOf('workspace', workspaceView),
    lineOf('user', userView),
    lineOf('api_key', keyView),
    lineOf('audit', auditView),
  ])
  .meta({ id: 'ExportLine' });

const group = routeGroup<TransferServices>()({ service: 'transfer', tag: 'Administration' });

export const transferRoutes = group.rows({
  exportTenant: group.caller({
    method: 'GET',
    path: '/v1/admin/export',
    access: { kind: 'credential', scope: 'transfer' },
    summary:
      'Export everything of the tenant but secrets, as NDJSON; a key gets what is of its own workspace',
    description:
      'However much there is, it comes in responses of about a megabyte: while one has the header `X-Next-Cursor`, ' +
      'ask again with `cursor`. Lines have a `type`: tenant, workspace, user, api_key or audit.',
    query: z.strictObject({ cursor: cursor.optional() }),
    success: {
      kind: 'ndjson',
      status: 200,
      description: 'Lines of JSON.',
      schema: exportLine,
    },
    errors: [],
    handle: async ({ query }, services, caller) => {
      const place = { tenantId: caller.tenantId, list: 'export' } as const;
      const after = await services.cursors.open(query.cursor, place);
      const { lines, next } = await exportFrom(after, caller, services);
      return new Ndjson(lines, await services.cursors.seal(next, place));
    },
  }),
  importTenant: group.person({
    method: 'POST',
    path: '/v1/admin/import',
    scope: 'transfer',
    summary: 'Import workspaces, and API keys of another system, from NDJSON',
    description:
      'A row of a key has the key itself, of which the SHA-256 is stored. A key that another tenant has imported too opens ' +
      `neither until an operator decides. At most ${MAX_ROWS} rows, gzip if \`Content-Encoding\` says so. Each row is answered by itself; repeating a call ` +
      'changes nothing that is there. While the answer is not `complete`, repeat the call. Keys with scopes that manage take ' +
      'a recent sign-in.',
    lines: { maxBytes: MAX_IMPORT_BYTES, schema: importRow },
    query: z.strictObject({ dry_run: z.enum(['true', 'false']).default('false') }),
    success: {
      status: 200,
      description: 'What became of each row.',
      schema: z.object({
        dry_run: z.boolean(),
        complete: z.boolean(),
        counts: z.record(z.string(), z.int()),
        rows: z.array(
          z.object({
            line: z.int(),
            id: z.string().nullable(),
            status: z.enum(['created', 'unchanged', 'refused', 'skipped', 'pending']),
            message: z.string().optional(),
          }),
        ),
      }),
    },
    errors: ['reauthentication_required'],
    handle: async ({ raw, query, origin }, { imports, requireRecentSignIn }, caller) => {
      const dryRun = query.dry_run === 'true';
      const { tenantId, workspaceId, scopes } = caller;
      const format = imports.profile.keys;
      const rows = readRows(raw, { tenantId, proof: 'key', format, now: imports.clock() });
      // As for a key that is made: one with scopes that manage is as good as an administrator.
      const isManaging = rows.some(
        (row) => row.kind === 'key' && manages(row.key.scopes ?? [], imports.deployment.rights),
      );
      if (isManaging && !dryRun) await requireRecentSignIn(caller);
      const importer = { tenantId, workspaceId, scopes, origin: originOf(caller, origin) };
      const hasTimeLeft = withinSeconds(WORKING_SECONDS);
      const outcomes = await importRows({ rows, dryRun, importer, hasTimeLeft }, imports);
      const counts = Object.entries(Object.groupBy(outcomes, ({ status }) => status));
      return {
        dry_run: dryRun,
        complete: outcomes.every(({ status }) => status !== 'pending'),
        counts: Object.fromEntries(counts.map(([status, some]) => [status, some?.length ?? 0])),
        rows: outcomes,
      };
    },
  }),
});

interface Part {
  readonly lines: readonly object[];
  /** Where the next part of the section begins; null at its end. */
  readonly next: string | null;
}

type Section = (after: string | undefined, caller: Caller, services: TransferServices) => Promise<Part>;

/** The sections of an export in their order: what others name comes first. */
const SECTIONS: Readonly<Record<string, Section>> = {
  tenant: async (_after, { tenantId }, { tenants }) => ({
    lines: [{ type: 'tenant', ...viewTenant(await tenants.find(tenantId)) }],
    next: null,
  }),
  workspaces: async (_after, caller, { imports }) => ({
    lines: (await listWorkspaces(caller, imports)).map((workspace) => ({
      type: 'workspace',
      ...viewWorkspace(workspace),
    })),
    next: null,
  }),
  users: async (after, { kind, tenantId }, { people }) => {
    // People are of no workspace.
    if (kind !== 'user') return { lines: [], next: null };
    const page = await people.page(tenantId, 100, after);
    return { lines: page.people.map((user) => ({ type: 'user', ...viewUser(user) })), next: page.next };
  },
  keys: async (after, caller, { keys }) => {
    const { profile, clock } = keys;
    const page = await listKeys(caller, { limit: 100, after }, keys);
    const lines = page.keys.map((key) => ({ type: 'api_key', ...viewKey(key, profile.keys, clock()) }));
    return { lines, next: page.next };
  },
  audit: async (after, caller, { audit }) => {
    const { rows, next } = await audit.page(caller.tenantId, 200, trailPosition(after), visibleTo(caller));
    const lines = rows.map((row) => ({ type: 'audit', ...viewRow(row) }));
    return { lines, next: next === null ? null : String(next) };
  },
};

/** The next lines, until they fill a response. A cursor is a section and what of it has been told. */
async function exportFrom(
  position: string | undefined,
  caller: Caller,
  services: TransferServices,
): Promise<Part> {
  const names = Object.keys(SECTIONS);
  const [name = names[0] ?? '', after = ''] = position?.split(' ', 2) ?? [];
  if (!names.includes(name)) throw invalidField('cursor', 'must be a next_cursor as it was returned');
  const hasTimeLeft = withinSeconds(WORKING_SECONDS);
  const lines: object[] = [];
  let characters = 0;
  let at: string | null = after;
  for (const section of names.slice(names.indexOf(name))) {
    do {
      const here = `${section} ${at ?? ''}`;
      if (!hasTimeLeft()) return { lines, next: here };
      const part: Part | undefined = await SECTIONS[section]?.(at || undefined, caller, services);
      characters += JSON.stringify(part?.lines ?? []).length;
      // What does not fit begins the next response: a part of the audit trail may fill one alone.
      if (lines.length > 0 && characters > EXPORTED_CHARACTERS) return { lines, next: here };
      lines.push(...(part?.lines ?? []));
      at = part?.next ?? null;
    } while (at !== null);
  }
  return { lines, next: null };
}
