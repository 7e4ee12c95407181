import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What every authenticator app takes (RFC 6238, with the defaults of Google's key URI format). */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** RFC 4226, 4: the length of a SHA-1. */
const SECRET_BYTES = 20;
/** Steps that a clock may be off, each way (RFC 6238, 5.2: one is recommended). */
const SKEW_STEPS = 1;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Makes a secret, in base32 (RFC 4648, 6): so apps take it, and people type it. */
export function newTotpSecret(): string {
  return base32(randomBytes(SECRET_BYTES));
}

/** The code of a time step: HOTP of its number (RFC 4226, 5.3). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/**
 * The time step that a code is of: this one, or one before or after it, and later than `lastStep`, so that no code works
 * twice. Undefined for a wrong code. `now` in Unix seconds.
 */
export function stepOf(code: string, secret: string, lastStep: number, now: number): number | undefined {
  const present = Math.floor(now / STEP_SECONDS);
  const steps = Array.from({ length: 2 * SKEW_STEPS + 1 }, (_, index) => present - SKEW_STEPS + index);
  // All are looked at, so that the time tells nothing.
  const matching = steps.filter((step) => isSame(totpCode(secret, step), code));
  return matching.find((step) => step > lastStep);
}

/** Whether a text can be a code of an app, and no recovery code. Blanks say nothing: apps show two groups. */
export function readTotpCode(text: string): string | undefined {
  const digits = text.replace(/\s/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}

/** The URI that an app reads from the QR code (Google Authenticator, "Key Uri Format"). */
export function totpUri({
  secret,
  service,
  email,
}: {
  readonly secret: string;
  readonly service: string;
  readonly email: string;
}): string {
  const label = `${encodeURIComponent(service.replaceAll(':', ' '))}:${encodeURIComponent(email)}`;
  const parameters = { secret, issuer: service, algorithm: 'SHA1', digits: DIGITS, period: STEP_SECONDS };
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `otpauth://totp/${label}?${query.join('&')}`;
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join('');
}

function bytesOf(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
