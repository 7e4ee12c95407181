import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import aws4 from 'aws4';

/** Signing keys that are remembered: one a day for each pair of credentials. */
const MAX_KEYS = 4;

const keys = new Map<string, KeyObject>();

/**
 * `aws4`, with the signing key of a day as a `KeyObject`. From bytes, Node.js 24 makes one for each signature by way of
 * two exceptions, which costs several times what the signature does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class RequestSigner extends aws4.RequestSigner {
  override signature(): string {
    return createHmac('sha256', this.#key()).update(this.stringToSign()).digest('hex');
  }

  #key(): KeyObject {
    const { secretAccessKey = '' } = this.credentials;
    const scope = [this.getDate(), this.region, this.service, 'aws4_request'];
    const name = [secretAccessKey, ...scope].join('\0');
    const known = keys.get(name);
    if (known !== undefined) return known;
    const derived = scope.reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
    if (keys.size >= MAX_KEYS) keys.clear();
    const key = createSecretKey(derived);
    keys.set(name, key);
    return key;
  }
}
