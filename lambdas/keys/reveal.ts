import { type AuditEntry, auditEntry, originOf, type RequestOrigin } from '../audit/entries.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';
import type { Credential } from '../kernel/credential.ts';
import { Problem } from '../kernel/problem.ts';
import { requireWorkspace } from '../tenancy/workspace-choice.ts';
import { type ApiKey, statusOf } from './api-key.ts';
import { callerKey, requireWithin } from './bounds.ts';
import { hashKey, keyMark, sameHash } from './key-format.ts';
import { findKey, type KeyContext, noSuchKey, requireAlive } from './keys.ts';
import type { KeyCipher, VaultStore } from './vault.ts';

export interface RevealContext extends Pick<KeyContext, 'keys' | 'clock' | 'deployment'> {
  /** Null where keys are shown once. */
  readonly vault: (Pick<VaultStore, 'find'> & Pick<KeyCipher, 'decrypt'>) | null;
  /** Writes the row of the audit trail. Throws when it cannot: then nothing is revealed. */
  readonly record: (tenantId: string, entry: AuditEntry) => Promise<void>;
}

export interface RevealRequest {
  readonly id: string;
  readonly workspaceId: string | undefined;
  readonly caller: Caller;
  readonly credential: Credential;
  readonly from: RequestOrigin;
}

/**
 * Shows a key again, to who made it. Throws `not_found` for a key that the caller may not see, `gone` for one that is
 * dead, was not kept or was made by somebody else, `exceeds_own_rights` for one with more than the caller has, and
 * `key_required` for a key's token.
 */
export async function revealKey(request: RevealRequest, context: RevealContext): Promise<string> {
  const { id, workspaceId, caller, credential, from } = request;
  const { keys, clock, vault, deployment, record } = context;
  await requireWorkspace(workspaceId, caller, keys);
  const apiKey = await findKey(id, caller, context);
  if (apiKey.workspaceId !== (workspaceId ?? caller.workspaceId)) throw noSuchKey();
  requireAlive(apiKey);
  if (vault === null) throw notKept();
  if (caller.kind === 'key' && credential.kind !== 'key') throw new Problem('key_required');
  requireWithin(apiKey, caller, await callerKey(caller, keys), deployment.rights);
  if (statusOf(apiKey, clock()) !== 'active') throw notKept();
  const kept = await vault.find(caller.tenantId, id);
  if (kept === undefined || kept.madeBy !== principalOf(caller)) throw notKept();
  const hash = await keys.presentHash(apiKey);
  if (hash === undefined || keyMark(hash).toString('base64url') !== kept.mark) throw notKept();
  await record(caller.tenantId, revealed(apiKey, caller, from, clock()));
  const key = await vault.decrypt(kept.ciphertext, { tenantId: caller.tenantId, keyId: id });
  if (!sameHash(hash, hashKey(key))) throw new Error('What is kept is another key.');
  return key;
}

function revealed(apiKey: ApiKey, caller: Caller, from: RequestOrigin, now: number): AuditEntry {
  return auditEntry({
    action: 'key.reveal',
    target: `key:${apiKey.id}`,
    targetName: apiKey.name,
    workspaceId: apiKey.workspaceId,
    origin: originOf(caller, from),
    at: now,
    before: null,
    after: null,
  });
}

function notKept(): Problem {
  return new Problem('gone', {
    message:
      'The key cannot be shown again: it was shown when it was created and is stored as a hash only, or somebody else ' +
      'made it. Rotate it to get a new one.',
  });
}
