import type { APIGatewayProxyResult } from 'aws-lambda';
import { principalOf } from '../kernel/caller.ts';
import type { Header } from '../upstream/header-table.ts';
import type { HttpRequest } from './event.ts';
import { type Rendering, respond } from './respond.ts';
import type { UpstreamCall } from './upstream-call.ts';

/** Bytes of a body that the echo says back. */
const ECHOED_BODY_BYTES = 64 * 1024;

/** The echo, for a team without an upstream: its own call, and the identity that the front door adds. */
export function echo(
  { caller, request: sent }: UpstreamCall,
  request: HttpRequest,
  rendering: Rendering,
): APIGatewayProxyResult {
  const body = {
    message: 'No upstream is configured. This is what it would have been sent.',
    tenant_id: caller?.tenantId ?? null,
    workspace_id: caller?.workspaceId ?? null,
    principal: caller === undefined ? null : principalOf(caller),
    scopes: caller?.scopes ?? [],
    environment: caller?.environment ?? null,
    request: {
      method: sent.method,
      path: sent.path,
      headers: byName(sent.headers),
      // JSON may make six bytes of one, and an answer has to fit into Lambda's 6 MB.
      body: sent.body.subarray(0, ECHOED_BODY_BYTES).toString('utf8'),
      body_bytes: sent.body.length,
    },
  };
  return respond({ status: 200, body: JSON.stringify(body) }, request, rendering);
}

/** Headers by name; of a name that comes more than once, the list of its values. */
function byName(headers: readonly Header[]): Record<string, string | readonly string[]> {
  const values = Map.groupBy(headers, ([name]) => name);
  return Object.fromEntries(
    [...values].map(([name, all]) => {
      const texts = all.map(([, value]) => value);
      return [name, texts.length === 1 ? (texts[0] ?? '') : texts];
    }),
  );
}
