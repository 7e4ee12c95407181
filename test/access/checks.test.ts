import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../lambdas/access/checks.ts';
import { decide } from '../../lambdas/access/decide.ts';
import type { DecisionContext, DecisionRequest } from '../../lambdas/access/decision.ts';
import type { RowAccess } from '../../lambdas/contract/access.ts';
import { DECISION_ERRORS, type DecisionErrorCode } from '../../lambdas/contract/errors.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { hashKey, keyMark, newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import type { KeyRecord } from '../../lambdas/keys/key-record.ts';
import { windowOf } from '../../lambdas/plans/allowance.ts';
import type { SessionRecord } from '../../lambdas/sessions/session-record.ts';
import type { TokenVerdict } from '../../lambdas/signing/tokens.ts';
import type { TenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { NOW, TENANT, USER, WORKSPACE } from '../support/tenants.ts';

/** The kinds of credentials that have a record; an embed token is a key's here. */
const KINDS = ['key', 'key token', 'session', 'embed token'] as const;
type Kind = (typeof KINDS)[number];

const LOCATOR = newLocator();
const KEY = newKey(profile.keys, 'live', LOCATOR);
const HASH = hashKey(KEY);
const ELSEWHERE = parseBlock('198.51.100.1');
const PROGRAMS: readonly Kind[] = ['key', 'key token', 'embed token'];
const TOKENS: readonly Kind[] = ['key token', 'session', 'embed token'];
const PAGE = 'https://app.example.com';

/** Everything that a decision looks at. Good as it is; what a flaw does to it, a check must find. */
class World {
  headers: Record<string, string[]>;
  verdict: TokenVerdict;
  row: { readonly [method: string]: RowAccess } | undefined = { GET: { scope: 'read' } };
  isKnownWrong = false;
  onVerify: (takesEmbedTokens: boolean | undefined) => void = () => undefined;
  tenant: { -readonly [Fact in keyof TenantFacts]: TenantFacts[Fact] } | undefined = {
    state: 'active',
    tier: 'free',
    suspendedWorkspaces: new Set(),
    workspaces: new Set([WORKSPACE]),
    embedOrigins: new Set([PAGE]),
  };
  state: KeyRecord['state'] | SessionRecord['state'] = 'active';
  isThere = true;
  secretHash: Uint8Array = HASH;
  keyId = 'k1';
  userId = USER;
  expiresAt = NOW + 1;
  allowedBlocks: KeyRecord['allowedBlocks'] = [];
  count = 1;
  scopes: KeyRecord['caller']['scopes'] = ['read'];
  role: SessionRecord['caller']['role'] = 'admin';
  readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
    const token = kind === 'session' ? 'a.session.token' : 'a.key.token';
    this.headers = { authorization: [`Bearer ${kind === 'key' ? KEY : token}`] };
    const isEmbed = kind === 'embed token';
    if (isEmbed) this.headers.origin = [PAGE];
    this.verdict = {
      kind: 'valid',
      claims:
        kind === 'session'
          ? { tenantId: TENANT, userId: USER, sessionId: 's1', workspaceId: WORKSPACE }
          : {
              tenantId: TENANT,
              keyId: 'k1',
              locator: LOCATOR,
              keyMark: keyMark(HASH),
              scopes: ['read'],
              ...(isEmbed ? { embed: { scopes: ['read'], subject: 'customer-7' } } : {}),
            },
    };
  }

  /** What the write answers: it passes only what its condition lets through. */
  #use<Found>(record: Found) {
    const passed = this.state === 'active' && this.expiresAt > NOW && this.allowedBlocks.length === 0;
    return {
      passed,
      window: windowOf(NOW),
      count: this.count,
      record: this.isThere ? record : undefined,
    };
  }

  #useKey() {
    return this.#use<KeyRecord>({
      state: this.state as KeyRecord['state'],
      slots: [{ hash: this.secretHash, expiresAt: this.expiresAt }],
      caller: {
        keyId: this.keyId,
        tenantId: TENANT,
        workspaceId: WORKSPACE,
        environment: 'live',
        scopes: this.scopes,
      },
      allowedBlocks: this.allowedBlocks,
    });
  }

  #context(): DecisionContext {
    return {
      profile,
      deployment: DEPLOYMENT,
      access: this.row === undefined ? {} : { '/row': this.row },
      clock: () => NOW,
      tokens: {
        verify: async (_token, _control, _now, takesEmbedTokens) => {
          this.onVerify(takesEmbedTokens);
          return this.verdict;
        },
        provenTenant: () => undefined,
      },
      guesses: { isWrong: () => this.isKnownWrong, wrong: () => undefined },
      store: {
        control: async () => ({
          version: 1,
          keys: [],
          revokedKids: new Set<string>(),
          importedKeys: false,
        }),
        tenant: async () => this.tenant,
        useKey: async () => this.#useKey(),
        useKeyMark: async () => this.#useKey(),
        useSession: async () =>
          this.#use<SessionRecord>({
            state: this.state as SessionRecord['state'],
            expiresAt: this.expiresAt,
            caller: {
              sessionId: 's1',
              userId: this.userId,
              tenantId: TENANT,
              workspaceId: WORKSPACE,
              role: this.role,
            },
          }),
      },
    };
  }

  ask() {
    const request: DecisionRequest = {
      method: 'GET',
      resource: '/row',
      path: '/row',
      headers: this.headers,
      address: '192.0.2.7',
    };
    return decide(request, this.#context());
  }
}

