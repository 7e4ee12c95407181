import { createHash } from 'node:crypto';
import type { FunctionName } from '../../lib/function-spec.ts';
import { Person } from '../../test/mcp/person.ts';
import { ProviderBrowser } from '../../test/support/provider-browser.ts';
import { bearer, contents, expectStatus, PASSWORD } from '../../test/support/stack.ts';
import { type Bench, PROVIDER_ID, REDIRECT, type Sizes } from './bench-stack.ts';

/** Something that is asked of a function: prepares it, and gives the call that is measured. Rejects when it does not work. */
export type Operation = (bench: Bench) => Promise<() => Promise<unknown>>;

export interface Measured {
  /** By name; the first is what a fresh instance is called with. What follows a stream is measured by its records, whatever their batches. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** What the function holds most memory for. */
  readonly largest: readonly [name: string, operation: Operation];
}

/** Every function, those of upstreams by one that streams: a function without a measurement does not compile. */
export type MeasuredFunction = Exclude<FunctionName, `forwarder-${string}`> | 'forwarder-events';

/** A call that takes nothing before it. */
const call =
  (run: (bench: Bench) => Promise<unknown>): Operation =>
  async (bench) =>
  () =>
    run(bench);

const asAdmin = (target: string) => call(({ send, admin }) => send(target, { headers: admin }));
const get = (path: string) => call(({ send }) => send(`GET ${path}`));
const asOperator = (path: (bench: Bench) => string) =>
  call((bench) => bench.send(`GET ${path(bench)}`, { headers: bench.operator }));

/** A form of a client that proves itself by its secret. */
const form = (fields: Readonly<Record<string, string>>, { id, secret }: Bench['client']) => ({
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  },
  body: `${new URLSearchParams(fields)}`,
});

const onboard = call(({ send, newAddress }) =>
  send('POST /v1/auth/onboard', { json: { email: newAddress(), password: PASSWORD } }),
);

const logIn = call(({ send, member: { email } }) =>
  send('POST /v1/auth/login', { json: { email, password: PASSWORD } }),
);

const createKey = call(({ send, stack, admin }) =>
  send(`POST ${stack.path('createKey')}`, { headers: admin, json: { name: 'a key' } }),
);

/** A call about a key of its own. */
const ofNewKey =
  (run: (key: { readonly id: string; readonly key: string }, bench: Bench) => Promise<unknown>): Operation =>
  async (bench) => {
    const key = contents((await (await createKey(bench))()) as never);
    return () => run(key, bench);
  };

const listKeys = call(({ send, stack, admin }) => send(`GET ${stack.path('listKeys')}`, { headers: admin }));

const listLargest = call(({ send, stack, admin, largeWorkspace }) =>
  send(`GET ${stack.path('listKeys')}?limit=1000&workspace_id=${largeWorkspace}`, { headers: admin }),
);

/** By the consent of a person in a browser. */
const consent = (bench: Bench) => {
  const verifier = 'v'.repeat(43);
  const url = new URL('/authorize', bench.stack.url);
  url.search = `${new URLSearchParams({
    response_type: 'code',
    client_id: bench.client.id,
    redirect_uri: REDIRECT,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })}`;
  const person = new Person({ email: bench.member.email, password: PASSWORD });
  return { verifier, decide: () => person.decide(url, REDIRECT) };
};

const code: Operation = async (bench) => {
  const { verifier, decide } = consent(bench);
  const back = await decide();
  const fields = {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  };
  return () => bench.send('POST /token', form(fields, bench.client));
};

const refresh: Operation = async (bench) => {
  const { email } = bench.member;
  const login = contents(await bench.send('POST /v1/auth/login', { json: { email, password: PASSWORD } }));
  return () =>
    bench.send(`POST ${bench.stack.path('refresh')}`, { json: { refresh_token: login.refresh_token } });
};

const exchange: Operation = async (bench) => {
  const token = await bench.providerToken();
  return () => bench.send('POST /v1/auth/exchange', { headers: bearer(token) });
};

