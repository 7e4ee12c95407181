import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Signer } from '../domain/signer.ts';
import { answering } from '../http/serve.ts';
import { Facts } from '../store/facts.ts';
import { KeysetStore } from '../store/keyset-store.ts';
import { Table } from '../store/table.ts';
import { forwarder } from './forward.ts';

const rendering = { profile, deployment: LATCHKEY_DEPLOYMENT };
const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'), () => facts.control());
const signer = new Signer(keyset.present, variable('ISSUER'), systemClock);

/** Carries everything that Latchkey does not serve itself to the upstream. */
export const handler = answering(forwarder(signer, rendering, systemClock), rendering);
