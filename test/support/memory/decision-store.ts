import type { DecisionStore } from '../../../lambdas/access/decision.ts';
import { allowsAddress } from '../../../lambdas/kernel/address.ts';
import { keyMark, sameHash } from '../../../lambdas/keys/key-format.ts';
import type { HashedKey, KeyRecord, MarkedKey, Use } from '../../../lambdas/keys/key-record.ts';
import type { VerificationContext } from '../../../lambdas/keys/verification.ts';
import { windowOf } from '../../../lambdas/plans/allowance.ts';
import type { SessionRecord } from '../../../lambdas/sessions/session-record.ts';
import type { ControlFacts } from '../../../lambdas/signing/control-facts.ts';
import type { TenantFacts } from '../../../lambdas/tenancy/tenant-facts.ts';
import type { State, StoredKey, Uses } from './state.ts';

type Records = VerificationContext['records'];

export class MemoryDecisionStore implements DecisionStore, Records {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async useKey({ locator, hash, address, now }: HashedKey): Promise<Use<KeyRecord>> {
    return this.#useKey(locator, hash, address, now, (allowed) => allowsAddress(allowed, address));
  }

  async useKeyMark({ locator, mark, address, now }: MarkedKey) {
    const stored = this.#state.keys.get(locator);
    const slots = stored === undefined ? [] : keyRecord(stored).slots;
    const hash =
      slots.map((slot) => slot.hash).find((each) => sameHash(keyMark(each), mark)) ?? new Uint8Array();
    return this.useKey({ locator, hash, address, now });
  }

  async useKeyAnywhere(locator: string, hash: Uint8Array, address: string, now: number) {
    return this.#useKey(locator, hash, address, now, () => true);
  }

  async peekKey(locator: string, now: number): Promise<Use<KeyRecord>> {
    const stored = this.#state.keys.get(locator);
    if (stored === undefined) return notThere(now);
    const window = windowOf(now);
    return { passed: false, record: keyRecord(stored), window, count: stored.counts.get(window) ?? 0 };
  }

  #useKey(
    locator: string,
    hash: Uint8Array,
    address: string,
    now: number,
    allows: (blocks: KeyRecord['allowedBlocks']) => boolean,
  ): Use<KeyRecord> {
    const stored = this.#state.keys.get(locator);
    if (stored === undefined) return notThere(now);
    const record = keyRecord(stored);
    const isProven = record.slots.some((slot) => sameHash(slot.hash, hash) && slot.expiresAt > now);
    const isAllowed = record.allowedBlocks.length === 0 || allows(record.allowedBlocks);
    const passed = record.state === 'active' && isProven && isAllowed;
    const uses = passed ? usedOnce(stored, address, now) : stored;
    if (passed) {
      const key = { ...stored.key, requests: stored.key.requests + 1 };
      this.#state.keys.set(locator, { ...stored, ...uses, key });
    }
    return { passed, record, ...counted(uses, now) };
  }

  async useSession(sessionId: string, address: string, now: number): Promise<Use<SessionRecord>> {
    const stored = this.#state.sessions.get(sessionId);
    if (stored === undefined) return notThere(now);
    const { state, expiresAt, caller } = stored;
    const passed = state === 'active' && expiresAt > now;
    const uses = passed ? usedOnce(stored, address, now) : stored;
    if (passed) this.#state.sessions.set(sessionId, { ...stored, ...uses });
    return { passed, record: { state, expiresAt, caller }, ...counted(uses, now) };
  }

  async tenant(tenantId: string): Promise<TenantFacts | undefined> {
    const tenant = this.#state.tenants.get(tenantId);
    if (tenant === undefined) return undefined;
    const { state, tier, heldUntil, suspendedWorkspaces, embedOrigins } = tenant;
    const workspaces = [...this.#state.workspaces.values()].filter((each) => each.tenantId === tenantId);
    return {
      state,
      tier,
      ...(heldUntil === null ? {} : { heldUntil }),
      ...(embedOrigins.length === 0 ? {} : { embedOrigins: new Set(embedOrigins) }),
      suspendedWorkspaces,
      workspaces: new Set(workspaces.map(({ id }) => id)),
    };
  }

  async control(): Promise<ControlFacts> {
    return this.#state.control;
  }
}

function notThere<Found>(now: number): Use<Found> {
  return { passed: false, record: undefined, window: windowOf(now), count: 0 };
}

function keyRecord({ key, slot, previous }: StoredKey): KeyRecord {
  const { id: keyId, tenantId, workspaceId, environment, scopes, state, allowedBlocks } = key;
  return {
    state,
    slots: [slot, previous].filter((each) => each !== null),
    caller: { keyId, tenantId, workspaceId, environment, scopes },
    allowedBlocks,
  };
}

/** The window that a call counts in: its clock's, or the one that the record has reached by another's. */
function windowAt({ window }: Uses, now: number): number {
  return Math.max(window, windowOf(now));
}

function usedOnce(uses: Uses, address: string, now: number): Uses {
  const window = windowAt(uses, now);
  const count = (uses.counts.get(window) ?? 0) + 1;
  return { window, counts: new Map([[window, count]]), lastUse: { at: now, address } };
}

function counted(uses: Uses, now: number) {
  const window = windowAt(uses, now);
  return { window, count: uses.counts.get(window) ?? 0 };
}
