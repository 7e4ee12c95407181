import type { Api } from '../api.ts';
import { type Finding, ok, type Probe, wrong } from '../finding.ts';
import { protectedOperation, said } from './gateway.ts';

/** Whether a client that knows the URL alone finds who issues tokens, and whether all say the same (RFC 8414, RFC 9728). */
export function discoveryProbes(api: Api): readonly Probe[] {
  return [
    { id: 'issuer', subject: 'The issuer', run: () => issuer(api) },
    { id: 'challenge', subject: 'The way from a 401 to the metadata', run: () => challenge(api) },
  ];
}

async function issuer(api: Api): Promise<Omit<Finding, 'id'>> {
  const { method, path } = await api.operation('getOpenIdConfiguration');
  const response = await api.call(method, path);
  if (response.status !== 200) {
    return wrong(`${path} answers ${said(response)}.`, 'Deploy the template again (lambdas/status/rows.ts).');
  }
  if (response.json.issuer !== api.url) {
    return wrong(
      `The issuer is ${response.json.issuer}, and this is ${api.url}: clients compare the two to the letter.`,
      "Look at the issuer's URL. If it is not the one that clients call, set domain in latchkey.config.ts.",
    );
  }
  return new URL(api.url).pathname === '/'
    ? ok(`The issuer is ${api.url}.`)
    : ok(
        `The issuer is ${api.url}. Its path keeps what RFC 8414 and RFC 9728 want at the root of the host out of reach, unless domain.wellKnown leads there: set one or the other if clients need it (docs/discovery.md).`,
      );
}

async function challenge(api: Api): Promise<Omit<Finding, 'id'>> {
  const { method, path } = await protectedOperation(api);
  const { headers } = await api.call(method, path);
  const [, url] = /resource_metadata="([^"]*)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
  if (url === undefined || !url.startsWith(`${api.url}/`)) {
    return wrong(
      `A 401 names ${url ?? 'no metadata'} where it should name metadata of ${api.url}.`,
      'Deploy the template again; lib/gateway-responses.ts has it.',
    );
  }
  const response = await api.call('GET', url.slice(api.url.length));
  // Static, it names the whole API; from the context, the path.
  const isOfHere = [api.url, api.url + path].some((resource) => response.json.resource === resource);
  return response.status === 200 && isOfHere
    ? ok(`A 401 leads to ${url}, which is of this API.`)
    : wrong(
        `A 401 leads to ${url}, which answers ${said(response)}.`,
        'Deploy the template again (lambdas/status/rows.ts).',
      );
}