interface Step {
  readonly code: string;
  readonly flaw: (world: World) => void;
  /** @default - every kind */
  readonly kinds?: readonly Kind[];
}

/** One flaw for each check, in the order that the policy promises. */
const STEPS: readonly Step[] = [
  { code: 'invalid_credential', flaw: (world) => (world.row = undefined) },
  { code: 'missing_credential', flaw: (world) => (world.headers = {}) },
  {
    code: 'invalid_credential',
    flaw: (world) => {
      world.verdict = { kind: 'invalid' };
      if (world.kind === 'key') world.headers = { authorization: ['Bearer lk_mistyped'] };
    },
  },
  {
    code: 'expired_credential',
    flaw: (world) => (world.verdict = { kind: 'expired' }),
    kinds: TOKENS,
  },
  {
    code: 'invalid_credential',
    flaw: (world) => {
      if (world.verdict.kind !== 'valid') return;
      world.verdict = { kind: 'valid', claims: { ...world.verdict.claims, resource: '/elsewhere' } };
    },
    kinds: TOKENS,
  },
  {
    code: 'invalid_credential',
    flaw: (world) => (world.isKnownWrong = true),
    kinds: PROGRAMS,
  },
  { code: 'ended_session', flaw: (world) => (world.isThere = false), kinds: ['session'] },
  { code: 'invalid_credential', flaw: (world) => (world.isThere = false), kinds: PROGRAMS },
  {
    code: 'invalid_credential',
    flaw: (world) => (world.secretHash = hashKey('another')),
    kinds: PROGRAMS,
  },
  {
    code: 'invalid_credential',
    flaw: (world) => {
      world.keyId = 'another';
      world.userId = 'another';
    },
    kinds: TOKENS,
  },
  { code: 'revoked_credential', flaw: (world) => (world.state = 'revoked'), kinds: PROGRAMS },
  { code: 'disabled_credential', flaw: (world) => (world.state = 'disabled'), kinds: PROGRAMS },
  { code: 'ended_session', flaw: (world) => (world.state = 'ended'), kinds: ['session'] },
  { code: 'expired_credential', flaw: (world) => (world.expiresAt = NOW) },
  { code: 'invalid_credential', flaw: (world) => (world.tenant = undefined) },
  {
    code: 'ended_session',
    flaw: (world) => change(world, (tenant) => (tenant.workspaces = new Set())),
    kinds: ['session'],
  },
  {
    code: 'suspended_tenant',
    flaw: (world) => change(world, (tenant) => (tenant.state = 'suspended')),
  },
  {
    code: 'suspended_tenant',
    flaw: (world) => change(world, (tenant) => (tenant.suspendedWorkspaces = new Set([WORKSPACE]))),
  },
  { code: 'expired_credential', flaw: (world) => change(world, (tenant) => (tenant.heldUntil = NOW)) },
  {
    code: 'origin_not_allowed',
    flaw: ({ headers }) => (headers.origin = ['https://app.example.com.evil.example']),
    kinds: ['embed token'],
  },
  {
    code: 'address_not_allowed',
    flaw: (world) => (world.allowedBlocks = ELSEWHERE === undefined ? [] : [ELSEWHERE]),
    kinds: PROGRAMS,
  },
  {
    code: 'user_required',
    flaw: (world) => (world.row = { GET: { scope: 'read', callers: 'user' } }),
    kinds: PROGRAMS,
  },
  {
    code: 'key_required',
    flaw: (world) => (world.row = { GET: { scope: 'read', callers: 'key' } }),
    kinds: ['session'],
  },
  {
    code: 'insufficient_scope',
    flaw: (world) => {
      world.scopes = ['write'];
      world.row = { GET: { scope: world.kind === 'session' ? 'admin' : 'read' } };
      world.role = 'viewer';
    },
  },
  { code: 'rate_limited', flaw: (world) => (world.count = 101) },
  {
    code: 'malformed_request',
    flaw: ({ headers }) => (headers['x-workspace-id'] = [WORKSPACE, WORKSPACE]),
  },
  { code: 'not_found', flaw: ({ headers }) => (headers['x-workspace-id'] = ['another']) },
];

