import { DynamoDecisionStore } from '../../access/decision-store.ts';
import { Facts } from '../../access/facts.ts';
import { Guesses } from '../../access/guesses.ts';
import { authorizer } from '../../http/authorize.ts';
import { challenges } from '../../http/challenge.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createDynamoDbHttp } from '../../kernel/dynamodb-http.ts';
import { gathering, observe } from '../../kernel/metrics.ts';
import { secretReader } from '../../kernel/secrets-http.ts';
import { variable } from '../../kernel/variables.ts';
import { symmetricKeys } from '../../signing/symmetric-keys.ts';
import { TokenVerifier } from '../../signing/tokens.ts';

const table = variable('TABLE_NAME');
// Longer than a healthy table ever takes: an attempt that is given up may have counted.
const client = createDynamoDbHttp({ attemptTimeoutMs: 2000, deadlineMs: 3000 });
const { profile, deployment } = LATCHKEY_DECISION;
// The API's own URL comes first.
const issuers = variable('ACCEPTED_ISSUERS').split(' ');
const secrets = LATCHKEY_ACCEPTS_HS256
  ? symmetricKeys(secretReader(variable('KEYSET_SECRET_ARN')))
  : undefined;

const decide = authorizer(
  {
    profile,
    deployment,
    access: LATCHKEY_ACCESS,
    store: new DynamoDecisionStore(client, table, new Facts(client, table)),
    tokens: new TokenVerifier(issuers, secrets),
    guesses: new Guesses(),
    clock: systemClock,
  },
  JSON.parse(variable('USAGE_KEYS')),
  // The template sets it; without it, as in the bench, nothing is written.
  process.env.METRICS_NAMESPACE === undefined
    ? undefined
    : LATCHKEY_ALLOWED_PER_LINE === 1
      ? observe
      : gathering(LATCHKEY_ALLOWED_PER_LINE, observe),
  LATCHKEY_RESOURCE_METADATA === null ? undefined : challenges(issuers[0] + LATCHKEY_RESOURCE_METADATA),
);

/** Decides every request that takes a credential. */
export const handler =
  LATCHKEY_HAS_TRACED && LATCHKEY_SAMPLING !== null
    ? (await import('./traced.ts')).traced(decide, LATCHKEY_SAMPLING)
    : decide;
