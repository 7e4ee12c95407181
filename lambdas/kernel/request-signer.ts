import { createHmac, hash } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const TYPE = 'application/x-amz-json-1.0';

/** What of requests and signatures is the same for all of a second, with one pair of credentials. */
interface Second {
  /** Unix seconds. */
  readonly second: number;
  readonly credentials: Credentials;
  /** As `X-Amz-Date` has it. */
  readonly time: string;
  /** Of the canonical request, what comes between the length of the body and the target; the signed names. */
  readonly canonicalMiddle: string;
  readonly signedNames: string;
  /** Of what is signed, all but the hash of the canonical request. */
  readonly toSign: string;
  readonly key: HmacKey;
  /** Of `Authorization`, all but the signature. */
  readonly authorization: string;
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
  #second: Second | undefined;
  #day: { readonly name: string; readonly key: HmacKey } | undefined;

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

  /**
   * All headers of a request that is sent now: names and values in turn, which Node sends as they stand. `target` is the value
   * of `X-Amz-Target`.
   */
  headers(target: string, body: string, credentials: Credentials): string[] {
    const { time, canonicalMiddle, signedNames, toSign, key, authorization } = this.#present(credentials);
    const length = String(Buffer.byteLength(body));
    const canonical = `POST\n${this.#path}\n\ncontent-length:${length}${canonicalMiddle}${target}\n\n${signedNames}\n${hash('sha256', body)}`;
    const signature = key.sign(toSign + hash('sha256', canonical));
    const headers = [
      'Host',
      this.#host,
      'Content-Type',
      TYPE,
      'Content-Length',
      length,
      'X-Amz-Target',
      target,
      'X-Amz-Date',
      time,
      'Authorization',
      authorization + signature,
    ];
    if (credentials.sessionToken) headers.push('X-Amz-Security-Token', credentials.sessionToken);
    return headers;
  }

  #present(credentials: Credentials): Second {
    const second = Math.floor(Date.now() / 1000);
    const known = this.#second;
    if (known?.second === second && isSame(known.credentials, credentials)) return known;
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const time = new Date(second * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const scope = `${day}/${this.#region}/dynamodb/aws4_request`;
    const signedNames = `content-length;content-type;host;x-amz-date;${sessionToken ? 'x-amz-security-token;' : ''}x-amz-target`;
    const present: Second = {
      second,
      credentials: { ...credentials },
      time,
      canonicalMiddle:
        `\ncontent-type:${TYPE}\nhost:${this.#host}\nx-amz-date:${time}\n` +
        (sessionToken ? `x-amz-security-token:${sessionToken}\n` : '') +
        'x-amz-target:',
      signedNames,
      toSign: `AWS4-HMAC-SHA256\n${time}\n${scope}\n`,
      key: this.#keyOf(day, secretAccessKey),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=`,
    };
    this.#second = present;
    return present;
  }

  /** The signing key of a day. */
  #keyOf(day: string, secret: string): HmacKey {
    const name = `${day}${secret}`;
    if (this.#day?.name === name) return this.#day.key;
    const derived = [day, this.#region, 'dynamodb', 'aws4_request'].reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    const key = new HmacKey(derived);
    this.#day = { name, key };
    return key;
  }
}

function isSame(one: Credentials, other: Credentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
  );
}

/** Bytes of a block of SHA-256, and of its result (FIPS 180-4). */
const BLOCK = 64;
const DIGEST = 32;

/** The longest text that is signed here: what stands before the hash of the canonical request has some 80 characters. */
const MAX_TEXT = 256;

/**
 * HMAC with SHA-256 (RFC 2104) of short ASCII texts by one key, as two hashes in one call each: an `Hmac` is an object that
 * is made, fed and asked, which takes twice as long.
 */
class HmacKey {
  readonly #inner = Buffer.alloc(BLOCK + MAX_TEXT, 0x36);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);

  /** @param key of at most a block */
  constructor(key: Buffer) {
    for (const [index, byte] of key.entries()) {
      this.#inner[index] = byte ^ 0x36;
      this.#outer[index] = byte ^ 0x5c;
    }
  }

  /** In hexadecimal digits. */
  sign(text: string): string {
    const length = this.#inner.write(text, BLOCK, 'latin1');
    if (length !== text.length) throw new RangeError('A text is too long to be signed');
    this.#outer.write(hash('sha256', this.#inner.subarray(0, BLOCK + length), 'binary'), BLOCK, 'latin1');
    return hash('sha256', this.#outer);
  }
}
