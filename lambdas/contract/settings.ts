import type { AccessTable, Method } from './access.ts';
import type { AdvertisedPath } from './advertised.ts';
import type { Branding } from './branding.ts';
import type { ConsoleBuild } from './console.ts';
import type {
  DecisionProfile,
  DecisionSettings,
  Deployment,
  DirectSettings,
  Payload2Settings,
  Sampling,
} from './deployment.ts';
import type { Profile } from './profile.ts';

/*
 * What functions are told at synth, which is all that differs between the deployments of one release: `settings.mjs` beside
 * the code of each, with the settings that it names (lib/function-code.ts). Composition roots import them by `#settings`.
 * Here they are types alone: a function whose file lacks one of them is not loaded. None is a secret.
 *
 * A setting of the same name as a module beside a handler is for that module: null, or false, where the deployment does not
 * have it, and then the module is not in the folder.
 */

export declare const deployment: Deployment;

/** What the configuration says of the profile. */
export declare const profileSettings: Pick<Profile, 'managementPrefix' | 'hasOperators'>;

/** For the authorizer, in place of the profile and the deployment: the parts that decisions read. */
export declare const decision: {
  readonly profile: DecisionProfile;
  readonly deployment: DecisionSettings;
};

/** For the authorizer: what each row takes. */
export declare const access: AccessTable;

/** For the authorizer: the path of the host at which the API answers on its domain; empty for the root. */
export declare const basePath: string;

/** For the authorizer: whether tokens of HS256 keys are accepted. */
export declare const hs256: boolean;

/** For the authorizer: the path of RFC 9728's metadata, where it says the challenges of its refusals. */
export declare const challenges: string | null;

/** For the authorizer: how many allowed decisions have one line of the log, where it is more than one. */
export declare const gathering: number | null;

/** For the authorizer: what API Gateway calls itself. */
export declare const direct: DirectSettings | null;

/** For the authorizer of an HTTP API. */
export declare const payload2: Payload2Settings | null;

/** For the authorizer: whether a path rule is observed. */
export declare const observed: boolean;

/** For the authorizer: which decisions have a span. */
export declare const traced: Sampling | null;

/** For who serves pages and writes mails. */
export declare const branding: Branding;

/** The OpenAPI document, but for the URL that it is served by. */
export declare const openApi: { readonly openapi: string };

/** The rows that metadata mention. */
export declare const advertised: readonly AdvertisedPath[];

/** The methods of every path that is ours. */
export declare const methods: Readonly<Record<string, readonly Method[]>>;

/** What the console's page is told when it is built; null where it is not served. */
export declare const consoleBuild: ConsoleBuild | null;
