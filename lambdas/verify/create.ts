import { DynamoDecisionStore } from '../access/decision-store.ts';
import { Facts } from '../access/facts.ts';
import { Guesses } from '../access/guesses.ts';
import type { VerifySettings } from '../contract/verify-settings.ts';
import { systemClock } from '../kernel/clock.ts';
import { createDynamoDbHttp } from '../kernel/dynamodb-http.ts';
import { secretReader } from '../kernel/secrets-http.ts';
import { symmetricKeys } from '../signing/symmetric-keys.ts';
import { TokenVerifier } from '../signing/tokens.ts';
import { type CredentialsProvider, ownCredentials, remembering } from './credentials.ts';
import { verifySettings } from './settings.ts';
import { Verifier, type VerifierChoices } from './verifier.ts';

export interface VerifierOptions extends VerifierChoices {
  /** The deployment. @default - the variable `LATCHKEY_VERIFY`, which `grantVerify` writes */
  readonly settings?: VerifySettings;
  /** Credentials of AWS. @default - Lambda's variables, else the endpoint of the container (ECS, EKS Pod Identity) */
  readonly credentials?: CredentialsProvider;
  /** The URL of DynamoDB. @default - AWS_ENDPOINT_URL_DYNAMODB, then AWS_ENDPOINT_URL, then the Region's own */
  readonly endpoint?: string;
}

/**
 * Makes the verifier of a service: one a process, as it keeps connections and copies of facts, of which none is older than
 * two seconds. Throws a `SettingsError` where settings, rules or credentials are missing or wrong.
 */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  const { settings: given, credentials: provider, endpoint, ...choices } = options;
  const settings = verifySettings(given);
  const { table, region, issuers, profile, deployment, errorBody, keysetSecretArn } = settings;
  const { metricsNamespace, allowedDecisionsPerLogLine = 1 } = settings;
  const credentials = remembering(provider ?? ownCredentials());
  // Times as the authorizer has them: an attempt that is given up may have counted.
  const client = createDynamoDbHttp({
    region,
    credentials,
    attemptTimeoutMs: 2000,
    deadlineMs: 3000,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const secrets =
    keysetSecretArn === null
      ? undefined
      : symmetricKeys(secretReader(keysetSecretArn, { region, credentials }));
  const facts = new Facts(client, table);
  const context = {
    profile,
    deployment,
    errorBody,
    metricsNamespace,
    allowedDecisionsPerLogLine,
    store: new DynamoDecisionStore(client, table, facts),
    tokens: new TokenVerifier([...issuers], secrets),
    guesses: new Guesses(),
    clock: systemClock,
  };
  return new Verifier(context, { resourceMetadataUrl: settings.resourceMetadataUrl, ...choices });
}
