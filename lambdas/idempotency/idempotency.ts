import { createHash, randomUUID } from 'node:crypto';
import { type Caller, principalOf } from '../kernel/caller.ts';
import type { Claim, ClaimServices, Fingerprint } from '../kernel/claim.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';

/** Seconds for which an idempotency key is honoured. */
export const HONOURED_SECONDS = 86_400;

/**
 * Seconds after which a call that neither answered nor gave up is taken for dead. Longer than any function with such
 * rows may run; a slower one would find its claim taken, and make nothing.
 */
export const IN_FLIGHT_SECONDS = 30;

/** The longest key, in characters. */
export const MAX_KEY_LENGTH = 255;

/** A String of structured fields (RFC 8941, 3.3.3), as the draft has it, or the same without quotation marks, as many clients send it. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const BARE = /^[\x21\x23-\x2b\x2d-\x7e]+$/;

/** The idempotency key of a request; undefined without one. Throws `malformed_request`. */
export function idempotencyKey(headers: HeaderValues): string | undefined {
  const [value, ...more] = headerValues(headers, 'idempotency-key').map((text) => text.trim());
  if (value === undefined) return undefined;
  const key = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? (BARE.test(value) ? value : '');
  if (more.length > 0 || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new Problem('malformed_request', {
      message:
        `Idempotency-Key must come once, with 1 to ${MAX_KEY_LENGTH} printable ASCII characters in quotation marks: ` +
        'a new UUID for each thing that is made.',
    });
  }
  return key;
}

/** A call with an idempotency key. */
export interface KeyedCall {
  readonly key: string;
  readonly caller: Caller;
  /** All that makes it another request: the operation, its parameters, and the body as it came. */
  readonly request: Buffer;
}

/**
 * Carries a call out once. Keys belong to a tenant's principal, and to the page or the app that acts for it: whoever else
 * sends the same has another. `work` completes
 * the claim in the transaction that makes something; if it throws, nothing was made, and a repetition is carried out.
 * Throws `idempotency_key_reused` for another request, and `request_in_flight` while the first has not answered.
 */
export async function once(
  { key, caller, request }: KeyedCall,
  { claims, clock, fingerprint }: ClaimServices & { readonly fingerprint: Fingerprint },
  work: (claim: Claim) => Promise<unknown>,
): Promise<unknown> {
  const id = createHash('sha256')
    .update(JSON.stringify([caller.tenantId, principalOf(caller), key, ...actingFor(caller)]))
    .digest('base64url');
  const claim = { id, token: randomUUID() };
  const asked = await fingerprint(request, id);
  const outcome = await claims.claim({ ...claim, fingerprint: asked }, clock());
  if (outcome.kind === 'claimed') {
    try {
      return await work(claim);
    } catch (error) {
      // Where this fails too, the claim ends by itself.
      await claims.release(claim).catch(() => undefined);
      throw error;
    }
  }
  if ((outcome.fingerprint ?? asked) !== asked) throw new Problem('idempotency_key_reused');
  if (outcome.kind === 'in flight') throw new Problem('request_in_flight');
  return outcome.answer;
}

/**
 * What tells pages and apps apart that act for one principal, as they see less than it and nothing of one another; nothing
 * of the principal itself. A page that renews its token is the same one.
 */
function actingFor(caller: Caller): readonly unknown[] {
  const { workspaceId, scopes, embed } = caller;
  const clientId = caller.kind === 'user' ? caller.clientId : undefined;
  if (embed !== undefined) return [{ workspaceId, scopes, subject: embed.subject }];
  return clientId === undefined ? [] : [{ workspaceId, clientId }];
}