function change(world: World, flaw: (tenant: NonNullable<World['tenant']>) => void): void {
  if (world.tenant !== undefined) flaw(world.tenant);
}

/** The outcome that an objection with this code is. */
function outcomeOf(code: string): string {
  if (!Object.hasOwn(DECISION_ERRORS, code)) return 'misdirected';
  const { status } = DECISION_ERRORS[code as DecisionErrorCode];
  return { 401: 'refused', 403: 'forbidden', 429: 'limited' }[status];
}

test('the list has these checks and no others', () => {
  const codes = Object.values(CHECKS).flatMap((checks) => checks.map(([, code]) => code as string));
  expect(codes).toEqual(STEPS.map(({ code }) => code));
});

test('the session of an OAuth client, whose token names no workspace, ends with its own', async () => {
  const world = new World('session');
  const delegation = { clientId: 'client_1', scopes: ['read'] };
  const claims = { tenantId: TENANT, userId: USER, sessionId: 's1', delegation };
  world.verdict = { kind: 'valid', claims };
  expect(await world.ask()).toMatchObject({ outcome: 'allowed' });
  change(world, (tenant) => (tenant.workspaces = new Set()));
  expect(await world.ask()).toMatchObject({ code: 'ended_session' });
});

describe.each(KINDS)('with a %s', (kind) => {
  const steps = STEPS.filter(({ kinds = KINDS }) => kinds.includes(kind));

  test('a request without a flaw is allowed', async () => {
    expect(await new World(kind).ask()).toMatchObject({ outcome: 'allowed' });
  });

  test.each(steps.map((step, index) => ({ ...step, index })))(
    '$index: what fails this check and all below it is $code',
    async ({ code, index }) => {
      const world = new World(kind);
      // From the last one up, so that where two flaws are of one field the earlier one holds.
      for (const { flaw } of steps.slice(index).reverse()) flaw(world);
      const decision = await world.ask();
      expect(decision).toMatchObject({ outcome: outcomeOf(code) });
      if ('code' in decision) expect(decision.code).toBe(code);
    },
  );

  test.each(steps.map((step, index) => ({ ...step, index })))(
    '$index: what fails this check alone is $code',
    async ({ code, flaw }) => {
      const world = new World(kind);
      flaw(world);
      const decision = await world.ask();
      expect(decision).toMatchObject({ outcome: outcomeOf(code) });
      if ('code' in decision) expect(decision.code).toBe(code);
    },
  );
});

describe('a page with an embed token', () => {
  test('is let in for whom its token says, with the scopes of the token, where its maker has that of the row', async () => {
    const world = new World('embed token');
    world.scopes = ['admin'];
    world.row = { GET: { scope: 'admin', embed: true } };
    expect(await world.ask()).toMatchObject({
      outcome: 'allowed',
      caller: {
        kind: 'key',
        keyId: 'k1',
        workspaceId: WORKSPACE,
        scopes: ['read'],
        embed: { subject: 'customer-7' },
      },
    });
    world.scopes = ['read', 'write'];
    expect(await world.ask()).toMatchObject({ code: 'insufficient_scope' });
  });

  test.each<[string, string[] | undefined]>([
    ['none', undefined],
    ['an empty one', ['']],
    ['null, of a sandboxed frame or a file', ['null']],
    ['two', [PAGE, PAGE]],
    ['two in one', [`${PAGE}, ${PAGE}`]],
    ['another scheme', ['http://app.example.com']],
    ['another port', [`${PAGE}:8443`]],
    ['a name below it', ['https://evil.app.example.com']],
    ['other letters', ['https://APP.example.com']],
    ['a slash after it', [`${PAGE}/`]],
  ])('is refused with this origin: %s', async (_name, origin) => {
    const world = new World('embed token');
    if (origin === undefined) delete world.headers.origin;
    else world.headers.origin = origin;
    expect(await world.ask()).toMatchObject({ outcome: 'forbidden', code: 'origin_not_allowed' });
  });

  test('is refused where the tenant names no origin, and no other credential asks for one', async () => {
    const world = new World('embed token');
    change(world, (tenant) => delete tenant.embedOrigins);
    expect(await world.ask()).toMatchObject({ code: 'origin_not_allowed' });
    const key = new World('key');
    key.headers.origin = ['https://elsewhere.example'];
    expect(await key.ask()).toMatchObject({ outcome: 'allowed' });
  });

  test('is asked about at rows that take embed tokens, and at no other', async () => {
    const asked: unknown[] = [];
    for (const row of [{ scope: 'read', embed: true }, { scope: 'read' }, {}, 'upstream'] as const) {
      const world = new World('embed token');
      world.row = { GET: row };
      world.onVerify = (takesEmbedTokens) => asked.push(takesEmbedTokens);
      await world.ask();
    }
    expect(asked.map(Boolean)).toEqual([true, false, false, false]);
  });
});
