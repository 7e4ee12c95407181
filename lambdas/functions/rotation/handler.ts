import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { deployment } from '#settings';
import { systemClock } from '../../kernel/clock.ts';
import { counted, observe } from '../../kernel/metrics.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { ControlStore } from '../../signing/control-store.ts';
import { type RotationContext, type RotationEvent, rotate } from '../../signing/rotation-client.ts';

const tokens = { use: 'token', secretId: variable('KEYSET_SECRET_ARN') } as const;
const assertions = {
  use: 'assertion',
  secretId: variable('ASSERTION_SECRET_ARN'),
  predecessorId: tokens.secretId,
} as const;
const context: Omit<RotationContext, 'use' | 'secretId'> = {
  // Deadlines inside the function's own.
  secrets: new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  }),
  control: new ControlStore(new Table(variable('TABLE_NAME'))),
  plan: {
    tokenAlgorithm: deployment.tokens.algorithm,
    tokenSeconds: deployment.tokens.accessSeconds,
  },
  clock: systemClock,
};

/** Rotates the keyset of a use, one step a call. */
export async function handler(event: RotationEvent): Promise<void> {
  const fields = { rotation: event.Step, secret: event.SecretId, version: event.ClientRequestToken };
  try {
    // One that is of neither is refused.
    await rotate(event, { ...context, ...(event.SecretId === assertions.secretId ? assertions : tokens) });
  } catch (error) {
    const metrics = counted('Rotations');
    observe({ fields: { level: 'ERROR', ...fields }, dimensions: { outcome: 'failed' }, metrics });
    throw error;
  }
  // A rotation is done with its last step.
  const metrics = event.Step === 'finishSecret' ? counted('Rotations') : [];
  observe({ fields: { level: 'INFO', ...fields }, dimensions: { outcome: 'done' }, metrics });
}
