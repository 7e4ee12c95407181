import { deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { AuditTrail } from '../../audit/trail-store.ts';
import { OPERATORS_TENANT } from '../../contract/operators.ts';
import { DynamoFactorStore } from '../../factors/factor-store.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import { remembered } from '../../kernel/remembered.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoKeyStore } from '../../keys/key-store.ts';
import { DynamoTenantDirectory } from '../../operators/directory-store.ts';
import { operatorCheck } from '../../operators/operator.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { DynamoRecoveryStore } from '../../recovery/recovery-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoCensusStore } from '../../status/census-store.ts';
import { operatorRoutes } from '../../table/operators.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';
import { DynamoUsageStore } from '../../usage/usage-store.ts';
import { profile } from '../profile.ts';

/** Milliseconds for which counts of CloudWatch are repeated: it has new ones once a minute, and charges for each that is read. */
const DECISIONS_MILLISECONDS = 60_000;

const table = new Table(variable('TABLE_NAME'));
const [clock, audit] = [systemClock, new AuditTrail(table)];
const people = new DynamoPeopleStore(table, deployment.rights);
const accounts = new DynamoAccountStore(table);
const sessions = new DynamoSessionStore(table);
const facts = new Facts(table, table.name);
const census = new DynamoCensusStore(table);
const services: ServicesOf<typeof operatorRoutes> = {
  requireOperator: operatorCheck({ people, sessions, clock }),
  customers: { tenants: new DynamoTenantStore(table), directory: new DynamoTenantDirectory(table), accounts },
  acts: { recordAct: (entry) => audit.commit(OPERATORS_TENANT, [entry], []), clock },
  help: {
    people,
    accounts,
    sessions,
    clock,
    keys: new DynamoKeyStore(table),
    factors: new DynamoFactorStore(table),
    recovery: new DynamoRecoveryStore(table),
  },
  usage: new DynamoUsageStore(table, deployment),
  audit,
  cursors: tableCursors(table),
  deployment,
  profile,
  status: {
    census: () => census.read(),
    control: () => facts.control(),
    // Loaded when somebody asks.
    decisions: remembered(async () => {
      const { countDecisions } = await import('../../status/decision-counts-client.ts');
      return countDecisions(variable('METRICS_NAMESPACE'), clock());
    }, DECISIONS_MILLISECONDS),
  },
};

/** Serves operators: the only function that reads beyond one tenant. */
export const handler = serve(operatorRoutes, services, { profile, deployment });
