/** Values of a form that people write line by line, and what the API takes for them. */

function linesOf(text: string, end: RegExp): string[] {
  return text
    .split(end)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** One address or network on each line; between commas too, as they are often pasted. */
export function addressesOf(text: string): string[] {
  return linesOf(text, /[\n,]/);
}

/** `name=value` on each line: what follows the first `=` is the value, whatever is in it. */
export function metadataOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text, /\n/).map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}

export function metadataText(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
