import type { AuditVerb } from '../audit/actions.ts';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { authenticationItem, storedAuthentication } from '../kernel/authentication.ts';
import { signInKey, tenantKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { userStanding } from '../people/people-store.ts';
import { PERSON } from '../people/person.ts';
import { tenantFacts } from '../tenancy/tenant-facts.ts';
import type { PresentPerson, SignInRecord, SignInStore } from './sign-ins.ts';

/** Sign-ins in the table, by the hash of the cookie's secret; each forgets itself. */
export class DynamoSignInStore implements SignInStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async create(hash: string, signIn: SignInRecord, origin: ChangeOrigin): Promise<void> {
    const Item = {
      ...signInKey(hash),
      id: S(signIn.signInId),
      ten: S(signIn.tenantId),
      usr: S(signIn.userId),
      wsp: S(signIn.workspaceId),
      uv: N(signIn.userVersion),
      ...authenticationItem(signIn),
      ttl: N(signIn.expiresAt),
    };
    await this.#audit.commit(
      signIn.tenantId,
      [entryOf('create', signIn, origin, signIn.authTime)],
      [{ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }],
    );
  }

  async find(hash: string, now: number): Promise<SignInRecord | undefined> {
    const item = await this.#table.get(signInKey(hash));
    // TTL deletes late, so the time is compared.
    return item === undefined || number(item, 'ttl') <= now ? undefined : signInRecord(item);
  }

  async end(hash: string, signIn: SignInRecord, origin: ChangeOrigin, now: number): Promise<void> {
    await isCommitted(
      this.#audit.commit(
        signIn.tenantId,
        [entryOf('end', signIn, origin, now)],
        [{ Delete: { Key: signInKey(hash), ConditionExpression: 'attribute_exists(PK)' } }],
      ),
    );
  }

  async person(tenantId: string, userId: string): Promise<PresentPerson | undefined> {
    const items = await this.#table.getAll([tenantKey(tenantId), userKey(tenantId, userId)]);
    const tenant = items.find(({ SK }) => SK?.S === 'TENANT');
    const row = items.find(({ SK }) => SK?.S !== 'TENANT');
    if (tenant === undefined || row === undefined) return undefined;
    const { passwordVersion } = userStanding(row);
    return { user: PERSON.read({ row }), passwordVersion, tenantState: tenantFacts(tenant).state };
  }
}

function signInRecord(item: Item): SignInRecord {
  return {
    signInId: text(item, 'id'),
    tenantId: text(item, 'ten'),
    userId: text(item, 'usr'),
    workspaceId: text(item, 'wsp'),
    userVersion: number(item, 'uv'),
    ...storedAuthentication(item),
    expiresAt: number(item, 'ttl'),
  };
}

function entryOf(
  verb: AuditVerb<'signin'>,
  { signInId, userId }: SignInRecord,
  origin: ChangeOrigin,
  at: number,
) {
  const state = { user_id: userId };
  return auditEntry({
    action: `signin.${verb}`,
    target: `signin:${signInId}`,
    origin,
    at,
    before: verb === 'end' ? state : null,
    after: verb === 'create' ? state : null,
  });
}
