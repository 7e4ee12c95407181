/** What the page is told of its deployment, by `lambdas/console/settings.ts`. */
export interface Settings {
  /** The API's URL, without a slash at its end. */
  readonly url: string;
  /** Paths of the default contract, by `METHOD /path`, that are elsewhere here; null for what there is not. */
  readonly paths: Readonly<Record<string, string | null>>;
  /** The path of the upstream at which a first call is made. */
  readonly first_call: string;
  readonly brand: {
    readonly name: string;
    readonly has_logo: boolean;
    readonly color: string;
    readonly dark_color: string;
    readonly on_color: string;
    readonly on_dark_color: string;
  };
  readonly keys: {
    readonly prefix: string;
    readonly environments: readonly string[];
    readonly default_expiry_days: number | null;
    readonly max_expiry_days: number;
    readonly default_scopes: readonly string[] | null;
    /** What the contract calls the name of a key. */
    readonly name_field: string;
    /** Whether who made a key can see it again. */
    readonly is_revealed: boolean;
  };
  readonly credentials: readonly string[];
  readonly scopes: readonly Scope[];
  readonly roles: readonly { readonly name: string; readonly scopes: readonly string[] }[];
  /** The scope that each area of the API takes. */
  readonly area_scopes: Readonly<Record<Area, string>>;
  readonly tiers: Readonly<
    Record<
      string,
      {
        readonly key_requests_per_minute: number;
        /** Keys that a tenant may have. */
        readonly keys: number;
        /** Null for no quota. */
        readonly monthly_quota: number | null;
        /** Of the tenant, all keys together; null where that is not known. */
        readonly requests_per_minute: number | null;
      }
    >
  >;
  /** Of each test key, whatever the plan. */
  readonly test_key_requests_per_minute: number;
  readonly refreshes: boolean;
}

export type Area = 'reading' | 'keys' | 'people' | 'settings' | 'audit' | 'transfer';

export interface Scope {
  readonly name: string;
  readonly description: string;
  readonly includes: readonly string[];
  readonly is_managing: boolean;
}

const block = document.getElementById('settings')?.textContent;
if (!block) throw new Error('the page was served without its settings');

export const settings: Settings = JSON.parse(block);

/** The path of the API before all of ours: the stage's, or empty. */
export const basePath = new URL(settings.url).pathname.replace(/\/$/, '');

/** Where the console is. */
export const consolePath = `${basePath}/console`;

/** Whether scopes cover one, by what they include. */
export function covers(scopes: readonly string[], wanted: string): boolean {
  return scopes.some(
    (scope) =>
      scope === wanted ||
      settings.scopes.find(({ name }) => name === scope)?.includes.includes(wanted) === true,
  );
}
