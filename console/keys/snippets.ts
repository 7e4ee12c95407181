import { settings } from '../app/settings.ts';

export type SnippetKind = 'env' | 'curl' | 'typescript' | 'python';

/** The variable that holds a key: the service's name in it, as people have several. */
export const VARIABLE = `${
  settings.brand.name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase() || 'LATCHKEY'
}_API_KEY`;

/** The header in which this contract takes keys, and its value for a text that stands for the key. */
function header(): readonly [name: string, prefix: string] {
  return settings.credentials.includes('bearer-key') ? ['Authorization', 'Bearer '] : ['X-API-Key', ''];
}

/** Commands that run as they are against this deployment, with the key in them; `env` is the line for a `.env` file. */
export function snippet(kind: SnippetKind, key: string): string {
  const url = settings.url + settings.first_call;
  const [name, prefix] = header();
  switch (kind) {
    case 'env':
      return `${VARIABLE}=${key}`;
    case 'curl':
      return `curl ${url} \\\n  -H "${name}: ${prefix}${key}"`;
    case 'typescript':
      return [
        `const response = await fetch('${url}', {`,
        `  headers: { '${name}': '${prefix}${key}' },`,
        '});',
        'console.log(response.status, await response.text());',
      ].join('\n');
    case 'python':
      return [
        'import urllib.request',
        '',
        'request = urllib.request.Request(',
        `    "${url}",`,
        `    headers={"${name}": "${prefix}${key}"},`,
        ')',
        'with urllib.request.urlopen(request) as response:',
        '    print(response.status, response.read().decode())',
      ].join('\n');
  }
}
