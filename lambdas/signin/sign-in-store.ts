import type { AuditVerb } from '../audit/actions.ts';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { authenticationItem, storedAuthentication } from '../kernel/authentication.ts';
import { signInKey, tenantKey, userKey, userSignInKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { userStanding } from '../people/people-store.ts';
import { PERSON } from '../people/person.ts';
import type { BrowserSignIn } from '../sessions/browser-sign-ins.ts';
import type { User } from '../sessions/user.ts';
import { TENANT } from '../tenancy/tenant.ts';
import type { NamedSignIn, PresentPerson, SignInRecord, SignInStore } from './sign-ins.ts';

/** Sign-ins in the table, by the hash of the cookie's secret, each with a row of its person; they forget themselves. */
export class DynamoSignInStore implements SignInStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async create(hash: string, signIn: SignInRecord, origin: ChangeOrigin, now: number): Promise<void> {
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
    const { userAgent, address } = origin;
    const row = {
      ...userSignInKey(signIn.userId, signIn.signInId),
      hash: S(hash),
      ten: S(signIn.tenantId),
      at: N(now),
      ...(userAgent === undefined ? {} : { agent: S(userAgent) }),
      ...(address === undefined ? {} : { ip: S(address) }),
      ttl: N(signIn.expiresAt),
    };
    await this.#audit.commit(
      signIn.tenantId,
      [entryOf('create', signIn, origin, now)],
      [
        { Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } },
        { Put: { Item: row, ConditionExpression: 'attribute_not_exists(PK)' } },
      ],
    );
  }

  async find(hash: string, now: number): Promise<SignInRecord | undefined> {
    const item = await this.#table.get(signInKey(hash));
    // TTL deletes late, so the time is compared.
    return item === undefined || number(item, 'ttl') <= now ? undefined : signInRecord(item);
  }

  async end(hash: string, signIn: NamedSignIn, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#end(hash, signIn, origin, now);
  }

  async ofPerson(userId: string, now: number): Promise<BrowserSignIn[]> {
    const rows = await this.#table.queryAll(`USER#${userId}`, 'SIGNIN#');
    return rows.filter((row) => number(row, 'ttl') > now).map(browserSignIn);
  }

  async endOf(
    { tenantId, userId }: Pick<User, 'tenantId' | 'userId'>,
    signInId: string,
    origin: ChangeOrigin,
    now: number,
  ): Promise<boolean> {
    const row = await this.#table.get(userSignInKey(userId, signInId));
    if (row === undefined || number(row, 'ttl') <= now) return false;
    return this.#end(text(row, 'hash'), { signInId, tenantId, userId }, origin, now);
  }

  #end(hash: string, signIn: NamedSignIn, origin: ChangeOrigin, now: number): Promise<boolean> {
    return isCommitted(
      this.#audit.commit(
        signIn.tenantId,
        [entryOf('end', signIn, origin, now)],
        [
          { Delete: { Key: signInKey(hash), ConditionExpression: 'attribute_exists(PK)' } },
          { Delete: { Key: userSignInKey(signIn.userId, signIn.signInId) } },
        ],
      ),
    );
  }

  async person(tenantId: string, userId: string): Promise<PresentPerson | undefined> {
    const items = await this.#table.getAll([tenantKey(tenantId), userKey(tenantId, userId)]);
    const tenant = items.find(({ SK }) => SK?.S === 'TENANT');
    const row = items.find(({ SK }) => SK?.S !== 'TENANT');
    if (tenant === undefined || row === undefined) return undefined;
    const { passwordVersion } = userStanding(row);
    const { state: tenantState, erasesAt } = TENANT.read({ item: tenant });
    return { user: PERSON.read({ row }), passwordVersion, tenantState, erasesAt };
  }
}

function browserSignIn(row: Item): BrowserSignIn {
  return {
    signInId: text(row, 'SK').slice('SIGNIN#'.length),
    authTime: number(row, 'at'),
    expiresAt: number(row, 'ttl'),
    userAgent: row.agent?.S ?? null,
    address: row.ip?.S ?? null,
  };
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
  { signInId, userId }: NamedSignIn,
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
