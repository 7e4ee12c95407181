import type { DecisionProfile, DecisionSettings } from './deployment.ts';

/** The variable that holds {@link VerifySettings} as JSON: `Latchkey.grantVerify` sets it, `latchkey/verify` reads it. */
export const VERIFY_VARIABLE = 'LATCHKEY_VERIFY';

/** What a process of the team's own needs to decide as the authorizer does. No secret is in it. */
export interface VerifySettings {
  /** Of this shape: a reader refuses one that it does not know. */
  readonly version: 1;
  /** The name of the table, and the Region that it is in. */
  readonly table: string;
  readonly region: string;
  /** Every `iss` of tokens that are accepted; the first is the API's public URL, which issues them. */
  readonly issuers: readonly string[];
  readonly profile: DecisionProfile;
  readonly deployment: DecisionSettings;
  /** The secret with the keys that sign tokens, where HS256 signs or has signed them; null where public keys will do. */
  readonly keysetSecretArn: string | null;
  /** The URL of the metadata of the API as a protected resource (RFC 9728), for challenges; null where it has none. */
  readonly resourceMetadataUrl: string | null;
  /** The namespace in CloudWatch of the metrics of decisions. */
  readonly metricsNamespace: string;
}
