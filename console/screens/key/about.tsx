import type { ApiKey } from '../../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useWorkspaces } from '../../app/me.ts';
import { Scopes } from '../../keys/key-parts.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { Actor } from '../../trail/entries.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Card, Fact, Facts, Mono } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';

const TEXTS = inLanguages(
  {
    about: 'About this key',
    key: 'Key',
    id: 'ID',
    workspace: 'Workspace',
    scopes: 'Scopes',
    created: 'Created',
    by: 'By',
    expires: 'Expires',
    revoked: 'Revoked',
    lastUsed: 'Last used',
    requests: 'Requests in all',
    addresses: 'Allowed addresses',
    anywhere: 'From anywhere',
    tokens: 'Tokens',
    tokensText: 'None of its own: each is this key, and ends with it.',
    metadata: 'Metadata',
  },
  {
    about: 'Über diesen Schlüssel',
    key: 'Schlüssel',
    id: 'ID',
    workspace: 'Arbeitsbereich',
    scopes: 'Rechte',
    created: 'Erstellt',
    by: 'Von',
    expires: 'Läuft ab',
    revoked: 'Widerrufen',
    lastUsed: 'Zuletzt benutzt',
    requests: 'Anfragen insgesamt',
    addresses: 'Erlaubte Adressen',
    anywhere: 'Von überall',
    tokens: 'Tokens',
    tokensText: 'Keine eigenen: Jedes ist dieser Schlüssel und endet mit ihm.',
    metadata: 'Metadaten',
  },
);

/** What there is of a key. */
export function About({ apiKey }: { readonly apiKey: ApiKey }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const workspaces = useWorkspaces();
  const { id, key_prefix, workspace_id, scopes, expires_at, revoked_at, last_used_at, last_used_ip } = apiKey;
  const metadata = Object.entries(apiKey.metadata);
  return (
    <Card title={words.about}>
      <Facts>
        <Fact name={words.key}>
          <Mono>{key_prefix}</Mono>
        </Fact>
        <Fact name={words.id}>
          <Identifier id={id} />
        </Fact>
        <Fact name={words.workspace}>
          {workspaces.data?.find((each) => each.id === workspace_id)?.name ?? workspace_id}
        </Fact>
        <Fact name={words.scopes}>
          <Scopes scopes={scopes} all />
        </Fact>
        <Fact name={words.lastUsed}>
          {last_used_at === null ? words.neverUsed : <Time at={last_used_at} />}
          {last_used_ip && <span className="ml-2 font-mono text-faint text-xs">{last_used_ip}</span>}
        </Fact>
        <Fact name={words.requests}>{format.number(apiKey.request_count)}</Fact>
        <Fact name={revoked_at === null ? words.expires : words.revoked}>
          {revoked_at !== null ? (
            <Time at={revoked_at} exact />
          ) : expires_at === null ? (
            words.never
          ) : (
            <Time at={expires_at} exact />
          )}
        </Fact>
        <Fact name={words.created}>
          <Time at={apiKey.created_at} exact />
        </Fact>
        <Fact name={words.by}>
          <Mono>
            <Actor actor={apiKey.created_by} />
          </Mono>
        </Fact>
        <Fact name={words.addresses}>
          {apiKey.allowed_ips.length === 0 ? words.anywhere : <Mono>{apiKey.allowed_ips.join(', ')}</Mono>}
        </Fact>
        <Fact name={words.tokens}>{words.tokensText}</Fact>
        {metadata.length > 0 && (
          <Fact name={words.metadata}>
            <Mono>{metadata.map(([name, value]) => `${name}=${value}`).join(', ')}</Mono>
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
