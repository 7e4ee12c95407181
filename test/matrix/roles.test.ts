import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../lambdas/contract/scopes.ts';
import { connectApp } from '../support/connected-app.ts';
import { ROLES, SCOPES } from '../support/deployment.ts';
import {
  apiKey,
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { addPasskey, createClient, inviteSomebody } from './credentials.ts';

/** `docs/roles.md` is the table: every row of it is called as every role, and by a key of every scope, of two tenants. */
const DOCUMENT = readFileSync(new URL('../../docs/roles.md', import.meta.url), 'utf8');
const [HEAD = '', , ...LINES] = DOCUMENT.split('\n').filter((line) => line.startsWith('|'));
const cells = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const WHO = cells(HEAD).slice(1, -1);
const ROWS = LINES.map((line) => {
  const [route = '', ...rights] = cells(line);
  return { target: route.replaceAll('`', ''), rights: rights.slice(0, WHO.length) };
}).filter(({ rights }) => rights[0] !== 'anyone');

/** What one tenant's roles and keys present, by the names of the table's columns. */
type Callers = Readonly<Record<string, Record<string, string>>>;

interface Tenant {
  readonly callers: Callers;
  /** A thing of it for each kind that a path can name. */
  readonly ids: Readonly<Record<string, string>>;
}

let stack: TestStack;
let tenants: readonly [Tenant, Tenant];
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  tenants = [await newTenant(), await newTenant()];
});
afterAll(() => stack?.stop());

async function newTenant(): Promise<Tenant> {
  const account = await stack.onboard();
  const token = await stack.logIn(account);
  const tokenOf = async (role: Role) => {
    const json = { email: `${role}.${account.email}`, password: PASSWORD, role };
    expectStatus(await stack.send('POST /v1/users', { headers: bearer(token), json }), 201);
    return stack.logIn({ ...account, email: json.email });
  };
  const people = await Promise.all(ROLES.map(async (role) => [role, bearer(await tokenOf(role))] as const));
  const keys = await Promise.all(
    SCOPES.map(async (scope) => {
      const { key } = await stack.createKey(token, { scopes: [scope] });
      return [`key: ${scope}`, apiKey(key)] as const;
    }),
  );
  const { data } = (await stack.send('GET /v1/auth/sessions', { headers: bearer(token) })).json;
  return {
    callers: Object.fromEntries([...people, ...keys]),
    ids: {
      'api-keys': account.keyId,
      users: account.userId,
      workspaces: account.workspaceId,
      sessions: data[0].id,
      clients: await createClient(stack, token),
      apps: await connectApp(stack, account),
      factors: await addPasskey(stack, account),
      invitations: await inviteSomebody(stack, token),
    },
  };
}

/** A body with which no row does anything: who may is told that it is wrong, who may not is told that. */
const HARMLESS = { 'no such field': true };

async function call(target: string, headers: Record<string, string>, owner: Tenant) {
  const [, collection = ''] = /([\w-]+)\/\{id\}/.exec(target) ?? [];
  const id = owner.ids[collection];
  if (target.includes('{id}') && id === undefined) throw new Error(`nothing of ${collection} to ask for`);
  const path = target.replace('{id}', id ?? '').replace('…', 'things');
  const body = /^(GET|HEAD|DELETE)/.test(target) ? {} : { json: HARMLESS };
  return stack.send(path, { headers, ...body });
}

test('the document has a row for every route and a column for every role and scope', () => {
  expect(WHO).toEqual([...ROLES, ...SCOPES.map((scope) => `key: ${scope}`)]);
  expect(ROWS.length).toBeGreaterThan(25);
});

describe.each(ROWS)('$target', ({ target, rights }) => {
  const names = WHO.map((who, column) => [who, rights[column]] as const);

  test.each(names)('as %s: %s, in both tenants', async (who, right) => {
    for (const [own, other] of [tenants, [...tenants].reverse()] as [Tenant, Tenant][]) {
      const headers = own.callers[who] ?? {};
      // Another tenant's things: nothing can be changed by mistake, and who may is told that they are not there.
      const { status } = await call(target, headers, other);
      if (right === 'yes') expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
      if (right === 'yes' && target.includes('{id}')) expect([400, 404]).toContain(status);
      expect(status).toBeLessThan(500);
    }
  });
});
