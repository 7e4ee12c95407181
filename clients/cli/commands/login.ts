import { connect, getMe } from '../../typescript/src/api.ts';
import { Latchkey } from '../../typescript/src/index.ts';
import { claimsOf } from '../claims.ts';
import type { Call, Command } from '../command.ts';
import { Deployments, urlOf } from '../deployments.ts';
import { contractOf, metadataOf } from '../discovery.ts';
import { CliError, EXIT, usageError } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { AuthorizationServer, type DeviceCode, isUnknownClient } from '../oauth.ts';
import { Output, printable } from '../output.ts';
import { type Secret, type Storage, secretStoreOf, usableStorage } from '../secret-store.ts';
import { texts } from '../syntax.ts';
import { openBrowser, readInput } from '../terminal.ts';

export const loginCommands: readonly Command[] = [
  {
    usage: 'login [--scope SCOPE]... [--no-browser] [--api-key] [--store keychain|file]',
    summary: 'Sign in with your browser, or keep an API key that is piped in',
    run: (call) => (call.values['api-key'] === true ? logInWithKey(call) : logInWithBrowser(call)),
  },
  {
    usage: 'logout',
    summary: 'End the sign-in here and on the server; an API key is only forgotten',
    run: logOut,
  },
];

async function logInWithBrowser({ values, io }: Call): Promise<void> {
  const url = await urlOf(values, io);
  const server = new AuthorizationServer(await metadataOf(url, io), io);
  // All that the deployment has: the person's role and what they agree to decide what is given.
  const scopes = texts(values, 'scope') ?? server.metadata.scopes_supported ?? [];
  const storage = await storageOf(values.store as Storage | undefined, io);
  const { clientId, code } = await begin(server, (await new Deployments(io).find(url))?.client_id, scopes);
  tell(code, io);
  if (io.stderr.isTTY === true && values['no-browser'] !== true)
    openBrowser(code.verification_uri_complete ?? code.verification_uri, io);
  const answer = await server.waitForDecision(clientId, code);
  const secret: Secret = {
    kind: 'login',
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
  };
  await keep(url, secret, { storage, client_id: clientId }, io);
  const { sub = '', tid, wid, scope = '' } = claimsOf(answer.access_token);
  const given = (answer.scope ?? scope).split(' ');
  const out = new Output(io, values);
  if (out.isJson)
    return out.json({
      url,
      user_id: sub,
      tenant_id: tid,
      workspace_id: wid ?? null,
      scopes: given,
      stored_in: storage,
    });
  out.line(
    `Signed in to ${url} as ${printable(sub)}, with ${printable(given.join(', '))}. Kept in: ${storage}.`,
  );
  if (secret.refreshToken === null) out.line('This deployment renews no sign-in: it ends with its token.');
}

/** Begins with the client of this installation; with a new one where there is none, or the server has forgotten it. */
async function begin(
  server: AuthorizationServer,
  registered: string | null | undefined,
  scopes: readonly string[],
): Promise<{ readonly clientId: string; readonly code: DeviceCode }> {
  if (registered) {
    try {
      return { clientId: registered, code: await server.begin(registered, scopes) };
    } catch (error) {
      if (!isUnknownClient(error)) throw error;
    }
  }
  const clientId = await server.register();
  return { clientId, code: await server.begin(clientId, scopes) };
}

function tell({ user_code: code, verification_uri: page, expires_in: seconds }: DeviceCode, io: Io): void {
  const minutes = Math.floor(seconds / 60);
  io.stderr.write(
    `Open ${printable(page)} and enter the code ${printable(code)}. It is good for ${minutes} minutes.\n`,
  );
}

async function logInWithKey({ values, io }: Call): Promise<void> {
  const url = await urlOf(values, io);
  if (io.stdin.isTTY === true)
    throw usageError('The key is read from a pipe, so that no one sees it: latchkey login --api-key < FILE');
  const apiKey = await readInput(io);
  if (apiKey === '') throw usageError('Nothing was piped: latchkey login --api-key < FILE');
  const storage = await storageOf(values.store as Storage | undefined, io);
  const latchkey = new Latchkey({ endpoint: url, apiKey, fetch: io.fetch }, await contractOf(url, io));
  const { data: me } = await getMe({ client: connect(latchkey), throwOnError: true });
  if (me.kind !== 'key') throw new CliError(EXIT.usage, 'What was piped is no API key.');
  const deployment = await new Deployments(io).find(url);
  await keep(url, { kind: 'key', apiKey }, { storage, client_id: deployment?.client_id ?? null }, io);
  const out = new Output(io, values);
  if (out.isJson)
    out.json({ url, key_id: me.key?.id, tenant_id: me.tenant_id, scopes: me.scopes, stored_in: storage });
  else out.line(`Kept the key ${printable(me.key?.name ?? '')} for ${url}. Kept in: ${storage}.`);
}

async function storageOf(wanted: Storage | undefined, io: Io): Promise<Storage> {
  const usable = wanted === 'file' ? 'file' : await usableStorage(io);
  if (wanted === 'keychain' && usable === 'file')
    throw new CliError(EXIT.failed, 'There is no keychain here that keeps anything: use --store file.');
  return usable;
}

/** Keeps a secret in one place: what the other has of the deployment goes. */
async function keep(
  url: string,
  secret: Secret,
  deployment: { readonly storage: Storage; readonly client_id: string | null },
  io: Io,
): Promise<void> {
  const deployments = new Deployments(io);
  const before = await deployments.find(url);
  if (before !== undefined && before.storage !== deployment.storage)
    await secretStoreOf(before.storage, io).remove(url);
  await secretStoreOf(deployment.storage, io).write(url, secret);
  await deployments.remember(url, deployment);
  if (io.env.LATCHKEY_API_KEY)
    io.stderr.write('latchkey: LATCHKEY_API_KEY is set, and is used before what you have signed in with.\n');
}

async function logOut({ values, io }: Call): Promise<void> {
  const url = await urlOf(values, io);
  const deployments = new Deployments(io);
  const deployment = await deployments.find(url);
  const store = deployment && secretStoreOf(deployment.storage, io);
  const secret = await store?.read(url);
  if (deployment === undefined || store === undefined || secret === undefined)
    throw new CliError(EXIT.notSignedIn, `You are not signed in to ${url}.`);
  // Here first: whatever the network does, the tokens are gone from this machine.
  await store.remove(url);
  if (secret.kind === 'login') {
    const server = new AuthorizationServer(await metadataOf(url, io), io);
    await server.revoke(deployment.client_id ?? '', secret.refreshToken ?? secret.accessToken);
  }
  const out = new Output(io, values);
  const ended = secret.kind === 'login' ? 'session' : 'nothing';
  if (out.isJson) out.json({ url, ended });
  else if (secret.kind === 'login') out.line(`Signed out of ${url}.`);
  else out.line(`Forgot the key for ${url}. It works until it is revoked.`);
}
