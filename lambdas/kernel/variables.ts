/** Variables that the template sets, as only CloudFormation knows their values. */
export interface Variables {
  readonly TABLE_NAME: string;
  /** The secret that holds the keyset. */
  readonly KEYSET_SECRET_ARN: string;
  readonly ASSERTION_SECRET_ARN: string;
  /** `iss` of our tokens: the API's public URL without a trailing slash, the domain's when there is one. */
  readonly ISSUER: string;
  /** Every `iss` of our tokens that is accepted, separated by blanks: `ISSUER`, and what it was before. */
  readonly ACCEPTED_ISSUERS: string;
  /** Where the functions' metrics are found in CloudWatch: one namespace a stack. */
  readonly METRICS_NAMESPACE: string;
  /** The URL of the OpenTelemetry collector, and the milliseconds that a request waits for it, where there is one. */
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string;
  readonly OTEL_EXPORTER_OTLP_TIMEOUT: string;
  /** JSON: the usage keys that the stack itself has (`UsageKeys`). */
  readonly USAGE_KEYS: string;
  /** The name of the function that fetches metadata documents of OAuth clients. */
  readonly FETCHER_FUNCTION: string;
  /** The name of the function that sends mails. */
  readonly MAILER_FUNCTION: string;
  /** The table of encrypted keys, and the key in KMS that encrypts them: where they can be revealed. */
  readonly VAULT_TABLE: string;
  readonly VAULT_KEY_ARN: string;
  readonly FACTOR_KEY_ARN: string;
  /** The table of what a restore must not bring back. */
  readonly LEDGER_TABLE: string;
  /** JSON: the ARNs of the secrets by which we prove to identity providers who we are, by the provider's id. */
  readonly PROVIDER_SECRET_ARN: string;
  /** JSON: the stack's usage plans, as the reconciler reads them. */
  readonly USAGE_PLANS: string;
}

/** Reads a variable that the template must set. Throws when it does not: at start, not at the first request. */
export function variable(name: keyof Variables): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The variable ${name} is not set.`);
  return value;
}
