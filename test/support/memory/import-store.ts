import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { ApiKey } from '../../../lambdas/keys/api-key.ts';
import { isImported } from '../../../lambdas/keys/key-format.ts';
import type { KeyIssue } from '../../../lambdas/keys/keys.ts';
import { type ImportStore, MAX_IMPORTED_KEYS, type Presence } from '../../../lambdas/transfer/import.ts';
import { storedKey } from './key-store.ts';
import { pair, type State } from './state.ts';

export class MemoryImportStore implements ImportStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async presence(issues: readonly KeyIssue[]): Promise<Presence[]> {
    return issues.map(({ key }) => this.#presenceOf(key));
  }

  async create(issues: readonly KeyIssue[]): Promise<boolean> {
    const [tenantId] = issues.map(({ key }) => key.tenantId);
    if (tenantId === undefined) return true;
    const imported = this.#state.aliveKeys(tenantId).filter(({ key }) => isImported(key.locator));
    if (imported.length + issues.length > MAX_IMPORTED_KEYS) throw new Problem('limit_reached');
    const isOpen = ({ key }: KeyIssue) =>
      this.#state.workspaces.get(pair(key.tenantId, key.workspaceId))?.state === 'active';
    if (!issues.every((issue) => isOpen(issue) && this.#presenceOf(issue.key) === 'absent')) return false;
    for (const issue of issues) this.#state.keys.set(issue.key.locator, storedKey(issue));
    return true;
  }

  async contest({ key: { locator, tenantId } }: KeyIssue): Promise<void> {
    const stored = this.#state.keys.get(locator);
    if (stored === undefined || stored.key.tenantId === tenantId || stored.key.state === 'revoked') return;
    this.#state.keys.set(locator, {
      ...stored,
      key: { ...stored.key, state: 'disabled', isContested: true },
    });
  }

  async settle({ key: { locator } }: KeyIssue): Promise<void> {
    const stored = this.#state.keys.get(locator);
    if (stored === undefined || !stored.key.isContested || stored.key.state !== 'disabled') return;
    this.#state.keys.set(locator, { ...stored, key: { ...stored.key, state: 'active', isContested: false } });
  }

  async withdraw({ key: { locator } }: KeyIssue): Promise<void> {
    this.#state.keys.delete(locator);
  }

  async admitImportedKeys(): Promise<void> {
    this.#state.control = { ...this.#state.control, importedKeys: true };
  }

  #presenceOf({ locator, tenantId, id }: ApiKey): Presence {
    const byHash = this.#state.keys.get(locator)?.key;
    if (byHash !== undefined && byHash.tenantId !== tenantId) return 'foreign';
    const byId = [...this.#state.keys.values()].find(({ key }) => key.tenantId === tenantId && key.id === id);
    if (byHash === undefined && byId === undefined) return 'absent';
    if (byHash?.id !== id) return 'taken';
    if (byHash.state === 'revoked') return 'revoked';
    return byHash.isContested ? 'contested' : 'same';
  }
}
