import type { StoredClient } from '../../../lambdas/clients/client-record.ts';
import {
  type ClientStore,
  MAX_CLIENTS,
  type SecretRotation,
} from '../../../lambdas/clients/stored-clients.ts';
import type { Completes } from '../../../lambdas/kernel/claim.ts';
import { NEVER } from '../../../lambdas/kernel/clock.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import { completing } from './claim-store.ts';
import type { State } from './state.ts';

const HOUR_SECONDS = 3600;

export class MemoryClientStore implements ClientStore {
  readonly #state: State;
  readonly #clients = new Map<string, StoredClient>();
  readonly #registrations = new Map<number, number>();
  readonly #assertions = new Map<string, number>();

  constructor(state: State) {
    this.#state = state;
  }

  async find(clientId: string): Promise<StoredClient | undefined> {
    return this.#clients.get(clientId);
  }

  async list(tenantId: string): Promise<StoredClient[]> {
    return this.#ofTenant(tenantId);
  }

  async register(client: StoredClient): Promise<void> {
    this.#clients.set(client.clientId, client);
  }

  async countRegistration(now: number): Promise<number> {
    const hour = this.#add(now, 1);
    return [...this.#registrations].reduce((sum, [of, count]) => (of > hour - 25 ? sum + count : sum), 0);
  }

  async uncountRegistration(registeredAt: number): Promise<void> {
    if (this.#registrations.has(Math.floor(registeredAt / HOUR_SECONDS))) this.#add(registeredAt, -1);
  }

  async keep(clientId: string, now: number): Promise<number | undefined> {
    const client = this.#clients.get(clientId);
    if (client === undefined || client.expiresAt === NEVER || client.expiresAt <= now) return undefined;
    this.#clients.set(clientId, { ...client, expiresAt: NEVER });
    return client.createdAt;
  }

  async create(client: StoredClient, tenantId: string, origin: Completes<StoredClient>): Promise<void> {
    const complete = completing(this.#state, origin);
    if (this.#ofTenant(tenantId).length >= MAX_CLIENTS) throw new Problem('limit_reached');
    this.#clients.set(client.clientId, client);
    complete(client);
  }

  async rotate({ clientId }: StoredClient, rotation: SecretRotation): Promise<boolean> {
    const client = this.#clients.get(clientId);
    const { hash, replaces, previousExpiresAt } = rotation;
    if (client?.secretHash !== replaces) return false;
    this.#clients.set(clientId, {
      ...client,
      secretHash: hash,
      previousSecretHash: replaces,
      previousSecretExpiresAt: previousExpiresAt,
    });
    return true;
  }

  async remove({ clientId }: StoredClient): Promise<boolean> {
    return this.#clients.delete(clientId);
  }

  async useAssertion(hash: string, expiresAt: number, now: number): Promise<boolean> {
    if ((this.#assertions.get(hash) ?? 0) > now) return false;
    this.#assertions.set(hash, expiresAt);
    return true;
  }

  #ofTenant(tenantId: string): StoredClient[] {
    return [...this.#clients.values()]
      .filter((client) => client.tenantId === tenantId)
      .sort((one, other) => (one.clientId < other.clientId ? -1 : 1));
  }

  #add(at: number, count: number): number {
    const hour = Math.floor(at / HOUR_SECONDS);
    this.#registrations.set(hour, (this.#registrations.get(hour) ?? 0) + count);
    return hour;
  }
}
