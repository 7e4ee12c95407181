import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { appKey } from '../kernel/item-keys.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { APP, type App } from './app.ts';
import type { AppStore } from './consent.ts';

/** The clients that people have let act for them, in the table: beside the person's sessions. */
export class DynamoAppStore implements AppStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async find(userId: string, appId: string, now: number): Promise<App | undefined> {
    const row = await this.#table.get(appKey(userId, appId));
    const app = row && APP.read({ row });
    return app !== undefined && app.expiresAt > now ? app : undefined;
  }

  async list(userId: string, now: number): Promise<App[]> {
    const rows = await this.#table.queryAll(`USER#${userId}`, 'APP#');
    return rows.map((row) => APP.read({ row })).filter(({ expiresAt }) => expiresAt > now);
  }

  async connect(app: App, before: App | undefined, origin: ChangeOrigin, now: number): Promise<void> {
    const entry = auditEntry({
      action: 'app.connect',
      target: `app:${app.appId}`,
      origin,
      at: now,
      before: before === undefined ? null : APP.audited(before, APP.lasting),
      after: APP.audited(app, APP.lasting),
    });
    const Item = { ...appKey(app.userId, app.appId), ...APP.item('row', app) };
    await this.#audit.commit(app.tenantId, [entry], [{ Put: { Item } }]);
  }

  async disconnect(app: App, origin: ChangeOrigin, now: number): Promise<void> {
    const entry = auditEntry({
      action: 'app.disconnect',
      target: `app:${app.appId}`,
      origin,
      at: now,
      before: APP.audited(app, APP.lasting),
      after: null,
    });
    const Delete = { Key: appKey(app.userId, app.appId), ConditionExpression: 'attribute_exists(PK)' };
    await isCommitted(this.#audit.commit(app.tenantId, [entry], [{ Delete }]));
  }
}
