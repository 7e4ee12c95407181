import {
  access,
  basePath,
  challenges,
  decision,
  direct,
  gathering,
  hs256,
  observed,
  payload2,
  traced,
} from '#settings';
import { DynamoDecisionStore } from '../../access/decision-store.ts';
import { Facts } from '../../access/facts.ts';
import { Guesses } from '../../access/guesses.ts';
import { authorizer } from '../../http/authorize.ts';
import { challenges as challengesFrom } from '../../http/challenge.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createDynamoDbHttp } from '../../kernel/dynamodb-http.ts';
import { CONTROL_KEY } from '../../kernel/item-keys.ts';
import { type Observation, observe } from '../../kernel/metrics.ts';
import { readied } from '../../kernel/ready.ts';
import { variable } from '../../kernel/variables.ts';
import { TokenVerifier } from '../../signing/tokens.ts';

const table = variable('TABLE_NAME');
// Longer than a healthy table ever takes: an attempt that is given up may have counted.
const client = createDynamoDbHttp({ attemptTimeoutMs: 2000, deadlineMs: 3000 });
// The API's own URL comes first.
const issuers = variable('ACCEPTED_ISSUERS').split(' ');
const [issuer = ''] = issuers;
const facts = new Facts(client, table);

// Modules beside this one, which only such deployments have and load (lib/function-code.ts).
const secrets = hs256 ? (await import('./hs256.ts')).secretKeys() : undefined;
const settleDirect = direct
  ? (await import('./direct.ts')).direct(direct, issuer, () => facts.control(), systemClock)
  : undefined;
const settleObserved = observed
  ? (await import('./observed.ts')).observed(decision.deployment.pathScopes, access, systemClock)
  : undefined;
const namespace = process.env.METRICS_NAMESPACE;
const tell = (observation: Observation) => observe(observation, namespace);
const write = gathering ? (await import('./gathering.ts')).gathering(gathering, tell) : tell;

const decide = authorizer(
  {
    ...decision,
    access,
    store: new DynamoDecisionStore(client, table, facts),
    tokens: new TokenVerifier(issuers, secrets),
    guesses: new Guesses(),
    clock: systemClock,
  },
  JSON.parse(variable('USAGE_KEYS')),
  {
    basePath,
    // The template sets it; without it, as in the bench, nothing is written.
    observe: namespace ? write : undefined,
    challenge: challenges ? challengesFrom(issuer + challenges) : undefined,
    settle: (decided, request, requestId) =>
      settleDirect?.(decided, request, requestId) ?? {
        decision: settleObserved?.(decided, request) ?? decided,
      },
  },
);

const inSpan = traced ? (await import('./traced.ts')).traced(decide, traced) : decide;

// Of what is read nothing is kept: no copy is older than the first event.
await readied(() =>
  client.batchGetItem({ RequestItems: { [table]: { Keys: [CONTROL_KEY], ConsistentRead: true } } }),
);

/** Decides every request that takes a credential. */
export const handler = payload2 ? (await import('./payload2.ts')).payload2(inSpan, payload2) : inSpan;
