/** Fields of models that hold a secret: no `repr` shows them. */
const SECRETS = [
  'access_token',
  'api_key',
  'client_secret',
  'code',
  'current_password',
  'key',
  'mfa_token',
  'new_password',
  'password',
  'recovery_codes',
  'refresh_token',
  'secret',
  'subject_token',
  'token',
  'uri',
];

const SECRET_FIELD = new RegExp(`^( {4}(?:${SECRETS.join('|')}): [^=\\n]+?)(?: = (\\w+))?$`, 'gm');

/**
 * A file of the generated Python client as it is committed: without secrets in any `repr`, for Python 3.10 too, which has no
 * `typing.Self` and reads no `Z` in a date, and without blanks at the ends of lines. `file` is its path below the package.
 */
export function pythonSource(file: string, text: string): string {
  const source = file.startsWith('models/') ? withReadableDates(withSecretsHidden(text)) : text;
  return (file === 'client.py' ? withoutSelf(source) : source)
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n');
}

function withSecretsHidden(text: string): string {
  // The class's own fields stand before its first method.
  const methods = text.indexOf('\n    def ');
  if (methods === -1) return text;
  const fields = text.slice(0, methods);
  const hidden = fields.replace(SECRET_FIELD, (_all, field: string, initial?: string) => {
    const options = initial === undefined ? 'repr=False' : `default=${initial}, repr=False`;
    return `${field} = _attrs_field(${options})`;
  });
  return hidden + text.slice(methods);
}

function withoutSelf(text: string): string {
  const found = 'from typing import Any, Self\n';
  if (!text.includes(found)) throw new Error('client.py of the generator imports Self in another way.');
  const lazily = 'from __future__ import annotations\n\n';
  return (
    lazily +
    text
      .replace(found, 'from typing import TYPE_CHECKING, Any\n')
      .replace('import httpx\n', 'import httpx\n\nif TYPE_CHECKING:\n    from typing import Self\n')
  );
}

function withReadableDates(text: string): string {
  const found = 'datetime.datetime.fromisoformat(';
  if (!text.includes(found)) return text;
  const imported = 'import datetime\n\nfrom ..._dates import parse_datetime\n';
  return text.replaceAll(found, 'parse_datetime(').replace('import datetime\n', imported);
}
