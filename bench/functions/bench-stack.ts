import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { DynamoDBRecord } from 'aws-lambda';
import type { StandInHost } from '../../local/lambda/stand-in-hosts.ts';
import { newOperator, operatorToken } from '../../test/operators/operator-session.ts';
import { OperatorShell } from '../../test/ops/shell.ts';
import { type KeyAndCertificate, selfSigned } from '../../test/support/certificate.ts';
import { type HttpRequest, type HttpResponse, httpClient, type Send } from '../../test/support/http.ts';
import { largestMetadata } from '../../test/support/largest-metadata.ts';
import {
  type Account,
  bearer,
  contents,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../../test/support/stack.ts';
import { listen } from '../loopback-server.ts';
import { startTlsTerminator } from '../tls-terminator.ts';
import { AUDIENCE, CLIENT_ID, startIdentityProvider } from './identity-provider.ts';
import { type MeasuredAssembly, measuredAssembly } from './measured-assembly.ts';

/** How large the largest calls are. */
export interface Sizes {
  readonly importedRows: number;
  /** Of a body that the forwarder carries: 4.5 MB at most. */
  readonly bodyBytes: number;
  /** Keys of the tenant's second workspace, each with all the metadata that a key can have. */
  readonly largeKeys: number;
  /** Keys of an import or a revocation that many others follow. */
  readonly changedKeys: number;
}

/** A stack with something of everything, and what operations are made with. */
export interface Bench {
  readonly sizes: Sizes;
  readonly stack: TestStack;
  /** Its administrator, with a first key. */
  readonly account: Account;
  readonly admin: { readonly authorization: string };
  /** Somebody else of the tenant, who logs in and out: a person has so many sessions, and the oldest end. */
  readonly member: { readonly email: string };
  readonly operator: { readonly authorization: string };
  /** An OAuth client of the tenant's. */
  readonly client: { readonly id: string; readonly secret: string };
  readonly documentUrl: string;
  /** A workspace of keys with much metadata. */
  readonly largeWorkspace: string;
  /** Memory in MB, and the logical id in the template, by the name of a function. */
  readonly functions: Readonly<Record<string, { readonly logicalId: string; readonly memoryMb: number }>>;
  /** Sends a request, of which a function has to make something: rejects at an answer from 400 on. */
  send(target: string, request?: HttpRequest): Promise<HttpResponse>;
  /** Sends one from a network that nothing has come from. */
  readonly sendFromNewNetwork: Send;
  /** Invokes a function; rejects when that fails. */
  invoke(name: string, event: object): Promise<unknown>;
  newAddress(): string;
  newWorkspace(): Promise<string>;
  /** Imports so many keys of another system, in one packed body; each row with the fields. */
  importKeys(count: number, fields?: object): Promise<HttpResponse>;
  /** A token of the identity provider for a person whom nobody has seen. */
  providerToken(): Promise<string>;
  /** Has a person whom we know sign in at the identity provider, where a browser was led: their address, and the path back. */
  signInAtProvider(location: string): { readonly email: string; readonly back: string };
  /** Records of uses that nobody has counted, of a hundred keys. */
  keyUses(count: number): readonly DynamoDBRecord[];
  stop(): Promise<void>;
}

export const REDIRECT = 'http://127.0.0.1:33418/callback';
/** Names the identity provider in the paths of its sign-in. */
export const PROVIDER_ID = 'team';

const HOST = 'client.latchkey-demo.example';
const KEYS_OF_USES = 100;
const FIRST_KEYS = 100;

/**
 * Starts a stack with every function that a deployment may have, each in a process of its own that speaks TLS to AWS's services,
 * as on AWS. Of the profiles it is the one that shows keys again.
 */
export async function startBench(sizes: Sizes): Promise<Bench> {
  const ending: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    const team = await startTeam();
    ending.push(team.stop);
    const certificate = selfSigned('localhost', 2);
    const provider = await startIdentityProvider(certificate);
    ending.push(provider.stop);
    const documents = await startDocuments();
    ending.push(documents.stop);
    const configuration = {
      profile: 'nams',
      config: {
        tiers: { free: ROOMY_TIER },
        reservedConcurrency: {},
        operators: true,
        revealApiKey: true,
        upstream: { url: team.endpoint },
        upstreams: { events: { path: '/v1/events', url: team.endpoint, stream: {} } },
        identityProviders: [
          {
            issuer: provider.issuer,
            audiences: [AUDIENCE],
            tenantClaim: { claim: 'org' },
            role: 'viewer',
            createUsers: true,
            signIn: { id: PROVIDER_ID, label: 'The team', clientId: CLIENT_ID },
          },
        ],
      },
    };
    const assembly = await measuredAssembly(configuration);
    ending.push(() => rmSync(assembly.assemblyDir, { recursive: true, force: true }));
    const stack = await startTestStack(configuration, {
      assemblyDir: assembly.assemblyDir,
      clientMetadataHosts: [documents.host],
    });
    ending.push(() => stack.stop());
    ending.push(await speakTls(stack, assembly, certificate));
    const things = await furnish(stack, sizes);
    const org = things.account.tenantId;
    const email = things.newAddress();
    const known = { sub: randomUUID(), org, email, email_verified: true };
    // Makes the person: most who sign in have been there before.
    await things.send('POST /v1/auth/exchange', { headers: bearer(await provider.token(known)) });
    return {
      ...things,
      sizes,
      stack,
      documentUrl: documents.url,
      functions: functionsOf(assembly),
      providerToken: () => provider.token({ sub: randomUUID(), org }),
      signInAtProvider: (location) => ({
        email,
        back: provider.signIn(location, known).slice(stack.url.length),
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The functions by their names in `lib/functions.ts`, which logical ids have without hyphens. */
function functionsOf({ memory }: MeasuredAssembly): Bench['functions'] {
  return Object.fromEntries(
    Object.entries(memory).map(([logicalId, memoryMb]) => {
      const [, name = logicalId] = /^Functions(.+?)Function[0-9A-F]{8}$/.exec(logicalId) ?? [];
      return [name.replace(/^forwarder(?=.)/, 'forwarder-'), { logicalId, memoryMb }];
    }),
  );
}

/** The team's API, which answers with as many bytes as it is asked for. */
async function startTeam() {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://team');
    request.resume().on('end', () => {
      response.end(Buffer.alloc(Number(searchParams.get('bytes') ?? 100), 'x'));
    });
  });
  // A connection that waits for its turn is not closed.
  server.keepAliveTimeout = 0;
  return listen(server, new Agent());
}

/** A host of OAuth clients' metadata documents. */
async function startDocuments() {
  const { key, cert } = selfSigned(HOST, 1);
  const url = `https://${HOST}/client.json`;
  const document = JSON.stringify({ client_id: url, client_name: 'An app', redirect_uris: [REDIRECT] });
  const server = createTlsServer({ key, cert }, (_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(document),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host: StandInHost = { name: HOST, port: (server.address() as AddressInfo).port, ca: cert };
  return { url, host, stop: () => server.close() };
}

/** Puts TLS before the services, and ends the functions that have spoken without it. */
async function speakTls(
  { local }: TestStack,
  assembly: MeasuredAssembly,
  certificate: KeyAndCertificate,
): Promise<() => Promise<void>> {
  const [services, dynamodb, apiGateway] = await Promise.all([
    startTlsTerminator(local.secretsEndpoint, certificate),
    startTlsTerminator(local.dynamodbEndpoint, certificate),
    startTlsTerminator(local.apiGatewayEndpoint, certificate),
  ]);
  assembly.tell({
    NODE_EXTRA_CA_CERTS: services.caFile,
    AWS_ENDPOINT_URL: services.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: services.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_API_GATEWAY: apiGateway.endpoint,
  });
  for (const logicalId of Object.keys(assembly.memory)) await local.kill(logicalId);
  return async () => {
    for (const terminator of [services, dynamodb, apiGateway]) await terminator.stop();
  };
}

/** Makes what operations are made with, and as many keys as are asked for. */
async function furnish(stack: TestStack, { largeKeys }: Sizes) {
  const send: Bench['send'] = async (target, request) => {
    const response = await stack.raw(target, request);
    if (response.status >= 400) throw new Error(`${target}: ${response.status} ${response.text}`);
    return response;
  };
  let networks = 0;
  const sendFromNewNetwork: Send = (target, request) => {
    const client = httpClient(stack.url, `127.0.${(networks += 1)}.1`);
    return client.send(target, request).finally(client.close);
  };
  const invoke: Bench['invoke'] = async (name, event) => {
    const invocation = await stack.local.invoke(`Functions${name.replace('-', '')}Function`, event);
    if (invocation.kind !== 'returned') throw new Error(`${name}: ${JSON.stringify(invocation)}`);
    return JSON.parse(invocation.payload);
  };
  const account = await stack.onboard();
  const admin = bearer(await stack.logIn(account));
  // Pages of the team's, which embed tokens are for.
  await send('PATCH /v1/tenant', { headers: admin, json: { embed_origins: ['https://app.example.com'] } });
  const member = { email: `${randomUUID()}@example.com` };
  await send('POST /v1/users', { headers: admin, json: { ...member, password: PASSWORD, role: 'viewer' } });
  const shell = new OperatorShell(stack.local);
  const operator = await newOperator(stack, shell, 'operator@example.com');
  shell.remove();
  const registered = await send('POST /v1/clients', {
    headers: admin,
    json: { name: 'A service', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'client_secret_basic' },
  });
  const { id, client_secret: secret } = contents(registered);
  const newWorkspace = async (): Promise<string> =>
    contents(await send('POST /v1/workspaces', { headers: admin, json: { name: randomUUID() } })).id;
  const importKeys: Bench['importKeys'] = (count, fields = {}) => {
    const row = (_: unknown, index: number) =>
      JSON.stringify({ type: 'api_key', key: `old_${randomUUID()}`, name: `old ${index}`, ...fields });
    return send('POST /v1/admin/import', {
      headers: { ...admin, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      body: gzipSync(Array.from({ length: count }, row).join('\n')),
    });
  };
  const largeWorkspace = await newWorkspace();
  // The first page of all keys has none of them.
  await importKeys(FIRST_KEYS);
  await importKeys(largeKeys, { metadata: largestMetadata('v'), workspace_id: largeWorkspace });
  await stack.local.idle();
  let uses = 0;
  return {
    send,
    sendFromNewNetwork,
    invoke,
    account,
    admin,
    member,
    operator: bearer(await operatorToken(stack, operator)),
    client: { id, secret },
    newAddress: () => `${randomUUID()}@example.com`,
    newWorkspace,
    importKeys,
    largeWorkspace,
    keyUses: (count: number) => Array.from({ length: count }, () => useOf(account.tenantId, (uses += 1))),
  };
}

/** A record of the stream about the use of one of a hundred keys, as the authorizer's write makes it. */
function useOf(tenantId: string, use: number): DynamoDBRecord {
  const now = Math.floor(Date.now() / 1000);
  const window = Math.floor(now / 60);
  const key = `measured${use % KEYS_OF_USES}`;
  const image = (count: number) => ({
    PK: { S: `KEY#${key}` },
    SK: { S: 'KEY' },
    st: { S: 'active' },
    ten: { S: tenantId },
    wsp: { S: randomUUID() },
    id: { S: `key_${key}` },
    env: { S: 'live' },
    scp: { S: 'read write' },
    ha: { S: 'x'.repeat(64) },
    xa: { N: '9999999999' },
    seen: { N: String(now) },
    win: { N: String(window) },
    ip: { S: '203.0.113.7' },
    n: { N: String(count) },
    [`c${window}`]: { N: String(count) },
  });
  const count = Math.ceil(use / KEYS_OF_USES);
  return {
    eventID: randomUUID(),
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      ApproximateCreationDateTime: now,
      Keys: { PK: { S: `KEY#${key}` }, SK: { S: 'KEY' } },
      OldImage: image(count - 1),
      NewImage: image(count),
      SequenceNumber: String(use).padStart(21, '0'),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}
