import type { AuditRow } from '../../lambdas/audit/entries.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { timestamp } from '../../lambdas/kernel/clock.ts';
import type { Command } from '../command.ts';
import { OpsError } from '../target.ts';
import { named } from './tenants.ts';

export const auditCommands: readonly Command[] = [
  {
    usage: 'audit --tenant ID [--actor WHO] [--action WHAT] [--target WHAT] [--limit N]',
    summary: 'the audit trail of a tenant, or some of it',
    run: async (_args, { tenant: id, actor, action, target, limit = '1000' }, at) => {
      const { id: tenant } = await named(id, at);
      if (!/^[1-9]\d{0,6}$/.test(limit)) throw new OpsError('--limit takes a whole number.');
      const trail = new AuditTrail(at.table);
      const filter = {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
      };
      const rows: AuditRow[] = [];
      let after: number | null = 0;
      while (after !== null && rows.length < Number(limit)) {
        const page = await trail.page(tenant, Math.min(1000, Number(limit) - rows.length), after, filter);
        rows.push(...page.rows);
        after = page.next;
      }
      return rows.map(({ at: time, requestId, before, after: then, ...row }) => ({
        ...row,
        at: timestamp(time),
        request_id: requestId,
        before: JSON.stringify(before),
        after: JSON.stringify(then),
      }));
    },
  },
];