/** As an app on somebody's machine registers. Of one network few may, so that each comes from another. */
const registerClient = call(async ({ sendFromNewNetwork }) => {
  const response = await sendFromNewNetwork('POST /register', {
    json: { client_name: 'An app', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' },
  });
  const { client_id } = contents(expectStatus(response, 201));
  if (!client_id) throw new Error(`no client: ${response.text}`);
});

const beginProviderSignIn = call(({ send }) => new ProviderBrowser(send, PROVIDER_ID).begin());

const finishProviderSignIn: Operation = async ({ send, signInAtProvider }) => {
  const browser = new ProviderBrowser(send, PROVIDER_ID);
  const { email, back } = signInAtProvider(await browser.begin());
  return async () => {
    expectStatus(await browser.send(`GET ${back}`), 302);
    const who = await browser.who();
    if (who !== email) throw new Error(`${who} is signed in, and not ${email}`);
  };
};

const importKeys = call((bench) => bench.importKeys(bench.sizes.changedKeys));

/** Packed, it is the largest that an import takes: as many rows, and almost as many bytes once it is unpacked. */
const importLargest = call((bench) =>
  bench.importKeys(bench.sizes.importedRows, {
    metadata: Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, 'x'.repeat(256)])),
  }),
);

const exportPart = asAdmin('GET /v1/admin/export');

const addUser = call(({ send, admin, newAddress }) =>
  send('POST /v1/users', {
    headers: admin,
    json: { email: newAddress(), password: PASSWORD, role: 'viewer' },
  }),
);

const invite = call(({ send, admin, newAddress }) =>
  send('POST /v1/invitations', { headers: admin, json: { email: newAddress() } }),
);

const upstream = (path: string, size: (sizes: Sizes) => number, sent = false) =>
  call(({ send, account, sizes }) =>
    send(`${sent ? 'POST' : 'GET'} /v1/${path}?bytes=${size(sizes)}`, {
      headers: bearer(account.apiKey),
      ...(sent ? { body: Buffer.alloc(sizes.bodyBytes, 'x') } : {}),
    }),
  );

const mail: Operation = async (bench) => {
  const run = await invite(bench);
  return async () => {
    await run();
    await bench.stack.local.idle();
  };
};

const newTenant: Operation = async (bench) => {
  await (await onboard(bench))();
  await bench.stack.local.idle();
  return () => bench.invoke('reconciler', {});
};

const reveal = ofNewKey(({ id }, { send, stack, admin }) =>
  send(`GET ${stack.path('revealKey').replace('{id}', id)}`, { headers: admin }),
);
const document = call(({ invoke, documentUrl }) => invoke('fetcher', { url: documentUrl }));
const rotation = call(({ stack }) => stack.local.rotateSecret('Keyset'));

/** A batch of so many records. */
const uses =
  (count: number): Operation =>
  async (bench) => {
    // None of what was called before is counted with them.
    await bench.stack.local.idle();
    const event = { Records: bench.keyUses(count) };
    return () => bench.invoke('usage', event);
  };

/** What follows in the stream from the revocation of a workspace's keys. */
const afterRevocations: Operation = async (bench) => {
  const workspace = await bench.newWorkspace();
  await bench.importKeys(bench.sizes.changedKeys, { workspace_id: workspace });
  await bench.stack.local.idle();
  return async () => {
    await bench.send('POST /v1/api-keys/revoke', {
      headers: bench.admin,
      json: { workspace_id: workspace },
    });
    await bench.stack.local.idle();
  };
};

/** What follows in it from an import. */
const afterImport = call(async (bench) => {
  await bench.importKeys(bench.sizes.changedKeys);
  await bench.stack.local.idle();
});

