import type { PlacedOrigin } from '../audit/entries.ts';
import type { Client, Clients } from '../clients/client.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { requireCsrf } from '../signin/csrf.ts';
import { signInPath } from '../signin/paths.ts';
import type { SignedIn } from '../signin/sign-in.ts';
import type { Workspace } from '../tenancy/workspace.ts';
import type { WorkspaceStore } from '../tenancy/workspaces.ts';
import { type App, appIdOf } from './app.ts';
import {
  type AuthorizationParameters,
  type AuthorizationRequest,
  addressed,
  answerLocation,
  errorLocation,
  requireValid,
} from './authorization-request.ts';
import { CODE_SECONDS, type CodeStore, type Consenter, hashCode, newCode } from './codes.ts';
import { type AppStore, isCovered, rememberConsent } from './consent.ts';
import { AuthorizationError } from './oauth-error.ts';
import { grantableScopes } from './scopes.ts';

export interface AuthorizeContext {
  readonly issuer: string;
  readonly profile: Profile;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly clients: Clients;
  readonly apps: AppStore;
  readonly codes: CodeStore;
  readonly workspaces: Pick<WorkspaceStore, 'list'>;
  readonly clock: Clock;
}

/** The consent that a person is asked for. */
export interface ConsentQuestion {
  readonly request: AuthorizationRequest;
  readonly signedIn: SignedIn;
  readonly scopes: readonly Scope[];
  readonly workspaces: readonly Workspace[];
  readonly workspaceId: string;
}

/** The next step of a request. */
export type Step =
  /** To our own sign-in page. */
  | { readonly kind: 'sign in'; readonly path: string }
  | { readonly kind: 'ask'; readonly question: ConsentQuestion }
  /** Back to the client. */
  | { readonly kind: 'answer'; readonly location: string };

/** A request as it came: its parameters, and with whose browser. */
export interface Incoming {
  readonly parameters: AuthorizationParameters;
  readonly signedIn: SignedIn | undefined;
  readonly from: PlacedOrigin;
}

/** The decision of who saw the consent page. */
export interface Decision {
  readonly allows: boolean;
  readonly workspaceId: string | undefined;
  readonly csrf: string | undefined;
}

/**
 * Answers an authorization request: by an error, the sign-in, the question of consent, or a code where the person has
 * agreed to all of it before. Throws what is told by a page: {@link addressed}.
 */
export async function authorize(incoming: Incoming, context: AuthorizeContext): Promise<Step> {
  const { signedIn } = incoming;
  return answered(incoming, context, async (request) => {
    const { prompts, maxAge } = request;
    const mustSignIn =
      signedIn === undefined ||
      prompts.has('login') ||
      prompts.has('select_account') ||
      context.clock() - signedIn.authTime > maxAge;
    if (mustSignIn && prompts.has('none'))
      throw new AuthorizationError('login_required', 'Nobody is signed in, or too long ago.');
    if (mustSignIn) return { kind: 'sign in', path: signInPath(continueAt(request)) };
    if (request.client.kind === 'first-party') {
      // The console is the person themselves: there is nobody to give rights to, and nothing to agree to.
      const location = await codeLocation(request, consenterOf(signedIn, signedIn), [], context);
      return { kind: 'answer', location };
    }
    const scopes = requireGrantable(request.scopes, request.client, signedIn, context);
    const workspaces = await openWorkspaces(signedIn, context);
    const app = await context.apps.find(signedIn.userId, appIdOf(request.client), context.clock());
    if (isCovered(app, scopes) && mayGoOn(request) && workspaces.some(({ id }) => id === app.workspaceId))
      return {
        kind: 'answer',
        location: await codeLocation(request, consenterOf(signedIn, app), scopes, context),
      };
    if (prompts.has('none'))
      throw new AuthorizationError('consent_required', 'The person has to agree first.');
    const workspaceId = chosenFirst(workspaces, app, signedIn);
    return { kind: 'ask', question: { request, signedIn, scopes, workspaces, workspaceId } };
  });
}

/**
 * Takes the decision of a consent page, whose form carries the request along: all of it is checked again. Throws
 * `stale_form` for a form that is not of this browser's sign-in.
 */
export async function decide(
  incoming: Incoming,
  decision: Decision,
  context: AuthorizeContext,
): Promise<string> {
  const { signedIn, from } = incoming;
  const step = await answered(incoming, context, async (request) => {
    requireCsrf(signedIn?.csrf, decision.csrf);
    if (signedIn === undefined) throw new Problem('stale_form');
    if (!decision.allows) throw new AuthorizationError('access_denied', 'The person has not agreed.');
    const scopes = requireGrantable(request.scopes, request.client, signedIn, context);
    const { client } = request;
    const consenter = await agree({ client, signedIn, scopes }, decision.workspaceId, from, context);
    return { kind: 'answer', location: await codeLocation(request, consenter, scopes, context) };
  });
  return step.location;
}

