import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { ASSERTION_AUDIENCE, ASSERTION_TYPE } from '../../lambdas/signing/signer.ts';
import type { Api, ApiResponse } from '../api.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';
import { said } from './gateway.ts';

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/**
 * Whether an upstream that API Gateway calls itself gets our assertion in place of one that a client makes up. `path` is one
 * of such an upstream's that answers with the headers that it was sent.
 */
export function mirrorProbe(api: Api, flow: Flow, path: string): Probe {
  return {
    id: 'mirror',
    subject: "A client's own X-Latchkey-Assertion",
    settles: [5],
    run: flow.after(() => mirrored(api, flow, path)),
  };
}

async function mirrored(api: Api, flow: Flow, path: string): Promise<Result> {
  const madeUp = `made-up-${randomUUID()}`;
  const response = await api.call('GET', path, {
    authorization: `Bearer ${flow.trace.keys[0]}`,
    'X-Latchkey-Assertion': madeUp,
  });
  if (response.status !== 200)
    return wrong(
      `${path} answers ${said(response)}.`,
      'Name a path of an upstream of the kind http that answers a GET with the headers that it was sent.',
    );
  if (response.headers.has('x-ratelimit-limit') || /x-latchkey-tenant/i.test(response.text))
    return notChecked(`${path} is behind a forwarder, which writes all headers itself.`);
  if (response.text.includes(madeUp))
    return wrong(
      "A client's own X-Latchkey-Assertion reaches the upstream: API Gateway does not put the mapped one in its place.",
      'Use url in place of http for this upstream, and leave gatewayFacts.mappedHeaderReplaces false.',
    );
  return (await hasOurAssertion(api, response, path))
    ? ok(
        "A client's own X-Latchkey-Assertion is replaced by ours, which the published keys verify: you may set gatewayFacts.mappedHeaderReplaces: true.",
      )
    : wrong(
        `${path} answers with no assertion of ours for it, or with several.`,
        'Let it answer with all headers that it was sent. If it does, API Gateway maps none: use url in place of http.',
      );
}

async function hasOurAssertion(api: Api, { text }: ApiResponse, path: string): Promise<boolean> {
  const assertions = new Set((text.match(TOKEN) ?? []).filter(isAssertion));
  const [assertion] = assertions;
  if (assertion === undefined || assertions.size > 1) return false;
  const keys = createRemoteJWKSet(new URL(`${api.url}/.well-known/jwks.json`));
  const expected = {
    algorithms: ['ES256'],
    typ: ASSERTION_TYPE,
    issuer: api.url,
    audience: ASSERTION_AUDIENCE,
  };
  const verified = await jwtVerify(assertion, keys, expected).catch(() => undefined);
  return verified?.payload.path === path;
}

function isAssertion(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === ASSERTION_TYPE;
  } catch {
    return false;
  }
}
