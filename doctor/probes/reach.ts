import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Api } from '../api.ts';
import { type Finding, notChecked, ok, type Probe, wrong } from '../finding.ts';

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
        const addresses = await lookup(hostname, { all: true }).catch(() => []);
        if (addresses.length === 0) {
          return wrong(
            `${hostname} has no address.`,
            "For a domain of yours: set domain.hostedZone in latchkey.config.ts, or point the name at the stack's output DomainTarget (docs/deploy.md).",
          );
        }
        return ok(`${hostname} is ${addresses.map(({ address }) => address).join(', ')}.`);
      },
    },
    {
      id: 'certificate',
      subject: 'The certificate',
      async run() {
        if (protocol !== 'https:') return notChecked('The URL is http://: there is no certificate.');
        return judged(await certificate(hostname, Number(port || 443)), hostname);
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

/** A server's certificate: when it ends, and why it is not trusted, if so (`X509_V_ERR_*` of OpenSSL). */
interface Certificate {
  readonly endsAt: number;
  readonly fault: string | null;
}

function certificate(host: string, port: number): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    // SNI knows no addresses (RFC 6066, 3). It is looked at whole first, and judged then.
    const name = isIP(host) ? {} : { servername: host };
    const socket = connect({ host, port, ...name, timeout: 10_000, rejectUnauthorized: false }, () => {
      const endsAt = Date.parse(socket.getPeerCertificate().valid_to);
      // Typed as an error, and in truth its code.
      const fault = socket.authorized ? null : String(socket.authorizationError);
      socket.end();
      resolve({ endsAt, fault });
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('no answer in 10 s')));
  });
}

function judged({ endsAt, fault }: Certificate, host: string): Omit<Finding, 'id'> {
  const days = Math.floor((endsAt - Date.now()) / 86_400_000);
  if (days < CERTIFICATE_DAYS) {
    return wrong(
      days < 0
        ? `The certificate ended on ${new Date(endsAt).toISOString().slice(0, 10)}.`
        : `The certificate ends in ${days} days.`,
      'See in ACM why it was not renewed: the DNS record by which ACM knows the name must stay, and an imported one is renewed by you.',
    );
  }
  if (fault === null) return ok(`The certificate is trusted and valid for ${days} more days.`);
  return fault === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? wrong(
        `The certificate is not for ${host}.`,
        'Set domain.certificateArn in latchkey.config.ts to the ARN of a certificate for this name.',
      )
    : wrong(
        `The certificate is not trusted (${fault}).`,
        'Use one that ACM has issued: set domain.certificateArn in latchkey.config.ts. Behind a proxy that reads TLS, name its certificate in NODE_EXTRA_CA_CERTS.',
      );
}
