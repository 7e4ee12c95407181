import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Signer } from '../domain/signer.ts';
import { serve } from '../http/serve.ts';
import { type TokenServices, tokenRoutes } from '../routes/tokens.ts';
import { Facts } from '../store/facts.ts';
import { KeysetStore } from '../store/keyset-store.ts';
import { DynamoRefreshStore } from '../store/refresh-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { DynamoSourceStore } from '../store/source-store.ts';
import { Table } from '../store/table.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'), () => facts.control());
const services: TokenServices = {
  grants: {
    profile,
    deployment,
    sessions: new DynamoSessionStore(table),
    refreshTokens: new DynamoRefreshStore(table),
    signer: new Signer(keyset.present, variable('ISSUER'), systemClock),
    tenant: (tenantId) => facts.tenant(tenantId),
    clock: systemClock,
  },
  sources: new DynamoSourceStore(table),
};

/** Serves what gives tokens for tokens. */
export const handler = serve(tokenRoutes, services, { profile, deployment });
