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

const facts = new Facts(client, table);
// Modules beside this one, which only such deployments have (lib/bundle.ts).
const direct = LATCHKEY_HAS_DIRECT
  ? (await import('./direct.ts')).direct(
      LATCHKEY_DIRECT,
      issuers[0] ?? '',
      () => facts.control(),
      systemClock,
    )
  : undefined;
const observed = LATCHKEY_HAS_OBSERVED
  ? (await import('./observed.ts')).observed(deployment.pathScopes, LATCHKEY_ACCESS, systemClock)
  : undefined;

const decide = authorizer(
  {
    profile,
    deployment,
    access: LATCHKEY_ACCESS,
    store: new DynamoDecisionStore(client, table, facts),
    tokens: new TokenVerifier(issuers, secrets),
    guesses: new Guesses(),
    clock: systemClock,
  },
  JSON.parse(variable('USAGE_KEYS')),
  {
    // The template sets it; without it, as in the bench, nothing is written.
    observe:
      process.env.METRICS_NAMESPACE === undefined
        ? undefined
        : LATCHKEY_ALLOWED_PER_LINE === 1
          ? observe
          : gathering(LATCHKEY_ALLOWED_PER_LINE, observe),
    challenge:
      LATCHKEY_RESOURCE_METADATA === null ? undefined : challenges(issuers[0] + LATCHKEY_RESOURCE_METADATA),
    settle:
      LATCHKEY_HAS_DIRECT || LATCHKEY_HAS_OBSERVED
        ? async (decision, request, requestId) =>
            direct?.(decision, request, requestId) ?? {
              decision: observed?.(decision, request) ?? decision,
            }
        : undefined,
  },
);

/** Decides every request that takes a credential. */
export const handler =
  LATCHKEY_HAS_TRACED && LATCHKEY_SAMPLING !== null
    ? (await import('./traced.ts')).traced(decide, LATCHKEY_SAMPLING)
    : decide;
