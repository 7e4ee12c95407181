import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { DynamoDecisionStore } from '../lambdas/access/decision-store.ts';
import { Facts } from '../lambdas/access/facts.ts';
import { Guesses } from '../lambdas/access/guesses.ts';
import { authorizer } from '../lambdas/http/authorize.ts';
import { systemClock } from '../lambdas/kernel/clock.ts';
import { createDynamoDbHttp } from '../lambdas/kernel/dynamodb-http.ts';
import { TokenVerifier } from '../lambdas/signing/tokens.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../test/support/dynamodb-engine.ts';
import { authorizerEnvironment, decideOnce, keyEvent, loadAuthorizer } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import { type CountingProxy, startCountingProxy, totalCalls } from './counting-proxy.ts';
import { type Identity, ISSUER } from './identities.ts';

/** A few hundred decisions a second, for longer than two lives of the facts (2 s each). */
const HOT = { decisionsPerSecond: 250, seconds: 4.5 };

/** Four days of a job that runs every hour, so that old counts are swept several times. */
const HOURS = 96;

export interface CallsResult {
  /** DynamoDB calls per decision of a key in steady use. */
  readonly hot: number;
  readonly hotDecisionsPerSecond: number;
  /** Of a key that is used once an hour. */
  readonly hourly: number;
}

/** Counts the calls that really arrive, everything included: the write, the facts and the sweeps. */
export async function countCalls(
  bundle: AuthorizerBundle,
  tableName: string,
  endpoint: string,
  newIdentity: (name: string) => Promise<Identity>,
): Promise<CallsResult> {
  const proxy = await startCountingProxy(endpoint);
  try {
    const hot = await countHot(bundle, tableName, proxy, await newIdentity('hot'));
    const hourly = await countHourly(bundle, tableName, proxy, await newIdentity('hourly'));
    return { ...hot, hourly };
  } finally {
    await proxy.stop();
  }
}

/** The bundle, at a steady pace in real time. */
async function countHot(
  bundle: AuthorizerBundle,
  tableName: string,
  proxy: CountingProxy,
  { key }: Identity,
): Promise<Pick<CallsResult, 'hot' | 'hotDecisionsPerSecond'>> {
  const handler = await loadAuthorizer(bundle.file, authorizerEnvironment(tableName, proxy.endpoint));
  const event = keyEvent(key);
  await decideOnce(handler, event);
  const before = totalCalls(proxy);
  const start = performance.now();
  let decisions = 0;
  for (let elapsed = 0; elapsed < HOT.seconds; elapsed = (performance.now() - start) / 1000) {
    if (decisions < elapsed * HOT.decisionsPerSecond) {
      await decideOnce(handler, event);
      decisions += 1;
    } else {
      await sleep(1);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  return {
    hot: (totalCalls(proxy) - before) / decisions,
    hotDecisionsPerSecond: Math.round(decisions / seconds),
  };
}

/** The same parts as the bundle's, with clocks that move on by an hour between two decisions. */
async function countHourly(
  { settings: { profile }, deployment, access }: AuthorizerBundle,
  tableName: string,
  proxy: CountingProxy,
  { key }: Identity,
): Promise<number> {
  let hours = 0;
  const client = createDynamoDbHttp({
    endpoint: proxy.endpoint,
    region: ENGINE_REGION,
    credentials: () => ENGINE_CREDENTIALS,
  });
  const facts = new Facts(client, tableName, () => performance.now() + hours * 3_600_000);
  const decide = authorizer(
    {
      profile,
      deployment,
      access,
      store: new DynamoDecisionStore(client, tableName, facts),
      tokens: new TokenVerifier(ISSUER),
      guesses: new Guesses(),
      clock: () => systemClock() + hours * 3600,
    },
    { initial: 'i'.repeat(40), other: 'o'.repeat(40), sandbox: 's'.repeat(40), exhausted: 'e'.repeat(40) },
  );
  const before = totalCalls(proxy);
  for (; hours < HOURS; hours += 1) {
    await decideOnce((event) => decide(event as APIGatewayRequestAuthorizerEvent), keyEvent(key));
  }
  return (totalCalls(proxy) - before) / HOURS;
}
