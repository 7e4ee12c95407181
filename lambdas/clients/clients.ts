import {
  type AuthenticationContext,
  notProven,
  type ProvableClient,
  presentedId,
  prove,
} from './authentication.ts';
import type { Client, ClientCredentials, Clients } from './client.ts';
import { type DocumentContext, findDocument } from './document-cache.ts';
import { isDocumentId } from './document-url.ts';
import { CONSOLE_CLIENT_ID } from './first-party.ts';
import type { ClientStore } from './stored-clients.ts';

export interface ClientsContext extends AuthenticationContext, DocumentContext {
  readonly clients: ClientStore;
  /** Our own client; null where there is no console. It is found, and proves itself to nobody: no endpoint for clients serves it. */
  readonly firstParty: Client | null;
}

/** The id of a client that the table holds. What has another form is not looked for. */
const CLIENT_ID = /^client_[\da-f]{32}$/;

/** The clients that there are: those that the table holds, and those that their metadata documents describe. */
export class KnownClients implements Clients {
  readonly #context: ClientsContext;

  constructor(context: ClientsContext) {
    this.#context = context;
  }

  async find(clientId: string, address: string): Promise<Client | undefined> {
    if (clientId === CONSOLE_CLIENT_ID) return this.#context.firstParty ?? undefined;
    const found = await this.#provable(clientId, address);
    if (found === undefined) return undefined;
    const { keys: _, secrets: __, ...client } = found;
    return client;
  }

  async authenticate(presented: ClientCredentials, address: string): Promise<Client> {
    const id = presentedId(presented);
    const found = await this.#provable(id, address);
    if (found === undefined) throw notProven('an unknown client');
    const { keys: _, secrets: __, ...client } = found;
    await prove(found, presented, this.#context);
    return client;
  }

  async consented(clientId: string): Promise<void> {
    const { clients, clock } = this.#context;
    if (!CLIENT_ID.test(clientId)) return;
    const registeredAt = await clients.keep(clientId, clock());
    if (registeredAt !== undefined) await clients.uncountRegistration(registeredAt);
  }

  async #provable(clientId: string, address: string): Promise<ProvableClient | undefined> {
    if (isDocumentId(clientId)) {
      const { keysUrl: _, ...document } = await findDocument(clientId, address, this.#context);
      const { host } = new URL(clientId);
      const rest = { clientId, kind: 'metadata', tenantId: null, host, scopes: null, secrets: null } as const;
      return { ...document, ...rest };
    }
    if (!CLIENT_ID.test(clientId)) return undefined;
    const stored = await this.#context.clients.find(clientId);
    if (stored === undefined || stored.expiresAt <= this.#context.clock()) return undefined;
    const { kind, tenantId, name, host, redirectUris, authentication, scopes, keys } = stored;
    return {
      clientId,
      kind,
      tenantId,
      name,
      host,
      redirectUris,
      authentication,
      scopes,
      keys,
      secrets: stored,
    };
  }
}
