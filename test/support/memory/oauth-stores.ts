import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import { type App, appIdOf } from '../../../lambdas/oauth/app.ts';
import type { Approval, Code, CodeStore } from '../../../lambdas/oauth/codes.ts';
import type { AppStore } from '../../../lambdas/oauth/consent.ts';
import {
  type Device,
  type DeviceRequest,
  type DeviceStore,
  POLL_SECONDS,
} from '../../../lambdas/oauth/device.ts';
import type { NewSession } from '../../../lambdas/sessions/sessions.ts';
import { MemorySessionStore } from './session-store.ts';
import { pair, type State } from './state.ts';

export class MemoryAppStore implements AppStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async find(userId: string, appId: string, now: number): Promise<App | undefined> {
    const app = this.#state.apps.get(pair(userId, appId));
    return app !== undefined && app.expiresAt > now ? app : undefined;
  }

  async list(userId: string, now: number): Promise<App[]> {
    return [...this.#state.apps.values()]
      .filter((app) => app.userId === userId && app.expiresAt > now)
      .toSorted((one, other) => (one.appId < other.appId ? -1 : 1));
  }

  async connect(app: App, _before: App | undefined, _origin: ChangeOrigin): Promise<void> {
    this.#state.apps.set(pair(app.userId, app.appId), app);
  }

  async disconnect({ userId, appId }: App): Promise<void> {
    this.#state.apps.delete(pair(userId, appId));
  }
}

/** Opens the session of a code that is used by it, if the person has not taken back their consent. Throws `conflicting_state`. */
async function open(state: State, session: NewSession, use: (isUsed: boolean) => void): Promise<boolean> {
  const { user, clientId } = session;
  if (clientId !== undefined && !state.apps.has(pair(user.userId, appIdOf({ clientId })))) return false;
  // Before anybody else's turn; taken back where the session is not opened.
  use(true);
  await new MemorySessionStore(state).create(session).catch((error) => {
    use(false);
    throw error;
  });
  return true;
}

export class MemoryCodeStore implements CodeStore {
  readonly #state: State;
  readonly #codes = new Map<string, Code>();

  constructor(state: State) {
    this.#state = state;
  }

  async issue(hash: string, code: Omit<Code, 'sessionId'>): Promise<void> {
    if (this.#codes.has(hash)) throw new Error('The code is there.');
    this.#codes.set(hash, { ...code, sessionId: null });
  }

  async find(hash: string): Promise<Code | undefined> {
    return this.#codes.get(hash);
  }

  async redeem(hash: string, session: NewSession, now: number): Promise<boolean> {
    const code = this.#codes.get(hash);
    if (code === undefined || code.sessionId !== null || code.expiresAt <= now) return false;
    return open(this.#state, session, (isUsed) =>
      this.#codes.set(hash, { ...code, sessionId: isUsed ? session.sessionId : null }),
    );
  }
}

export class MemoryDeviceStore implements DeviceStore {
  readonly #state: State;
  readonly #devices = new Map<string, Device & { readonly polledAt?: number }>();

  constructor(state: State) {
    this.#state = state;
  }

  async begin(hash: string, request: DeviceRequest, now: number): Promise<boolean> {
    const { userCode } = request;
    const isShown = [...this.#devices.values()].some(
      (one) => one.userCode === userCode && one.expiresAt > now,
    );
    if (isShown) return false;
    this.#devices.set(hash, { ...request, hash, state: 'waiting', approval: null, sessionId: null });
    return true;
  }

  async find(hash: string): Promise<Device | undefined> {
    const found = this.#devices.get(hash);
    if (found === undefined) return undefined;
    const { polledAt: _, ...device } = found;
    return device;
  }

  async findWaiting(userCode: string, now: number): Promise<Device | undefined> {
    const found = [...this.#devices.values()].findLast((one) => one.userCode === userCode);
    return found?.state === 'waiting' && found.expiresAt > now ? this.find(found.hash) : undefined;
  }

  async decide(hash: string, approval: Omit<Approval, 'expiresAt'> | null, now: number): Promise<boolean> {
    const device = this.#devices.get(hash);
    if (device?.state !== 'waiting' || device.expiresAt <= now) return false;
    const decided =
      approval === null
        ? { state: 'denied' as const, approval: null }
        : {
            state: 'approved' as const,
            scopes: approval.grant.scopes,
            approval: { ...approval, expiresAt: device.expiresAt },
          };
    this.#devices.set(hash, { ...device, ...decided });
    return true;
  }

  async poll(hash: string, now: number): Promise<boolean> {
    const device = this.#devices.get(hash);
    if (device === undefined || (device.polledAt ?? 0) > now - POLL_SECONDS) return false;
    this.#devices.set(hash, { ...device, polledAt: now });
    return true;
  }

  async redeem(hash: string, session: NewSession, now: number): Promise<boolean> {
    const device = this.#devices.get(hash);
    if (device?.state !== 'approved' || device.expiresAt <= now) return false;
    const used = { ...device, state: 'used' as const, sessionId: session.sessionId };
    return open(this.#state, session, (isUsed) => this.#devices.set(hash, isUsed ? used : device));
  }
}
