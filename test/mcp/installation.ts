/** MCP's SDK and its conformance suite. They have a lock file of their own: nothing else in the repository needs them. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installLocked } from '../../toolchain/install.ts';

const FOLDER = import.meta.dirname;
const MODULES = join(FOLDER, 'node_modules');

/** Installs them unless they are there: the global setup of this folder's tests. */
export default function install(): void {
  installLocked(FOLDER);
}

/** The command line of the conformance suite. */
export const CONFORMANCE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js');

/** What a client of the SDK saves, and how it shows its user where to go: as far as we use it. */
export interface ClientProvider {
  readonly redirectUrl: string;
  /** The URL of its metadata document; it registers without. */
  readonly clientMetadataUrl?: string;
  readonly clientMetadata: {
    readonly redirect_uris: readonly string[];
    readonly client_name: string;
    readonly token_endpoint_auth_method?: string;
  };
  state(): string;
  clientInformation(): ClientInformation | undefined;
  saveClientInformation(information: ClientInformation): void;
  tokens(): Tokens | undefined;
  saveTokens(tokens: Tokens): void;
  redirectToAuthorization(url: URL): void;
  saveCodeVerifier(verifier: string): void;
  codeVerifier(): string;
}

export interface ClientInformation {
  readonly client_id: string;
  readonly client_secret?: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope?: string;
}

interface Sdk {
  /** Does whatever is next, as the SDK's transports have it do on a 401 or 403. */
  auth(
    provider: ClientProvider,
    options: {
      readonly serverUrl: string;
      readonly authorizationCode?: string;
      readonly scope?: string;
      readonly resourceMetadataUrl?: URL;
    },
  ): Promise<'AUTHORIZED' | 'REDIRECT'>;
  /** What a refusal says in `WWW-Authenticate`. */
  extractWWWAuthenticateParams(response: Response): {
    readonly resourceMetadataUrl?: URL;
    readonly scope?: string;
    readonly error?: string;
  };
}

/** The SDK's client side of OAuth. Its types are not read, so that the repository compiles without it. */
export async function loadSdk(): Promise<Sdk> {
  return (await importFile(join(MODULES, '@modelcontextprotocol/sdk/dist/esm/client/auth.js'))) as Sdk;
}

/** A browser's page, as far as we use it. */
interface BrowserPage {
  goto(url: string): Promise<unknown>;
  url(): string;
  route(
    url: (url: URL) => boolean,
    handle: (route: { fulfill(answer: object): Promise<void> }) => Promise<void>,
  ): Promise<void>;
  waitForURL(url: (url: URL) => boolean): Promise<void>;
  fill(selector: string, value: string): Promise<void>;
  click(selector: string): Promise<void>;
}

/** A browser: each page has cookies of its own. */
export interface Browser {
  newPage(): Promise<BrowserPage>;
  close(): Promise<void>;
}

/** Starts the Chromium that the tests of the pages find. They compile apart from all others, so neither has types here. */
export async function launchChromium(): Promise<Browser> {
  const { chromium } = (await importFile(join(FOLDER, '../browser/tools.ts'))) as { chromium(): string };
  const playwright = (await importFile(join(MODULES, 'playwright-core/index.mjs'))) as {
    chromium: { launch(options: object): Promise<Browser> };
  };
  // As root, as in a container, Chromium has no sandbox.
  return playwright.chromium.launch({ executablePath: chromium(), args: ['--no-sandbox'] });
}

function importFile(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href);
}
