import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Guesses } from '../domain/guesses.ts';
import { TokenVerifier } from '../domain/tokens.ts';
import { observe } from '../http/metrics.ts';
import { DynamoDecisionStore } from '../store/decision-store.ts';
import { createDynamoDbHttp } from '../store/dynamodb-http.ts';
import { Facts } from '../store/facts.ts';
import { secretReader } from '../store/secrets-http.ts';
import { authorizer } from './authorize.ts';
import { symmetricKeys } from './symmetric-keys.ts';

const table = variable('TABLE_NAME');
// Longer than a healthy table ever takes: an attempt that is given up may have counted.
const client = createDynamoDbHttp({ attemptTimeoutMs: 2000, deadlineMs: 3000 });
const secrets = LATCHKEY_DEPLOYMENT.tokens.acceptsHs256
  ? symmetricKeys(secretReader(variable('KEYSET_SECRET_ARN')))
  : undefined;

/** Decides every request that takes a credential. */
export const handler = authorizer(
  {
    profile,
    deployment: LATCHKEY_DEPLOYMENT,
    access: LATCHKEY_ACCESS,
    store: new DynamoDecisionStore(client, table, new Facts(client, table)),
    tokens: new TokenVerifier(variable('ISSUER'), secrets),
    guesses: new Guesses(),
    clock: systemClock,
  },
  JSON.parse(variable('USAGE_KEYS')),
  // The template sets it; without it, as in the bench, nothing is written.
  process.env.METRICS_NAMESPACE === undefined ? undefined : observe,
);
