import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Signer } from '../domain/signer.ts';
import { answering } from '../http/serve.ts';
import { KeysetStore } from '../store/keyset-store.ts';
import { forwarder } from './forward.ts';

const rendering = { profile, deployment: LATCHKEY_DEPLOYMENT };
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'));
const signer = new Signer(keyset.present, variable('ISSUER'), systemClock);

/** Carries everything that Latchkey does not serve itself to the upstream. */
export const handler = answering(forwarder(signer, rendering), rendering);
