/** The reversed polynomial of ISO-HDLC, the CRC-32 of gzip and PNG (RFC 1952, 8). */
const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/**
 * The CRC-32 of a text's UTF-8 bytes, as `zlib.crc32` gives it. Node's own would load all of zlib for these few
 * lines, which costs every cold start of the authorizer one to three milliseconds (docs/performance.md).
 */
export function crc32(text: string): number {
  let rest = 0xffffffff;
  for (const byte of Buffer.from(text)) rest = (rest >>> 8) ^ (TABLE[(rest ^ byte) & 0xff] ?? 0);
  return ~rest >>> 0;
}
