import type { Command, Programs } from './command.ts';
import { EVERYWHERE, type Option, syntaxOf } from './syntax.ts';

/** What may follow some words of a command line. */
interface Place {
  /** The words before, such as `keys list`; empty at the beginning. */
  readonly words: string;
  readonly next: readonly { readonly word: string; readonly summary: string }[];
  readonly options: readonly Option[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that completes the commands in a shell, made of their usages. */
export function completion(shell: Shell, commands: readonly Command[], programs: Programs): string {
  return SCRIPTS[shell](placesOf(commands, programs));
}

function placesOf(commands: readonly Command[], programs: Programs): readonly Place[] {
  const all = [
    ...commands.map(({ usage, summary }) => ({ ...syntaxOf(usage), summary })),
    ...Object.entries(programs).map(([name, { summary }]) => ({ ...syntaxOf(name), summary })),
  ];
  const beginnings = new Set(
    all.flatMap(({ words }) => words.map((_word, end) => words.slice(0, end).join(' '))),
  );
  const groups = [...beginnings].map((beginning): Place => {
    const length = beginning === '' ? 0 : beginning.split(' ').length;
    const below = all.filter(({ words }) => words.slice(0, length).join(' ') === beginning);
    const next = new Map(
      below
        .filter(({ words }) => words.length > length)
        .map(({ words, summary }) => [
          words[length] ?? '',
          words.length === length + 1 ? summary : 'More commands',
        ]),
    );
    return { words: beginning, next: listed(next), options: [] };
  });
  const ends = commands.map(({ usage }): Place => {
    const { words, options, choices } = syntaxOf(usage);
    const next = new Map(choices.map((choice) => [choice, '']));
    return {
      words: words.join(' '),
      next: listed(next),
      options: [...options, ...syntaxOf(EVERYWHERE).options],
    };
  });
  return [...groups, ...ends];
}

const listed = (words: ReadonlyMap<string, string>) =>
  Array.from(words, ([word, summary]) => ({ word, summary }));

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

const flags = (options: readonly Option[]) => options.map(({ name }) => `--${name}`);

function withChoices(places: readonly Place[]) {
  const all = places.flatMap(({ options }) => options.filter(({ choices }) => choices.length > 0));
  return [...new Map(all.map((option) => [option.name, option])).values()];
}

/** Options that take a value: the word after one is no word of a command. */
function valued(places: readonly Place[]): readonly string[] {
  return [
    ...new Set(places.flatMap(({ options }) => flags(options.filter(({ value }) => value !== undefined)))),
  ];
}

/** Words before the one that is completed, without options and their values: a loop of bash and zsh. */
const WORDS_BEFORE = (places: readonly Place[], list: string, first: number, before: string) => `\
  local place="" skip="" i
  for ((i = ${first}; i < ${before}; i++)); do
    if [[ -n $skip ]]; then skip=""; continue; fi
    case "\${${list}[i]}" in
      ${valued(places).join('|')}) skip=1 ;;
      -*) ;;
      *) place+="\${place:+ }\${${list}[i]}" ;;
    esac
  done`;

function bash(places: readonly Place[]): string {
  const cases = places.map(({ words, next, options }) => {
    const offered = [...next.map(({ word }) => word), ...flags(options)].join(' ');
    return `    "${words}"${options.length > 0 ? '*' : ''}) words="${offered}" ;;`;
  });
  const choices = withChoices(places).map(
    ({ name, choices }) =>
      `    --${name}) COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word")); return ;;`,
  );
  return `# bash completion of latchkey: source <(latchkey completion bash)
_latchkey() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
${WORDS_BEFORE(places, 'COMP_WORDS', 1, 'COMP_CWORD')}
  case "$previous" in
${choices.join('\n')}
    ${valued(places).join('|')}) COMPREPLY=(); return ;;
  esac
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _latchkey latchkey
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ words, next, options }) => {
    const offered = [
      ...next.map(({ word, summary }) => (summary === '' ? word : `${word}:${summary}`)),
      ...flags(options),
    ].map((each) => `'${each.replaceAll("'", "'\\''")}'`);
    return `    "${words}"${options.length > 0 ? '*' : ''}) offered=(${offered.join(' ')}) ;;`;
  });
  const choices = withChoices(places).map(
    ({ name, choices }) => `    --${name}) compadd -- ${choices.join(' ')}; return ;;`,
  );
  return `#compdef latchkey
# zsh completion of latchkey: latchkey completion zsh > "\${fpath[1]}/_latchkey"
_latchkey() {
  local -a offered
${WORDS_BEFORE(places, 'words', 2, 'CURRENT')}
  case "\${words[CURRENT-1]}" in
${choices.join('\n')}
    ${valued(places).join('|')}) _files; return ;;
  esac
  case "$place" in
${cases.join('\n')}
  esac
  _describe latchkey offered
}
if [ "$funcstack[1]" = _latchkey ]; then _latchkey "$@"; else compdef _latchkey latchkey; fi
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, next, options }) => {
    const path = words === '' ? [] : words.split(' ');
    const after = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const not =
      next.length === 0 ? [] : [`not __fish_seen_subcommand_from ${next.map(({ word }) => word).join(' ')}`];
    const condition = (conditions: readonly string[]) =>
      conditions.length === 0 ? '' : ` -n '${conditions.join('; and ')}'`;
    return [
      ...next.map(
        ({ word, summary }) =>
          `complete -c latchkey -f${condition([...after, ...not])} -a ${word} -d '${summary.replaceAll("'", "\\'")}'`,
      ),
      ...options.map(({ name, value, choices }) => {
        const takes = value === undefined ? '' : ' -r';
        const given = choices.length === 0 ? '' : ` -f -a '${choices.join(' ')}'`;
        return `complete -c latchkey${condition(after)} -l ${name}${takes}${given}`;
      }),
    ];
  });
  return `# fish completion of latchkey: latchkey completion fish > ~/.config/fish/completions/latchkey.fish\n${lines.join('\n')}\n`;
}
