/** As much metadata as a key may have: 20 entries of 64 and 256 characters, the values of one. */
export const largestMetadata = (character: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [String(index).padEnd(64, 'n'), character.repeat(256)]),
  );
