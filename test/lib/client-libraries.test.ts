/** What the client libraries are generated from, and what is corrected of that which is generated. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ApiDocument, clientDocument } from '../../lib/clients/document.ts';
import { pythonSource } from '../../lib/clients/python-source.ts';

const whole: ApiDocument = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/openapi/default.json'), 'utf8'),
);

describe('the document of the client libraries', () => {
  const document = clientDocument(whole);
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

  test('has what programs call, and neither pages nor the endpoints of OAuth', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toEqual(
      expect.arrayContaining(['listKeys', 'createKey', 'refresh', 'listUsers', 'getUsage']),
    );
    for (const id of ['showSignIn', 'authorize', 'requestToken', 'showConsole', 'exportTenant'])
      expect(ids).not.toContain(id);
  });

  test('has each component that it refers to, and no other', () => {
    const { securitySchemes: _, ...components } = document.components;
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+\/[^"]+)"/g)].map(
      ([, name]) => name,
    );
    const present = Object.entries(components).flatMap(([kind, named]) =>
      Object.keys(named).map((name) => `${kind}/${name}`),
    );
    expect([...new Set(referred)].sort()).toEqual(present.sort());
  });

  test('leaves the words of scopes, roles and environments to the deployment', () => {
    for (const name of ['Scope', 'Role', 'Environment'])
      expect(document.components.schemas?.[name]).toEqual({ type: 'string' });
  });
});

describe('a generated Python file', () => {
  const model = [
    'import datetime',
    '',
    '@_attrs_define',
    'class CreatedApiKey:',
    '    id: str',
    '    key: str',
    '    token: None | str | Unset = UNSET',
    '    key_prefix: str',
    '',
    '    def to_dict(self) -> dict[str, Any]:',
    '        key: str',
    '        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))   ',
    '',
  ].join('\n');

  test('has no secret in its repr, and reads dates on every Python', () => {
    expect(pythonSource('models/created_api_key.py', model)).toBe(
      [
        'import datetime',
        '',
        'from ..._dates import parse_datetime',
        '',
        '@_attrs_define',
        'class CreatedApiKey:',
        '    id: str',
        '    key: str = _attrs_field(repr=False)',
        '    token: None | str | Unset = _attrs_field(default=UNSET, repr=False)',
        '    key_prefix: str',
        '',
        '    def to_dict(self) -> dict[str, Any]:',
        '        key: str',
        '        created_at = parse_datetime(d.pop("created_at"))',
        '',
      ].join('\n'),
    );
  });

  test('that imports Self in another way than we know fails the generation', () => {
    expect(() => pythonSource('client.py', 'from typing import Self\n')).toThrow(
      'imports Self in another way',
    );
  });
});
