import { deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { streamer } from '../../http/stream.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CONTROL_KEY } from '../../kernel/item-keys.ts';
import { readied } from '../../kernel/ready.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { keysetInSecret } from '../../signing/keyset-client.ts';
import { Signer } from '../../signing/signer.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = keysetInSecret({ secretId: variable('ASSERTION_SECRET_ARN'), use: 'assertion' }, () =>
  facts.control(),
);
const issuer = variable('ISSUER');

await readied(() => Promise.all([table.getAll([CONTROL_KEY]), keyset.warm()]));

/** Carries calls to an upstream whose answers are streamed. */
export const handler = awslambda.streamifyResponse(
  streamer({
    signer: new Signer(keyset.present, issuer, systemClock),
    rendering: { profile, deployment },
    clock: systemClock,
    // https on AWS; http on one machine only.
    protocol: issuer.startsWith('http://') ? 'http' : 'https',
    begin: awslambda.HttpResponseStream.from,
  }),
);
