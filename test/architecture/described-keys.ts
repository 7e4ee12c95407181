/**
 * Works with descriptions of API keys, which the repository does not know: `add-a-field.test.ts` runs this in a
 * copy that does. Prints what it was answered.
 */

import { Facts } from '../../lambdas/access/facts.ts';
import { DynamoKeyRecords } from '../../lambdas/access/key-records-store.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { tableCursors } from '../../lambdas/kernel/cursor.ts';
import type { ServicesOf } from '../../lambdas/kernel/route.ts';
import { workspaceRevocation } from '../../lambdas/keys/revocation.ts';
import { routes } from '../../lambdas/table/index.ts';
import { managementRoutes } from '../../lambdas/table/management.ts';
import { type TransferServices, transferRoutes } from '../../lambdas/transfer/rows.ts';
import { DynamoUsageStore } from '../../lambdas/usage/usage-store.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { profile } from '../../profiles/default.ts';
import { administratorContext, type EventInput, event } from '../http/requests.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { NOW, startStore, storeTenant } from '../support/table.ts';

const store = await startStore();
const { account, tenantId, workspaceId } = await storeTenant(store);
const clock = () => NOW;
const { table, workspaces, tenants, people, imports } = store;
const audit = new AuditTrail(table);
const cursors = tableCursors(table);
const keys = { profile, deployment: DEPLOYMENT, keys: store.keys, clock };
const management: ServicesOf<typeof managementRoutes> = {
  claims: store.claims,
  keys,
  requireRecentSignIn: async () => {},
  clients: { profile, deployment: DEPLOYMENT, clients: store.clients, clock },
  users: store.accounts,
  sessions: store.sessions,
  signIns: store.signIns,
  apps: store.apps,
  clock,
  workspaces: { workspaces, revokeKeys: workspaceRevocation(keys), clock },
  profile,
  deployment: DEPLOYMENT,
  tenants,
  verification: {
    ...keys,
    workspaces,
    records: new DynamoKeyRecords(table, table.name, new Facts(table, table.name)),
  },
  audit,
  cursors,
  usage: new DynamoUsageStore(table, DEPLOYMENT),
};
const transfer: TransferServices = {
  imports: { imports, workspaces, profile, deployment: DEPLOYMENT, clock },
  requireRecentSignIn: async () => {},
  keys,
  tenants,
  people,
  audit,
  cursors,
};
const handlers = {
  management: serve(managementRoutes, management, { profile, deployment: DEPLOYMENT }),
  transfer: serve(transferRoutes, transfer, { profile, deployment: DEPLOYMENT }),
};
const context = administratorContext({ tenantId, workspaceId, userId: account.user.userId });

async function send(by: keyof typeof handlers, input: Omit<EventInput, 'context'>): Promise<string> {
  const { statusCode, body } = await handlers[by](event({ ...input, context }));
  if (statusCode >= 300) throw new Error(`${input.method} ${input.resource}: ${statusCode} ${body}`);
  return body;
}

const resource = '/v1/api-keys';
const json = async (input: Omit<EventInput, 'context'>) => JSON.parse(await send('management', input));
const make = (fields: object) =>
  json({ method: 'POST', resource, body: JSON.stringify({ name: 'A key', ...fields }) });
const { id, ...made } = await make({ description: 'Reads the meters.' });
const one = (method: string, body?: object) =>
  json({
    method,
    resource: `${resource}/{id}`,
    params: { id },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const { description: patched } = await one('PATCH', { description: 'Reads and writes.' });
const { description: shown } = await one('GET');
const { description: untouched } = await one('PATCH', { name: 'Renamed' });
const { description: plain } = await make({});
const listed = (await json({ method: 'GET', resource })).data.find((key: { id: string }) => key.id === id);
const exported = (await send('transfer', { method: 'GET', resource: '/v1/admin/export' }))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ type }) => type === 'api_key' || type === 'audit');
await send('transfer', {
  method: 'POST',
  resource: '/v1/admin/import',
  body: JSON.stringify({
    type: 'api_key',
    id: 'key_old',
    key: 'a'.repeat(64),
    description: 'Came along.',
  }),
});
const imported = await store.keys.find(tenantId, 'key_old');
const { description: removed } = await one('PATCH', { description: null });
const { schemas } = openApiDocument(routes, profile, RIGHTS).components as { readonly schemas: object };

console.log(
  JSON.stringify({
    made: made.description,
    patched,
    shown,
    untouched,
    plain,
    removed,
    listed: listed.description,
    exported: exported.find((line) => line.id === id).description,
    audited: exported.find((line) => line.action === 'key.update'),
    imported: Object.entries(imported ?? {}).find(([name]) => name === 'description')?.[1],
    stored: await store.keys.find(tenantId, id),
    documented: ['CreateKeyRequest', 'UpdateKeyRequest', 'ApiKey'].filter((name) =>
      JSON.stringify((schemas as Readonly<Record<string, unknown>>)[name]).includes('"description":{'),
    ),
  }),
);
await store.stop();
