/** What is known of the console when it is built: `lib` says it, the function that serves the page passes it on. */
export interface ConsoleBuild {
  /**
   * Paths of the default contract that the profile has elsewhere, by `METHOD /path`: the console is written against the
   * default's. Null for one that the profile does not have.
   */
  readonly paths: Readonly<Record<string, string | null>>;
  /** What API Gateway lets a tenant of each tier do: requests a month, null for no quota, and in a minute. */
  readonly plans: Readonly<
    Record<string, { readonly monthlyQuota: number | null; readonly perMinute: number }>
  >;
  /** The path of the upstream at which a first call is made. */
  readonly firstCall: string;
}
