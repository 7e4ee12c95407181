import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { type Account, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';
import {
  type Browser,
  type ClientInformation,
  type ClientProvider,
  launchChromium,
  loadSdk,
  type Tokens,
} from './installation.ts';
import { Person } from './person.ts';
import { PersonInChromium } from './person-in-chromium.ts';

const sdk = await loadSdk();
const HOST = 'client.latchkey-demo.example';
const REDIRECT = 'http://localhost/callback';

/** A client of the SDK that keeps all in memory, on a port of its own. */
class MemoryClient implements ClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: ClientProvider['clientMetadata'];
  readonly clientMetadataUrl?: string;
  information: ClientInformation | undefined;
  saved: Tokens | undefined;
  wanted: URL | undefined;
  #verifier = '';
  #state = '';

  constructor(port: number, { metadataUrl, method }: { metadataUrl?: string; method?: string } = {}) {
    this.redirectUrl = `http://localhost:${port}/callback`;
    if (metadataUrl !== undefined) this.clientMetadataUrl = metadataUrl;
    this.clientMetadata = {
      redirect_uris: [this.redirectUrl],
      client_name: 'A client of the SDK',
      ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
    };
  }

  state() {
    this.#state = randomUUID();
    return this.#state;
  }
  get expectedState() {
    return this.#state;
  }
  clientInformation() {
    return this.information;
  }
  saveClientInformation(information: ClientInformation) {
    this.information = information;
  }
  tokens() {
    return this.saved;
  }
  saveTokens(tokens: Tokens) {
    this.saved = tokens;
  }
  redirectToAuthorization(url: URL) {
    this.wanted = url;
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }
  codeVerifier() {
    return this.#verifier;
  }
}

let browser: Browser;
let server: Server;
let stack: TestStack;
let ada: Account;
let resource: string;
beforeAll(async () => {
  browser = await launchChromium();
  const { key, cert } = selfSigned(HOST, 1);
  const document = {
    client_id: `https://${HOST}/mcp.json`,
    client_name: 'A client with a document',
    redirect_uris: [REDIRECT],
  };
  server = createServer({ key, cert }, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  stack = await startTestStack(
    { profile: 'default' },
    { clientMetadataHosts: [{ name: HOST, port, ca: cert }] },
  );
  ada = await stack.onboard();
  resource = `${stack.url}/v1/things`;
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  server?.close();
});

const call = (client: MemoryClient, init: RequestInit = {}) =>
  fetch(resource, {
    ...init,
    headers: client.saved === undefined ? {} : { Authorization: `Bearer ${client.saved.access_token}` },
  });

/** Does what the SDK's transports do on a refusal, with Ada at the browser; gives what the pages sent back. */
async function authorize(client: MemoryClient, response: Response, narrowScope?: string): Promise<URL> {
  const { resourceMetadataUrl, scope: named } = sdk.extractWWWAuthenticateParams(response);
  const scope = narrowScope ?? named;
  const options = {
    serverUrl: resource,
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
    ...(scope === undefined ? {} : { scope }),
  };
  expect(await sdk.auth(client, options)).toBe('REDIRECT');
  const person = new PersonInChromium(browser, { email: ada.email, password: PASSWORD });
  const back = await person.decide(client.wanted ?? expect.unreachable(), client.redirectUrl);
  expect(back.searchParams.get('state')).toBe(client.expectedState);
  expect(back.searchParams.get('iss')).toBe(stack.url);
  const authorizationCode = back.searchParams.get('code') ?? expect.unreachable(back.href);
  expect(await sdk.auth(client, { ...options, authorizationCode })).toBe('AUTHORIZED');
  return back;
}

describe.each([
  ['by its metadata document', { metadataUrl: `https://${HOST}/mcp.json` }],
  ['by registration, without a secret', { method: 'none' }],
  ['by registration, with a secret', {}],
])('the SDK, given only the URL of a path, is known %s', (_how, options) => {
  const client = new MemoryClient(33_418, options);

  test('and signs its user in, who consents, and calls', async () => {
    const refused = await call(client);
    expect(refused.status).toBe(401);
    await authorize(client, refused);
    expect(client.information?.client_id).toMatch(
      client.clientMetadataUrl === undefined ? /^client_/ : /^https:/,
    );
    expect((await call(client)).status).toBe(200);
  });

  test('refreshes by itself', async () => {
    const before = client.saved;
    expect(await sdk.auth(client, { serverUrl: resource })).toBe('AUTHORIZED');
    expect(client.saved?.access_token).not.toBe(before?.access_token);
    expect((await call(client)).status).toBe(200);
  });

  test('steps up, when a call is refused for its scope', async () => {
    client.saved = undefined;
    await authorize(client, await call(client), 'read');
    expect(client.saved).toMatchObject({ scope: 'read' });
    expect((await call(client)).status).toBe(200);
    const refused = await call(client, { method: 'DELETE' });
    expect(refused.status).toBe(403);
    expect(sdk.extractWWWAuthenticateParams(refused).error).toBe('insufficient_scope');
    const narrow = client.saved;
    // A refresh gives no more than there was, so whoever wants more begins anew.
    client.saved = undefined;
    await authorize(client, refused);
    expect((await call(client, { method: 'DELETE' })).status).toBe(200);
    // One session a person and client: the narrow one has ended.
    client.saved = narrow;
    expect((await call(client)).status).toBe(401);
  });
});

test('who does not agree sends the client back with access_denied', async () => {
  const client = new MemoryClient(33_419, { method: 'none' });
  const refused = await call(client);
  const { resourceMetadataUrl } = sdk.extractWWWAuthenticateParams(refused);
  await sdk.auth(client, {
    serverUrl: resource,
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
  });
  const person = new Person({ email: ada.email, password: PASSWORD });
  const back = await person.decide(client.wanted ?? expect.unreachable(), client.redirectUrl, 'deny');
  expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', iss: stack.url });
});
