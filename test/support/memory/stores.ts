import type { Stores } from '../tenants.ts';
import { MemoryAccountStore, MemoryLoginStartStore } from './account-store.ts';
import { MemoryBackoffStore, MemorySourceStore } from './attempt-stores.ts';
import { MemoryClaimStore } from './claim-store.ts';
import { MemoryClientStore } from './client-store.ts';
import { MemoryDecisionStore } from './decision-store.ts';
import { MemoryExchangeStore } from './exchange-store.ts';
import { MemoryFactorStore, MemoryPendingStore } from './factor-store.ts';
import { MemoryFlowStore } from './flow-store.ts';
import { MemoryImportStore } from './import-store.ts';
import { MemoryInvitationStore } from './invitation-store.ts';
import { MemoryKeyStore } from './key-store.ts';
import { MemoryLinkStore, MemoryOutboxStore } from './mail-stores.ts';
import { MemoryAppStore, MemoryCodeStore, MemoryDeviceStore } from './oauth-stores.ts';
import { MemoryPeopleStore } from './people-store.ts';
import { MemoryRecoveryStore } from './recovery-store.ts';
import { MemoryRefreshStore } from './refresh-store.ts';
import { MemorySessionStore } from './session-store.ts';
import { MemorySignInStore } from './sign-in-store.ts';
import { State } from './state.ts';
import { MemoryTenantStore, MemoryWorkspaceStore } from './tenancy-stores.ts';

/** All stores in memory, held to those of DynamoDB by the contract suites (`test/<room>/<store>-contract.ts`). */
export interface MemoryStores extends Stores {
  /** What they hold, for what no store brings about. */
  readonly state: State;
}

export function memoryStores(): MemoryStores {
  const state = new State();
  const people = new MemoryPeopleStore(state);
  const [accounts, backoff, sources] = [
    new MemoryAccountStore(state),
    new MemoryBackoffStore(),
    new MemorySourceStore(),
  ];
  const [links, outbox] = [new MemoryLinkStore(state), new MemoryOutboxStore(state)];
  return {
    state,
    accounts,
    starts: new MemoryLoginStartStore({ accounts, backoff, sources }),
    apps: new MemoryAppStore(state),
    backoff,
    codes: new MemoryCodeStore(state),
    devices: new MemoryDeviceStore(state),
    claims: new MemoryClaimStore(state),
    clients: new MemoryClientStore(state),
    factors: new MemoryFactorStore(state),
    pending: new MemoryPendingStore(),
    exchange: new MemoryExchangeStore(state),
    flows: new MemoryFlowStore(),
    imports: new MemoryImportStore(state),
    invitations: new MemoryInvitationStore(people, links, outbox),
    keys: new MemoryKeyStore(state),
    links,
    outbox,
    people,
    recovery: new MemoryRecoveryStore(state),
    refreshTokens: new MemoryRefreshStore(state),
    sessions: new MemorySessionStore(state),
    signIns: new MemorySignInStore(state),
    sources,
    tenants: new MemoryTenantStore(state),
    workspaces: new MemoryWorkspaceStore(state),
    decisions: () => new MemoryDecisionStore(state),
    async publish(version, keys) {
      if (version >= state.control.version) state.control = { ...state.control, version, keys };
    },
  };
}
