import { randomUUID } from 'node:crypto';
import type { StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import type { Functions } from '../lambda/functions.ts';
import type { Logger } from '../log.ts';
import type { Schedule } from '../schedules.ts';
import { CURRENT, moveStage, PENDING, type Secret, versionWith } from './secret.ts';
import type { SecretStore } from './store.ts';

/** The steps in which a rotation function is called (Secrets Manager user guide, rotate-secrets_lambda-functions). */
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

interface ScheduleProperties {
  readonly SecretId: string;
  readonly RotationLambdaARN?: string;
  readonly RotateImmediatelyOnUpdate?: boolean;
  readonly RotationRules?: { readonly AutomaticallyAfterDays?: number; readonly ScheduleExpression?: string };
}

/** Rotates secrets by their functions: when a schedule is first deployed, when it is due, and when someone asks. */
export class SecretRotation {
  readonly #store: SecretStore;
  readonly #functions: Functions;
  readonly #log: Logger;
  readonly #running = new Map<string, Promise<void>>();

  constructor(store: SecretStore, functions: Functions, log: Logger) {
    this.#store = store;
    this.#functions = functions;
    this.#log = log;
  }

  /** Attaches the template's schedules. A secret that was never rotated is, unless the template says otherwise. */
  async deploy(template: StackTemplate): Promise<void> {
    for (const { logicalId, properties } of template.ofType<ScheduleProperties>(
      'AWS::SecretsManager::RotationSchedule',
    )) {
      if (properties.RotationLambdaARN === undefined) {
        template.unserved(`${logicalId} names no rotation function; hosted rotation is not emulated`);
        continue;
      }
      const secret = this.#store.get(properties.SecretId);
      const days = properties.RotationRules?.AutomaticallyAfterDays;
      const scheduleExpression = properties.RotationRules?.ScheduleExpression ?? `rate(${days ?? 30} days)`;
      const rotation = { ...secret.rotation, functionArn: properties.RotationLambdaARN, scheduleExpression };
      this.#store.save({ ...secret, rotation });
      const immediately = properties.RotateImmediatelyOnUpdate !== false;
      if (immediately && rotation.lastRotatedEpochMilliseconds === undefined) await this.rotate(secret.arn);
    }
  }

  /** One schedule for each secret that has a rotation. */
  schedules(): Schedule[] {
    return this.#store.all().flatMap(({ arn, rotation }) =>
      rotation === undefined
        ? []
        : [
            {
              name: `rotation of ${arn}`,
              expression: rotation.scheduleExpression,
              since: rotation.lastRotatedEpochMilliseconds ?? this.#store.now(),
              run: () => this.rotate(arn),
            },
          ],
    );
  }

  /** Starts a rotation, unless one of this secret runs, and does not wait for it. */
  start(arn: string, token?: string): void {
    this.rotate(arn, token).catch((error: Error) => this.#log.error(error.message));
  }

  /** Runs the four steps. Rejects when a step fails; the pending version stays, and the next rotation goes on with it. */
  rotate(arn: string, token: string = randomUUID()): Promise<void> {
    const running = this.#running.get(arn);
    if (running !== undefined) return running;
    const rotation = this.#run(arn, token).finally(() => this.#running.delete(arn));
    this.#running.set(arn, rotation);
    return rotation;
  }

  async #run(arn: string, newToken: string): Promise<void> {
    const token = this.#announce(this.#store.get(arn), newToken);
    for (const Step of STEPS) {
      const { rotation } = this.#store.get(arn);
      if (rotation === undefined) throw new LocalStackError(`${arn} has no rotation`);
      const event = { Step, SecretId: arn, ClientRequestToken: token };
      const invocation = await this.#functions.invoke(rotation.functionArn, event);
      if (invocation.kind !== 'returned') {
        const reason = invocation.kind === 'failed' ? invocation.error.errorMessage : invocation.kind;
        throw new LocalStackError(`the rotation of ${arn} failed in ${Step}: ${reason}`);
      }
    }
    this.#finish(this.#store.get(arn), token);
  }

  /** The service labels the new version before the first step, so that a function sees its token staged. */
  #announce(secret: Secret, newToken: string): string {
    const pending = versionWith(secret, PENDING);
    if (pending !== undefined && pending !== versionWith(secret, CURRENT)) return pending;
    const version = { createdEpochMilliseconds: this.#store.now(), stages: [] };
    const announced = { ...secret, versions: { ...secret.versions, [newToken]: version } };
    this.#store.save(moveStage(announced, PENDING, newToken));
    return newToken;
  }

  #finish(secret: Secret, token: string): void {
    if (secret.rotation === undefined) return;
    if (versionWith(secret, CURRENT) !== token) {
      throw new LocalStackError(`the rotation of ${secret.arn} ended without making its version ${CURRENT}`);
    }
    const rotation = { ...secret.rotation, lastRotatedEpochMilliseconds: this.#store.now() };
    this.#store.save({ ...moveStage(secret, PENDING, undefined), rotation });
    this.#log.info(`rotated ${secret.name}`);
  }
}
