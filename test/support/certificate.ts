/** Self-signed certificates for `localhost`: Node makes keys and signatures, and this the few bytes around them. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for a host name that ends so many days from now, and a thousand days before began. */
export function selfSigned(name: string, days: number): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = der(0x30, der(0x31, der(0x30, oid(COMMON_NAME), der(0x0c, Buffer.from(name)))));
  const end = Date.now() + days * 86_400_000;
  const algorithm = der(0x30, oid(ECDSA_WITH_SHA256));
  const names = der(0x30, der(0x82, Buffer.from(name)));
  const tbs = der(
    0x30,
    // Version 3, and a serial number (RFC 5280, 4.1).
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    subject,
    der(0x30, time(end - 1000 * 86_400_000), time(end)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, der(0x30, oid(SUBJECT_ALT_NAME), der(0x04, names)))),
  );
  const signature = sign('sha256', tbs, privateKey);
  const certificate = der(0x30, tbs, algorithm, der(0x03, Buffer.of(0), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

/** Object identifiers, in the form in which DER has them. */
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** GeneralizedTime: `YYYYMMDDHHMMSSZ`. */
const time = (at: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`));

/** A value of DER: tag, length, contents (X.690, 8.1). */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const long = Buffer.alloc(2);
  long.writeUInt16BE(body.length);
  const length = body.length < 0x80 ? Buffer.of(body.length) : Buffer.concat([Buffer.of(0x82), long]);
  return Buffer.concat([Buffer.of(tag), length, body]);
}
