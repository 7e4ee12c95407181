import { createHash, hash as oneShot, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyFormat } from '../contract/key-format.ts';
import type { Environment } from '../contract/scopes.ts';
import { crc32 } from './crc32.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LOCATOR_LENGTH = 12;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const BODY_LENGTH = LOCATOR_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH;
const BODY = /^[0-9A-Za-z]{50}$/;

/** The parts of a well-formed key that can be read without a look-up. */
export interface ParsedKey {
  /** Names the record; not secret. */
  readonly locator: string;
  readonly environment: Environment;
}

/** `length` characters of base62, each equally likely: bytes that would bias the modulus are drawn again. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** A new locator: 71 random bits. */
export function newLocator(): string {
  return randomBase62(LOCATOR_LENGTH);
}

/**
 * A new key of the record `locator`, with a fresh secret of 190 random bits.
 * The checksum spans prefix and environment too, so that no part can be edited unnoticed.
 */
export function newKey(format: KeyFormat, environment: Environment, locator: string): string {
  const unchecked = `${keyHead(format, environment)}${locator}${randomBase62(SECRET_LENGTH)}`;
  return unchecked + checksum(unchecked);
}

/** Reads a key offline: undefined when prefix, environment, alphabet, length or checksum is wrong. */
export function parseKey(format: KeyFormat, key: string): ParsedKey | undefined {
  const body = key.slice(-BODY_LENGTH);
  if (!BODY.test(body)) return undefined;
  const head = key.slice(0, -BODY_LENGTH);
  const environment = environmentsOf(format).find((candidate) => keyHead(format, candidate) === head);
  if (environment === undefined) return undefined;
  if (key.slice(-CHECKSUM_LENGTH) !== checksum(key.slice(0, -CHECKSUM_LENGTH))) return undefined;
  return { locator: body.slice(0, LOCATOR_LENGTH), environment };
}

/** The locator of a key that another system made: made of its SHA-256, which it does not tell. */
export function importedLocator(hash: Uint8Array): string {
  return keyMark(hash).toString('hex');
}

/** The locator of a key, whoever made it. `hash` is its SHA-256. */
export function locatorOf(format: KeyFormat, key: string, hash: Uint8Array): string {
  return parseKey(format, key)?.locator ?? importedLocator(hash);
}

/** What names a key where its SHA-256 must not stand, as whoever knows that could have the key imported. */
export function keyMark(hash: Uint8Array): Buffer {
  return createHash('sha256').update('mark').update(hash).digest();
}

export function isImported(locator: string): boolean {
  return locator.length !== LOCATOR_LENGTH;
}

/** The key as lists show it: enough to recognise, nothing of the secret. */
export function maskedKey(format: KeyFormat, environment: Environment, locator: string): string {
  return isImported(locator)
    ? `imported:${locator.slice(0, 12)}…`
    : `${keyHead(format, environment)}${locator}…`;
}

/** SHA-256 of the whole key: what is stored and compared. As text first, for which Node takes half the time of bytes. */
export function hashKey(key: string): Buffer {
  return Buffer.from(oneShot('sha256', key, 'binary'), 'latin1');
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export function sameHash(stored: Uint8Array, presented: Uint8Array): boolean {
  return stored.length === presented.length && timingSafeEqual(stored, presented);
}

/** The environments that a profile's keys can have. */
export function environmentsOf(format: KeyFormat): readonly Environment[] {
  return format.environments.length > 0 ? format.environments : ['live'];
}

/** The environment of a key whose creator names none: the first that a profile's keys can have. */
export function mainEnvironment(format: KeyFormat): Environment {
  return environmentsOf(format)[0] ?? 'live';
}

function keyHead(format: KeyFormat, environment: Environment): string {
  return format.environments.length > 0 ? `${format.prefix}_${environment}_` : `${format.prefix}_`;
}

/** CRC-32 as six base62 digits: secret scanners can verify a find without asking us. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
