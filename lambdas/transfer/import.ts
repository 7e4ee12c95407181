import { createHash } from 'node:crypto';
import type { ChangeOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { firstUncovered, type Scope } from '../contract/scopes.ts';
import { type Clock, NEVER } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import type { AskedOf } from '../kernel/record.ts';
import { scopesObjection } from '../kernel/rights.ts';
import { API_KEY, type ApiKey } from '../keys/api-key.ts';
import { defaultScopes } from '../keys/bounds.ts';
import { environmentsOf, importedLocator } from '../keys/key-format.ts';
import type { KeyIssue } from '../keys/keys.ts';
import { WORKSPACE, type Workspace } from '../tenancy/workspace.ts';
import { MAX_WORKSPACES, type WorkspaceStore } from '../tenancy/workspaces.ts';

/** Imported keys of a tenant at most; its tier's number of keys does not count them. */
export const MAX_IMPORTED_KEYS = 100_000;

/** A row that has been read; its line says where it stood. */
export type ImportRow = { readonly line: number } & (
  | { readonly kind: 'refused'; readonly id: string | null; readonly message: string }
  | { readonly kind: 'skipped'; readonly id: string | null; readonly message: string }
  | { readonly kind: 'workspace'; readonly id: string; readonly name: string }
  | { readonly kind: 'key'; readonly key: ImportedKey }
);

/** A key of another system. */
export type ImportedKey = Omit<AskedOf<typeof API_KEY>, 'scopes'> &
  Pick<ApiKey, 'name' | 'environment' | 'allowedBlocks' | 'expiresAt'> & {
    /** @default - what a new key has by default */
    readonly scopes?: readonly Scope[];
    /** Absent: derived from the hash, so that the same key is the same row again. */
    readonly id?: string;
    readonly hash: Uint8Array;
    readonly workspaceId?: string;
  };

export interface RowOutcome {
  readonly line: number;
  readonly id: string | null;
  /** `pending`: the time was up; the same call goes on with it. */
  readonly status: 'created' | 'unchanged' | 'refused' | 'skipped' | 'pending';
  readonly message?: string;
}

/** The keys of a batch that are there already; `foreign` is of another tenant, `contested` the same that others claim. */
export type Presence = 'absent' | 'same' | 'contested' | 'revoked' | 'taken' | 'foreign';

export interface ImportStore {
  /** Whether the key, by id and hash, is there: the same, or something else in its place. */
  presence(issues: readonly KeyIssue[]): Promise<Presence[]>;
  /** Creates them all or none. False when one is there, or a workspace is not. Throws `limit_reached`. */
  create(issues: readonly KeyIssue[], origin: ChangeOrigin, now: number): Promise<boolean>;
  /** Disables another tenant's key, which this tenant claims too: from now on it opens nothing. */
  contest(issue: KeyIssue, origin: ChangeOrigin): Promise<void>;
  /** An operator's decision for the tenant of a key that others claim: it opens again. */
  settle(issue: KeyIssue, origin: ChangeOrigin): Promise<void>;
  /** An operator's decision against the tenant that has a key: its record goes. */
  withdraw(issue: KeyIssue, origin: ChangeOrigin, now: number): Promise<void>;
  /** From now on such keys are looked up; answers when every authorizer does so. */
  admitImportedKeys(): Promise<void>;
}

export interface ImportContext {
  readonly imports: ImportStore;
  readonly workspaces: WorkspaceStore;
  readonly profile: Profile;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly clock: Clock;
}

/** Keys of one transaction, with a row each and perhaps a workspace each: 100 writes with the tenant's and the trail's. */
const KEYS_AT_ONCE = 32;

/** The tenant that is imported to, and who does it. */
export interface Importer {
  readonly tenantId: string;
  /** Of keys whose row names none. */
  readonly workspaceId: string;
  /** Keys are given these at most. */
  readonly scopes: readonly Scope[];
  readonly origin: ChangeOrigin;
}

/** An import as it is asked for. */
export interface Import {
  readonly rows: readonly ImportRow[];
  /** Nothing is written, and each row is told what would become of it; of other tenants nothing. */
  readonly dryRun: boolean;
  readonly importer: Importer;
  /** An operator's: a key that another tenant has or claims is this tenant's. @default false */
  readonly decides?: boolean;
  readonly hasTimeLeft: () => boolean;
}

/** An import that runs. */
interface Run extends Import, ImportContext {
  readonly now: number;
  /** The tenant's workspaces, with those that it makes. */
  readonly known: Map<string, Workspace['state']>;
}

/**
 * Imports rows into a tenant, in their order, while there is time. Repeating it changes nothing that is
 * there.
 */
export async function importRows(asked: Import, context: ImportContext): Promise<RowOutcome[]> {
  const { rows, importer, hasTimeLeft } = asked;
  const outcomes: RowOutcome[] = rows.flatMap((row) =>
    row.kind === 'refused' || row.kind === 'skipped'
      ? [{ line: row.line, id: row.id, status: row.kind, message: row.message }]
      : [],
  );
  const workspaces = await context.workspaces.list(importer.tenantId);
  const run: Run = {
    ...asked,
    ...context,
    now: context.clock(),
    known: new Map(workspaces.map(({ id, state }) => [id, state])),
  };
  for (const row of rows) {
    if (row.kind !== 'workspace') continue;
    const { line, id } = row;
    if (hasTimeLeft() || run.known.has(id)) outcomes.push(await importWorkspace(row, run));
    else outcomes.push({ line, id, status: 'pending' });
  }
  outcomes.push(...(await importKeys(run)));
  return outcomes.sort((a, b) => a.line - b.line);
}

async function importWorkspace(
  { line, id, name }: ImportRow & { kind: 'workspace' },
  { known, dryRun, importer: { tenantId, origin }, now: createdAt, workspaces }: Run,
): Promise<RowOutcome> {
  if (known.has(id)) return { line, id, status: 'unchanged' };
  if (known.size >= MAX_WORKSPACES)
    return { line, id, status: 'refused', message: `a tenant has at most ${MAX_WORKSPACES} workspaces` };
  try {
    const workspace = { ...WORKSPACE.initial, id, tenantId, name, createdAt };
    if (!dryRun) await workspaces.create(workspace, origin);
    known.set(id, 'active');
    return { line, id, status: 'created' };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return { line, id, status: 'refused', message: error.message };
  }
}

interface Candidate {
  readonly line: number;
  readonly issue: KeyIssue;
}

async function importKeys(run: Run): Promise<RowOutcome[]> {
  const { rows, known, dryRun, importer, now, hasTimeLeft, imports, profile, deployment } = run;
  const { rights } = deployment;
  const outcomes: RowOutcome[] = [];
  const candidates: Candidate[] = [];
  const lines = new Map<string, number>();
  for (const row of rows) {
    if (row.kind !== 'key') continue;
    const issue = issueOf(row.key, importer, rights, now);
    const { id, locator } = issue.key;
    const earlier = lines.get(id) ?? lines.get(locator);
    lines.set(id, earlier ?? row.line).set(locator, earlier ?? row.line);
    const refuse = (message: string) => outcomes.push({ line: row.line, id, status: 'refused', message });
    const objection =
      scopeObjection(issue.key.scopes, importer, rights) ?? objectionTo(issue.key, known, profile);
    if (earlier !== undefined) refuse(`is the key of line ${earlier} again`);
    else if (objection !== undefined) refuse(objection);
    else candidates.push({ line: row.line, issue });
  }
  const admitted = candidates.length > 0 && !dryRun ? imports.admitImportedKeys() : undefined;
  // It takes two seconds, in which the first keys are written; a failure is thrown below.
  admitted?.catch(() => undefined);
  for (const some of batches(candidates)) {
    if (hasTimeLeft()) outcomes.push(...(await importSome(some, run)));
    else
      outcomes.push(
        ...some.map(({ line, issue }) => ({ line, id: issue.key.id, status: 'pending' as const })),
      );
  }
  await admitted;
  return outcomes;
}

/** Keys that are written together: of one workspace, whose keys may read of it in the audit trail. */
function* batches(candidates: readonly Candidate[]): Generator<readonly Candidate[]> {
  for (const ofOne of Map.groupBy(candidates, ({ issue }) => issue.key.workspaceId).values()) {
    for (let start = 0; start < ofOne.length; start += KEYS_AT_ONCE)
      yield ofOne.slice(start, start + KEYS_AT_ONCE);
  }
}

/** Why the importer cannot give a key these scopes; undefined when they can. */
function scopeObjection(scopes: readonly Scope[], importer: Importer, rights: Rights): string | undefined {
  if (scopes.length === 0) return 'scopes: must be named: you have none of those that a key has by default';
  const objection = scopesObjection(scopes, rights);
  if (objection !== undefined) return `scopes: ${objection.message}`;
  const missing = firstUncovered(importer.scopes, scopes, rights.inclusion);
  return missing === undefined ? undefined : `scopes: you do not have ${missing} yourself`;
}

/** Why a key cannot be of this tenant and this contract; undefined when it can. */
function objectionTo(
  { workspaceId, environment }: ApiKey,
  workspaces: ReadonlyMap<string, Workspace['state']>,
  { keys }: Profile,
): string | undefined {
  const state = workspaces.get(workspaceId);
  if (state === undefined) return 'workspace_id: there is no workspace with this id';
  if (state === 'closing') return 'workspace_id: this workspace is being deleted';
  const environments = environmentsOf(keys);
  return environments.includes(environment)
    ? undefined
    : `environment: must be one of ${environments.join(', ')}`;
}

async function importSome(some: readonly Candidate[], run: Run): Promise<RowOutcome[]> {
  const presence = await run.imports.presence(some.map(({ issue }) => issue));
  const outcomes: RowOutcome[] = [];
  const absent: Candidate[] = [];
  for (const [index, candidate] of some.entries()) {
    const { line, issue } = candidate;
    const outcome = await outcomeOf(issue, presence[index] ?? 'taken', run);
    if (outcome === undefined) absent.push(candidate);
    else outcomes.push({ line, id: issue.key.id, ...outcome });
  }
  const created = await createAbsent(absent, run);
  return [...outcomes, ...absent.map(({ line, issue }) => ({ line, id: issue.key.id, ...created }))];
}

type Outcome = Pick<RowOutcome, 'status' | 'message'>;

const CONTESTED: Outcome = {
  status: 'refused',
  message: 'this key is claimed by another tenant too: it opens nothing until an operator decides',
};

/** What becomes of a key that is there; undefined for one that is still to be made. */
async function outcomeOf(
  issue: KeyIssue,
  presence: Presence,
  { dryRun, decides = false, importer: { origin }, now, imports }: Run,
): Promise<Outcome | undefined> {
  switch (presence) {
    case 'absent':
      return undefined;
    case 'same':
      return { status: 'unchanged' };
    case 'revoked':
      return { status: 'refused', message: 'this key has been revoked' };
    case 'taken':
      return { status: 'refused', message: 'this id or this hash belongs to another key' };
    case 'contested':
      if (!decides) return dryRun ? { status: 'unchanged' } : CONTESTED;
      if (!dryRun) await imports.settle(issue, origin);
      return { status: 'unchanged' };
    case 'foreign':
      // A dry run answers as it would if there were nobody else.
      if (dryRun) return undefined;
      if (!decides) {
        await imports.contest(issue, origin);
        return CONTESTED;
      }
      await imports.withdraw(issue, origin, now);
      return undefined;
  }
}

async function createAbsent(
  absent: readonly Candidate[],
  { dryRun, importer: { origin }, now, imports }: Run,
): Promise<Outcome> {
  if (dryRun || absent.length === 0) return { status: 'created' };
  try {
    const issues = absent.map(({ issue }) => issue);
    if (await imports.create(issues, origin, now)) return { status: 'created' };
    return { status: 'pending', message: 'something else changed at the same time' };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return { status: 'refused', message: error.message };
  }
}

function issueOf(imported: ImportedKey, importer: Importer, rights: Rights, now: number): KeyIssue {
  const { hash, id, workspaceId, scopes = defaultScopes(importer, rights, null), ...asked } = imported;
  const derived = createHash('sha256')
    .update(`${importer.tenantId}\0`)
    .update(hash)
    .digest('hex')
    .slice(0, 32);
  return {
    hash,
    key: {
      ...API_KEY.initial,
      ...asked,
      scopes,
      id: id ?? `key_${derived}`,
      tenantId: importer.tenantId,
      workspaceId: workspaceId ?? importer.workspaceId,
      locator: importedLocator(hash),
      lifetimeSeconds: asked.expiresAt === NEVER ? null : asked.expiresAt - now,
      createdAt: now,
      createdBy: importer.origin.actor,
    },
  };
}
