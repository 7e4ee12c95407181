import { deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { forwarder } from '../../http/forward.ts';
import { answering } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CONTROL_KEY } from '../../kernel/item-keys.ts';
import { readied } from '../../kernel/ready.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { keysetInSecret } from '../../signing/keyset-client.ts';
import { Signer } from '../../signing/signer.ts';
import { profile } from '../profile.ts';

const rendering = { profile, deployment };
const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = keysetInSecret({ secretId: variable('ASSERTION_SECRET_ARN'), use: 'assertion' }, () =>
  facts.control(),
);
const issuer = variable('ISSUER');
const signer = new Signer(keyset.present, issuer, systemClock);
// https on AWS; http on one machine only.
const protocol = issuer.startsWith('http://') ? 'http' : 'https';

await readied(() => Promise.all([table.getAll([CONTROL_KEY]), keyset.warm()]));

/** Carries everything that Latchkey does not serve itself to the upstream. */
export const handler = answering(forwarder({ signer, rendering, clock: systemClock, protocol }), rendering);
