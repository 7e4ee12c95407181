import type { Completes } from '../../../lambdas/kernel/claim.ts';
import { NEVER } from '../../../lambdas/kernel/clock.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { ApiKey, KeyChange } from '../../../lambdas/keys/api-key.ts';
import { isImported } from '../../../lambdas/keys/key-format.ts';
import {
  type KeyIssue,
  type KeyPage,
  type KeyRotation,
  type KeySelection,
  type KeyStore,
  PAGE_CHARACTERS,
} from '../../../lambdas/keys/keys.ts';
import { ROTATION_PAUSE_SECONDS } from '../../../lambdas/keys/rotation.ts';
import type { KeyDefaults } from '../../../lambdas/tenancy/key-defaults.ts';
import { completing } from './claim-store.ts';
import { NO_USES, pair, type State, type StoredKey } from './state.ts';

export class MemoryKeyStore implements KeyStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async create({ key, hash }: KeyIssue, maxKeys: number, origin: Completes<ApiKey>): Promise<void> {
    const complete = completing(this.#state, origin);
    const workspace = this.#state.workspaces.get(pair(key.tenantId, key.workspaceId));
    if (workspace?.state !== 'active') throw new Problem('not_found');
    const counted = this.#state
      .aliveKeys(key.tenantId)
      .filter(({ key: { environment, locator } }) => environment === key.environment && !isImported(locator));
    if (counted.length >= maxKeys) throw new Problem('limit_reached');
    this.#state.keys.set(key.locator, storedKey({ key, hash }));
    complete(key);
  }

  async find(tenantId: string, id: string): Promise<ApiKey | undefined> {
    return this.#ofTenant(tenantId).find((key) => key.id === id);
  }

  async page(tenantId: string, limit: number, after = '', workspaceId?: string): Promise<KeyPage> {
    const wanted = this.#ofTenant(tenantId, workspaceId === undefined ? {} : { workspaceId }).filter(
      ({ id }) => id > after,
    );
    let characters = 0;
    const isTaken = (key: ApiKey) => {
      const hasRoom = characters < PAGE_CHARACTERS;
      characters += JSON.stringify(key).length;
      return hasRoom;
    };
    const keys = wanted.slice(0, limit).filter(isTaken);
    return { keys, next: wanted.length > keys.length ? (keys.at(-1)?.id ?? null) : null };
  }

  async change({ locator, previousExpiresAt: seenGrace }: ApiKey, change: KeyChange): Promise<boolean> {
    const stored = this.#state.keys.get(locator);
    const { expiresAt, ...fields } = change;
    const touchesRecord = [change.scopes, change.allowedBlocks, change.state, expiresAt].some(
      (field) => field !== undefined,
    );
    if (stored === undefined || (touchesRecord && stored.key.state === 'revoked')) return false;
    if (change.state === 'active' && stored.key.isContested) return false;
    const { slot, previous } = stored;
    // A grace ends no later than its key: whoever knows of another grace has not seen the last rotation.
    const outlasts = (graceEnd = 0) => graceEnd > (expiresAt ?? NEVER);
    if (outlasts(seenGrace ?? 0) !== outlasts(previous?.expiresAt)) return false;
    this.#state.keys.set(locator, {
      ...stored,
      key: { ...stored.key, ...fields },
      slot: { ...slot, expiresAt: expiresAt ?? slot.expiresAt },
      previous: previous && {
        ...previous,
        expiresAt: Math.min(previous.expiresAt, expiresAt ?? NEVER),
      },
    });
    return true;
  }

  async revoke(key: ApiKey, _origin: unknown, now: number): Promise<void> {
    const stored = this.#state.keys.get(key.locator);
    if (stored === undefined || stored.key.state === 'revoked') return;
    this.#state.keys.set(key.locator, {
      ...stored,
      key: { ...stored.key, state: 'revoked', revokedAt: now },
    });
  }

  async revokeAll(keys: readonly ApiKey[], origin: unknown, now: number): Promise<void> {
    for (const key of keys) await this.revoke(key, origin, now);
  }

  async presentHash({ locator }: ApiKey): Promise<Uint8Array | undefined> {
    return this.#state.keys.get(locator)?.slot.hash;
  }

  async rotate({ locator }: ApiKey, rotation: KeyRotation, _origin: unknown, now: number): Promise<boolean> {
    const stored = this.#state.keys.get(locator);
    const isPresent = stored !== undefined && Buffer.compare(stored.slot.hash, rotation.replaces) === 0;
    const hasSettled = (stored?.rotatedAt ?? 0) <= now - ROTATION_PAUSE_SECONDS;
    if (!isPresent || stored.key.state !== 'active' || !hasSettled) return false;
    const { hash, expiresAt, previousExpiresAt } = rotation;
    this.#state.keys.set(locator, {
      ...stored,
      slot: { hash, expiresAt },
      previous:
        previousExpiresAt === null
          ? stored.previous
          : { hash: stored.slot.hash, expiresAt: previousExpiresAt },
      rotatedAt: now,
    });
    return true;
  }

  async tenant(
    tenantId: string,
  ): Promise<{ readonly tier: string | undefined; readonly defaults: KeyDefaults }> {
    const none = { expiresInDays: null, scopes: null, allowedBlocks: null };
    const found = this.#state.tenants.get(tenantId);
    return { tier: found?.tier, defaults: found?.keyDefaults ?? none };
  }

  async hasWorkspace(tenantId: string, workspaceId: string): Promise<boolean> {
    return this.#state.workspaces.has(pair(tenantId, workspaceId));
  }

  async *unrevoked(tenantId: string, selection: KeySelection): AsyncGenerator<readonly ApiKey[]> {
    yield this.#ofTenant(tenantId, selection).filter(({ state }) => state !== 'revoked');
  }

  /** Oldest first: ids of version 7 (RFC 9562) sort by time. */
  #ofTenant(tenantId: string, { workspaceId, createdBy, createdBefore }: KeySelection = {}): ApiKey[] {
    return [...this.#state.keys.values()]
      .map(apiKey)
      .filter(
        (key) =>
          key.tenantId === tenantId &&
          (workspaceId === undefined || key.workspaceId === workspaceId) &&
          (createdBy === undefined || key.createdBy === createdBy) &&
          (createdBefore === undefined || key.createdAt < createdBefore),
      )
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }
}

/** A key that nobody has used. */
export function storedKey({ key: { expiresAt, rotatedAt, ...key }, hash }: KeyIssue): StoredKey {
  return { ...NO_USES, key, slot: { hash, expiresAt }, previous: null, rotatedAt };
}

function apiKey({ key, slot, previous, rotatedAt, lastUse }: StoredKey): ApiKey {
  return {
    ...key,
    expiresAt: slot.expiresAt,
    previousExpiresAt: previous?.expiresAt ?? null,
    rotatedAt,
    lastUse,
  };
}
