import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const TYPE = 'application/x-amz-json-1.0';

/** The key of a day, for one pair of credentials in one Region. */
interface DayKey {
  readonly day: string;
  readonly secret: string;
  readonly key: KeyObject;
}

/**
 * Signs POSTs to `/` of DynamoDB, whose headers are always these (Signature Version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). A signer for any request
 * sorts, folds and encodes what is known here, which is a tenth of a decision; the test of the client holds this one to the
 * SDK's.
 */
export class RequestSigner {
  readonly #host: string;
  readonly #path: string;
  readonly #region: string;
  #key: DayKey | undefined;

  /** @param host as the header has it, with the port if it has one */
  constructor({
    host,
    path,
    region,
  }: { readonly host: string; readonly path: string; readonly region: string }) {
    this.#host = host;
    this.#path = path;
    this.#region = region;
  }

  /** All headers of a request that is sent now. `target` is the value of `X-Amz-Target`. */
  headers(target: string, body: string, credentials: Credentials): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const length = String(Buffer.byteLength(body));
    const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const scope = `${day}/${this.#region}/dynamodb/aws4_request`;
    const signed = `content-length;content-type;host;x-amz-date;${sessionToken ? 'x-amz-security-token;' : ''}x-amz-target`;
    const canonical =
      `POST\n${this.#path}\n\ncontent-length:${length}\ncontent-type:${TYPE}\nhost:${this.#host}\nx-amz-date:${time}\n` +
      (sessionToken ? `x-amz-security-token:${sessionToken}\n` : '') +
      `x-amz-target:${target}\n\n${signed}\n${hash('sha256', body)}`;
    const signature = createHmac('sha256', this.#keyOf(day, secretAccessKey))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`)
      .digest('hex');
    return {
      Host: this.#host,
      'Content-Type': TYPE,
      'Content-Length': length,
      'X-Amz-Target': target,
      'X-Amz-Date': time,
      ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
      Authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    };
  }

  /** As a `KeyObject`: from bytes, Node.js 24 makes one for each signature by way of two exceptions. */
  #keyOf(day: string, secret: string): KeyObject {
    const known = this.#key;
    if (known?.day === day && known.secret === secret) return known.key;
    const derived = [day, this.#region, 'dynamodb', 'aws4_request'].reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    const key = createSecretKey(derived);
    this.#key = { day, secret, key };
    return key;
  }
}