export const MEASURED: Readonly<Record<MeasuredFunction, Measured>> = {
  authorizer: {
    operations: {
      key: call(({ send, account }) => send('GET /v1/things', { headers: bearer(account.apiKey) })),
      session: asAdmin('GET /v1/things'),
    },
    largest: [
      'headers of 9 KB',
      call(({ send, admin }) =>
        send('GET /v1/things', { headers: { ...admin, 'x-large': 'x'.repeat(9000) } }),
      ),
    ],
  },
  accounts: {
    operations: {
      login: logIn,
      onboard,
      signInPage: get('/sign-in'),
      forgottenPassword: call(({ send, newAddress }) =>
        send('POST /v1/auth/forgot-password', { json: { email: newAddress() } }),
      ),
    },
    largest: ['an onboarding', onboard],
  },
  tokens: {
    operations: {
      refresh,
      keyToken: call(({ send, account }) =>
        send('POST /v1/auth/token', { headers: bearer(account.apiKey), json: {} }),
      ),
      embedToken: call(({ send, admin }) =>
        send('POST /v1/embed-tokens', { headers: admin, json: { scopes: ['read'] } }),
      ),
      exchange,
      introspect: call(({ send, admin, client }) =>
        send('POST /introspect', form({ token: admin.authorization.replace('Bearer ', '') }, client)),
      ),
      consent: async (bench) => consent(bench).decide,
      code,
      registerClient,
      beginProviderSignIn,
      finishProviderSignIn,
    },
    largest: ['an exchange', exchange],
  },
  management: {
    operations: {
      me: asAdmin('GET /v1/auth/me'),
      createKey,
      listKeys,
      rotateKey: ofNewKey(({ id }, { send, stack, admin }) =>
        send(`POST ${stack.path('rotateKey').replace('{id}', id)}`, { headers: admin, json: {} }),
      ),
      revokeKey: ofNewKey(({ id }, { send, stack, admin }) =>
        send(`DELETE ${stack.path('revokeKey').replace('{id}', id)}`, { headers: admin }),
      ),
      verifyKey: call(({ send, admin, account }) =>
        send('POST /v1/api-keys/verify', { headers: admin, json: { key: account.apiKey } }),
      ),
      audit: asAdmin('GET /v1/audit?limit=100'),
      usage: asAdmin('GET /v1/usage'),
    },
    largest: ['a list of 1,000 keys with all their metadata', listLargest],
  },
  people: {
    operations: {
      addPerson: addUser,
      listPeople: asAdmin('GET /v1/users?limit=50'),
      invite,
      sessions: call(({ send, admin, account }) =>
        send(`GET /v1/users/${account.userId}/sessions`, { headers: admin }),
      ),
      ownAccount: asAdmin('GET /v1/auth/account'),
    },
    largest: ['a new person', addUser],
  },
  public: {
    operations: {
      health: get('/health'),
      jwks: get('/.well-known/jwks.json'),
      metadata: get('/.well-known/oauth-authorization-server'),
      openapi: get('/openapi.json'),
      console: get('/console'),
    },
    largest: ['the OpenAPI document', get('/openapi.json')],
  },
  reveal: { operations: { reveal }, largest: ['the same', reveal] },
  operators: {
    operations: {
      tenants: asOperator(() => '/operators/tenants'),
      tenant: asOperator(({ account }) => `/operators/tenants/${account.tenantId}`),
      keys: asOperator(({ account }) => `/operators/tenants/${account.tenantId}/keys`),
      audit: asOperator(({ account }) => `/operators/tenants/${account.tenantId}/audit`),
      status: asOperator(() => '/operators/status'),
    },
    largest: [
      'a search through all tenants',
      asOperator(() => '/operators/tenants?search=nobody@example.com&limit=100'),
    ],
  },
  forwarder: {
    operations: {
      small: upstream('things', () => 1000),
      large: upstream('things', ({ bodyBytes }) => bodyBytes),
    },
    largest: ['4.4 MB there and back', upstream('things', ({ bodyBytes }) => bodyBytes, true)],
  },
  'forwarder-events': {
    operations: {
      small: upstream('events', () => 1000),
      large: upstream('events', ({ bodyBytes }) => bodyBytes),
    },
    largest: ['4.4 MB there, 44 MB back', upstream('events', ({ bodyBytes }) => 10 * bodyBytes, true)],
  },
  fetcher: { operations: { document }, largest: ['the same', document] },
  mailer: {
    operations: {
      mail,
      nothingDue: call(({ invoke }) => invoke('mailer', {})),
    },
    largest: ['a mail', mail],
  },
  rotation: { operations: { rotation }, largest: ['the same', rotation] },
  reconciler: {
    operations: {
      nothingToDo: call(({ invoke }) => invoke('reconciler', {})),
      newTenant,
    },
    largest: ['a new tenant', newTenant],
  },
  stream: {
    operations: { newKeys: afterImport, revocations: afterRevocations },
    largest: ['the revocation of 100 keys', afterRevocations],
  },
  usage: {
    operations: { uses: uses(100) },
    largest: ['a batch of 2,500 uses', uses(2500)],
  },
  // It fills the table, which nobody else must find full.
  transfer: {
    operations: { importKeys, export: exportPart },
    largest: [
      'an import of 10,000 rows, then a part of an export',
      async (bench) => {
        const [imports, exports] = await Promise.all([importLargest(bench), exportPart(bench)]);
        return async () => {
          await imports();
          // What follows from it in the stream is done by others, at the same table.
          await bench.stack.local.idle();
          await exports();
        };
      },
    ],
  },
};
