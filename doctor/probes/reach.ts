import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import type { Api } from '../api.ts';
import { notChecked, ok, type Probe, wrong } from '../finding.ts';

/** Days before its end at which a certificate should have been renewed: ACM renews 60 days before. */
const CERTIFICATE_DAYS = 21;
/** Tokens and signatures allow for less than this. */
const CLOCK_SECONDS = 5;

/** Whether the deployment can be reached at all, by a name and a certificate that hold. */
export function reachProbes(api: Api): readonly Probe[] {
  const { protocol, hostname, port } = new URL(api.url);
  return [
    {
      id: 'dns',
      subject: 'The name',
      async run() {
        const addresses = await lookup(hostname, { all: true });
        return ok(`${hostname} is ${addresses.map(({ address }) => address).join(', ')}.`);
      },
    },
    {
      id: 'certificate',
      subject: 'The certificate',
      async run() {
        if (protocol !== 'https:') return notChecked('The URL is http://: there is no certificate.');
        const days = await certificateDays(hostname, Number(port || 443));
        return days >= CERTIFICATE_DAYS
          ? ok(`The certificate is trusted and valid for ${days} more days.`)
          : wrong(
              `The certificate ends in ${days} days.`,
              'See in ACM why it was not renewed: its DNS record must stay.',
            );
      },
    },
    {
      id: 'health',
      subject: 'Health',
      async run() {
        const { method, path } = await api.operation('getHealth');
        const response = await api.call(method, path);
        if (response.status === 200)
          return ok(`${await api.title()} is healthy, in ${response.milliseconds} ms.`);
        return wrong(
          `Health answers ${response.status}: ${response.text.slice(0, 200)}`,
          'The log of the function "public" says why. Without signing keys: rotate the secret once (docs/deploy.md).',
        );
      },
    },
    {
      id: 'clock',
      subject: 'The clocks',
      async run() {
        const { headers } = await api.call('GET', '/openapi.json');
        const date = headers.get('date');
        if (date === null) return notChecked('No response says its date.');
        const seconds = Math.abs(Date.parse(date) - Date.now()) / 1000;
        // The header has whole seconds.
        return seconds <= CLOCK_SECONDS + 1
          ? ok('Both clocks agree within seconds.')
          : wrong(
              `This clock and the deployment's differ by ${Math.round(seconds)} s.`,
              'Set the clock of this machine (NTP): tokens would be refused as expired.',
            );
      },
    },
    {
      id: 'signing-keys',
      subject: 'The signing keys',
      async run() {
        const { method, path } = await api.operation('getJwks');
        const { status, json, headers } = await api.call(method, path);
        const keys = Array.isArray(json.keys) ? json.keys : [];
        if (status === 200 && keys.length > 0)
          return ok(
            `${keys.length} public keys are published; caches keep them for ${headers.get('cache-control')}.`,
          );
        return wrong(
          `The JWKS answers ${status} with ${keys.length} keys.`,
          'The first rotation has not run: see the log of the function "rotation", then rotate the secret (docs/runbook/signing-keys.md).',
        );
      },
    },
  ];
}

function certificateDays(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: 10_000 }, () => {
      const { valid_to } = socket.getPeerCertificate();
      socket.end();
      resolve(Math.floor((Date.parse(valid_to) - Date.now()) / 86_400_000));
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('no answer in 10 s')));
  });
}
