import { type HeaderValues, headerValues } from './headers.ts';

/** A name and its secret, as `Authorization: Basic` carries them (RFC 7617), in the encoding of RFC 6749, 2.3.1. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const BASIC = /^basic +([\w+/-]+={0,2}) *$/i;

/** Reads `Authorization: Basic`; null for one that cannot be read or came twice, undefined without one. */
export function readBasic(headers: HeaderValues): BasicCredentials | null | undefined {
  const [value, ...more] = headerValues(headers, 'authorization');
  if (value === undefined || !/^basic\b/i.test(value)) return undefined;
  const [, encoded] = BASIC.exec(value) ?? [];
  if (encoded === undefined || more.length > 0) return null;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  if (id === undefined || secret.length === 0) return null;
  try {
    return { id: formDecoded(id), secret: formDecoded(secret.join(':')) };
  } catch {
    return null;
  }
}

/** `application/x-www-form-urlencoded` undone (RFC 6749, appendix B). Throws for a broken escape. */
function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
