import type { Flow, FlowStore } from '../../../lambdas/providers/flows.ts';

export class MemoryFlowStore implements FlowStore {
  readonly #flows = new Map<string, Flow>();

  async begin(hash: string, flow: Flow): Promise<void> {
    this.#flows.set(hash, flow);
  }

  async take(hash: string, { providerId, browser }: Pick<Flow, 'providerId' | 'browser'>, now: number) {
    const flow = this.#flows.get(hash);
    if (flow?.providerId !== providerId || flow.browser !== browser || flow.expiresAt <= now)
      return undefined;
    this.#flows.delete(hash);
    return { goesTo: flow.goesTo, uiLocales: flow.uiLocales };
  }
}