/**
 * Remembers what a person has agreed to, for the workspace of the form or the one that it would have begun with. Throws
 * `stale_form` for a workspace that is none of theirs.
 */
export async function agree(
  {
    client,
    signedIn,
    scopes,
  }: { readonly client: Client; readonly signedIn: SignedIn; readonly scopes: readonly Scope[] },
  chosen: string | undefined,
  from: PlacedOrigin,
  context: AuthorizeContext,
): Promise<Consenter> {
  const workspaces = await openWorkspaces(signedIn, context);
  const workspaceId = chosen ?? chosenFirst(workspaces, undefined, signedIn);
  if (!workspaces.some(({ id }) => id === workspaceId)) throw new Problem('stale_form');
  const consenter = consenterOf(signedIn, { workspaceId });
  const origin = { actor: `user:${signedIn.userId}`, ...from };
  await rememberConsent({ client, consenter, scopes }, origin, context.apps, context.clock());
  await context.clients.consented(client.clientId);
  return consenter;
}

/** Makes the errors of a request answers to its client, once that is known. */
async function answered<Next extends Step>(
  { parameters, from }: Incoming,
  context: AuthorizeContext,
  answer: (request: AuthorizationRequest) => Promise<Next>,
): Promise<Next | Extract<Step, { kind: 'answer' }>> {
  const to = await addressed(parameters, context.clients, from.address);
  try {
    const { issuer, profile, deployment } = context;
    return await answer(requireValid(parameters, to, { issuer, profile, rights: deployment.rights }));
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return { kind: 'answer', location: errorLocation(to.returnPath, error, context.issuer) };
  }
}

/** The scopes that this person can give the client. Throws `access_denied`. */
export function requireGrantable(
  asked: readonly Scope[] | undefined,
  client: Client,
  { tenantId, role }: SignedIn,
  { deployment: { rights } }: Pick<AuthorizeContext, 'deployment'>,
): readonly Scope[] {
  if (client.tenantId !== null && client.tenantId !== tenantId)
    throw new AuthorizationError('access_denied', 'The client is not for people of this tenant.');
  const scopes = grantableScopes(asked, role, client, rights);
  if (scopes.length === 0)
    throw new AuthorizationError('access_denied', 'The person has none of the scopes that are asked for.');
  return scopes;
}

/** The workspaces that a person can let a client into. */
export async function openWorkspaces(
  { tenantId }: SignedIn,
  { workspaces }: Pick<AuthorizeContext, 'workspaces'>,
): Promise<Workspace[]> {
  const all = await workspaces.list(tenantId);
  return all.filter(({ state }) => state === 'active');
}

/** The one that was chosen before, else the person's own, else the oldest. */
export function chosenFirst(
  workspaces: readonly Workspace[],
  app: App | undefined,
  { workspaceId }: SignedIn,
): string {
  const ids = workspaces.map(({ id }) => id);
  return (
    [app?.workspaceId, workspaceId, ids[0]].find((id) => id !== undefined && ids.includes(id)) ?? workspaceId
  );
}

/**
 * Whether a remembered consent will do. A redirect that any program on a machine can take shows nothing of who asks, so
 * that the person is asked each time (RFC 8252, 8.6).
 */
function mayGoOn({ prompts, returnPath }: AuthorizationRequest): boolean {
  return !prompts.has('consent') && returnPath.redirectUri.startsWith('https:');
}

/** A person who has agreed, as they are now. */
function consenterOf(
  { tenantId, userId, userVersion, authTime, amr }: SignedIn,
  { workspaceId }: Pick<Consenter, 'workspaceId'>,
): Consenter {
  return { tenantId, userId, userVersion, workspaceId, authentication: { authTime, amr } };
}

async function codeLocation(
  { client: { clientId }, challenge, resource, returnPath }: AuthorizationRequest,
  consenter: Consenter,
  scopes: readonly Scope[],
  { codes, clock, issuer }: AuthorizeContext,
): Promise<string> {
  const code = newCode();
  await codes.issue(hashCode(code), {
    ...consenter,
    grant: { clientId, scopes, resource },
    redirectUri: returnPath.redirectUri,
    challenge,
    expiresAt: clock() + CODE_SECONDS,
  });
  return answerLocation(returnPath, { code }, issuer);
}

/** The request again, after a sign-in: which it has asked for then. */
function continueAt({
  parameters: { prompt: _, max_age: __, ...parameters },
  prompts,
}: AuthorizationRequest): string {
  const query = new URLSearchParams(parameters);
  if (prompts.has('consent')) query.set('prompt', 'consent');
  return `/authorize?${query}`;
}
