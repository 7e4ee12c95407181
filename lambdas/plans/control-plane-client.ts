import {
  type APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  LimitExceededException,
  NotFoundException,
  UnauthorizedException,
} from '@aws-sdk/client-api-gateway';
import { Pace, TIME, type Time } from './pace.ts';

/** The most of a page (API reference, `GetApiKeys`, `GetUsagePlanKeys`). */
const PAGE = 500;

/**
 * Half of what an account's control plane takes: ten calls a second, of which five may make a key and five delete one
 * (API Gateway, "Quotas"). Deployments and other people share it, and go on beside us.
 */
const CALLS = { ratePerSecond: 5, burst: 10 };
const CHANGES = { ratePerSecond: 2.5, burst: 2 };

/** The control plane cannot answer now: too many calls, a fault of its own, or no time left. The run ends. */
export class ControlPlaneUnavailable extends Error {
  override readonly name = 'ControlPlaneUnavailable';
}

/** An API key of the account, as a listing shows it. Its value stays where it is: others' are secrets. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** The calls of API Gateway's control plane that usage keys take, no faster than is our share. */
export class ControlPlane {
  readonly #client: APIGatewayClient;
  readonly #deadline: AbortSignal;
  readonly #calls: Pace;
  readonly #creations: Pace;
  readonly #deletions: Pace;

  /**
   * @param deadline ends what is under way when the run's time is over
   * @param changes how fast keys are made, and how fast deleted
   */
  constructor(client: APIGatewayClient, deadline: AbortSignal, time: Time = TIME, changes = CHANGES) {
    this.#client = client;
    this.#deadline = deadline;
    this.#calls = new Pace(CALLS.ratePerSecond, CALLS.burst, time);
    this.#creations = new Pace(changes.ratePerSecond, changes.burst, time);
    this.#deletions = new Pace(changes.ratePerSecond, changes.burst, time);
  }

  /** Every API key of the account in the Region. */
  async keys(): Promise<ListedKey[]> {
    const keys = await this.#all((position, abortSignal) =>
      this.#client.send(new GetApiKeysCommand({ limit: PAGE, position }), { abortSignal }),
    );
    return keys.map(({ id = '', name = '', enabled = false, createdDate }) => ({
      id,
      name,
      enabled,
      createdAt: Math.floor((createdDate?.getTime() ?? 0) / 1000),
    }));
  }

  /** The ids of the keys in a plan; undefined when there is no such plan. */
  async keysIn(usagePlanId: string): Promise<Set<string> | undefined> {
    try {
      const keys = await this.#all((position, abortSignal) =>
        this.#client.send(new GetUsagePlanKeysCommand({ usagePlanId, limit: PAGE, position }), {
          abortSignal,
        }),
      );
      return new Set(keys.flatMap(({ id }) => id ?? []));
    } catch (error) {
      if (error instanceof NotFoundException) return undefined;
      throw error;
    }
  }

  /**
   * Makes a key whose value is its name. `exists` when there is one: the next listing shows it. `full` when the
   * account can have no more.
   */
  async create(name: string, description: string): Promise<{ readonly id: string } | 'exists' | 'full'> {
    await this.#creations.turn();
    try {
      const command = new CreateApiKeyCommand({ name, value: name, description, enabled: true });
      const { id = '' } = await this.#send((abortSignal) => this.#client.send(command, { abortSignal }));
      return { id };
    } catch (error) {
      if (error instanceof ConflictException) return 'exists';
      if (error instanceof LimitExceededException) return 'full';
      throw error;
    }
  }

  /** Puts a key into a plan. False when it cannot be now: it is gone, or in a plan already; the next listing tells. */
  async attach(usagePlanId: string, keyId: string): Promise<boolean> {
    try {
      const command = new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' });
      await this.#send((abortSignal) => this.#client.send(command, { abortSignal }));
      return true;
    } catch (error) {
      if (error instanceof ConflictException || error instanceof NotFoundException) return false;
      throw error;
    }
  }

  /** Deletes a key, which takes it out of its plan; one that is gone is as good. */
  async delete(apiKey: string): Promise<void> {
    await this.#deletions.turn();
    try {
      await this.#send((abortSignal) =>
        this.#client.send(new DeleteApiKeyCommand({ apiKey }), { abortSignal }),
      );
    } catch (error) {
      if (!(error instanceof NotFoundException)) throw error;
    }
  }

  /** Everything that a listing has, page by page. */
  async #all<Listed>(
    read: (
      position: string | undefined,
      abortSignal: AbortSignal,
    ) => Promise<{ readonly items?: Listed[] | undefined; readonly position?: string | undefined }>,
  ): Promise<Listed[]> {
    const all: Listed[] = [];
    let position: string | undefined;
    do {
      const page = await this.#send((abortSignal) => read(position, abortSignal));
      all.push(...(page.items ?? []));
      position = page.position;
    } while (position !== undefined);
    return all;
  }

  async #send<Output>(call: (abortSignal: AbortSignal) => Promise<Output>): Promise<Output> {
    await this.#calls.turn();
    if (this.#deadline.aborted) throw new ControlPlaneUnavailable('The time of the run is over.');
    try {
      return await call(this.#deadline);
    } catch (error) {
      if (answered(error)) throw error;
      throw new ControlPlaneUnavailable('API Gateway does not answer.', { cause: error });
    }
  }
}

/** Whether an error is an answer about the call itself; everything else is about the service, or the way to it. */
function answered(error: unknown): boolean {
  if (error instanceof LimitExceededException || error instanceof UnauthorizedException) return true;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}
