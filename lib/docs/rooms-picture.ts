/** The part of `.dependency-cruiser.mjs` that the documentation shows. */
export interface ImportRules {
  /** Each room of `lambdas`, with the rooms that it may import. */
  readonly ROOMS: Readonly<Record<string, readonly string[]>>;
  /** Each folder of `lambdas`, with the folders that it may import. */
  readonly LAYERS: Readonly<Record<string, readonly string[]>>;
  readonly default: { readonly forbidden: readonly { readonly name: string; readonly comment: string }[] };
}

/** The ending of the names of the rules that are made for each folder of `lambdas`. */
const PER_FOLDER = '-imports-what-stands-below';

/**
 * The folders of `lambdas` and the imports that the rules allow, as a Mermaid flowchart: an arrow for each of them, and no
 * other. An arrow to the frame stands for all rooms in it; those to `kernel` and `contract`, which all may import, are
 * drawn once.
 */
export function roomsPicture({ ROOMS, LAYERS }: ImportRules): string {
  const rooms = Object.keys(ROOMS);
  const framed = rooms.filter((room) => LAYERS.table?.includes(room));
  const others = rooms.filter((room) => !framed.includes(room));
  const arrows = (from: string, to: readonly string[]) =>
    to.length === 0 ? [] : [`  ${from} --> ${to.join(' & ')}`];
  /** The imports of a folder above the rooms, with the frame in place of the rooms in it. */
  const targetsOf = (folder: string) => {
    const targets = LAYERS[folder] ?? [];
    const outside = targets.filter((target) => ![...framed, 'contract', 'kernel'].includes(target));
    return framed.every((room) => targets.includes(room)) ? [...outside, 'rooms'] : outside;
  };
  return [
    '```mermaid',
    'flowchart TD',
    ...['functions', 'verify', 'http', 'table'].flatMap((folder) => arrows(folder, targetsOf(folder))),
    ...others.flatMap((room) => arrows(room, ROOMS[room] ?? [])),
    '  subgraph rooms',
    ...framed.map((room) => `    ${room}`),
    ...framed.toReversed().flatMap((room) => arrows(`  ${room}`, ROOMS[room] ?? [])),
    '  end',
    '  rooms --> kernel',
    '  kernel --> contract',
    '```',
  ].join('\n');
}

/** The import rules as a Markdown table: the name that a violation is reported under, and the rule. */
export function importRulesTable({ default: { forbidden } }: ImportRules): string {
  const perFolder = forbidden.find(({ name }) => name.endsWith(PER_FOLDER));
  const rules = forbidden.filter(({ name }) => !name.endsWith(PER_FOLDER));
  return [
    '| name | rule |',
    '|---|---|',
    ...(perFolder === undefined ? [] : [`| \`<folder>${PER_FOLDER}\` | ${perFolder.comment} |`]),
    ...rules.map(({ name, comment }) => `| \`${name}\` | ${comment} |`),
  ].join('\n');
}

/**
 * Puts `parts` into a page, each between the comments `<!-- generated: NAME -->` and `<!-- /generated -->`. Throws when the
 * page lacks the place of one.
 */
export function withGeneratedParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const place = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(\n<!-- /generated -->)`);
    if (!place.test(text)) throw new Error(`The page has no place for the generated part "${name}".`);
    return text.replace(place, (_, open: string, close: string) => `${open}\n${part}\n${close}`);
  }, page);
}
