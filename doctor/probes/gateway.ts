import { randomUUID } from 'node:crypto';
import type { Api, ApiResponse } from '../api.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';

const UNAUTHORIZED_FIX = 'Deploy the template again; lib/front-door.ts sets no cache and no identity source.';

/** Probes of API Gateway's own answers to unproven callers. docs/aws-facts.md lists the assumptions. */
export function gatewayProbes(api: Api): readonly Probe[] {
  return [
    {
      id: 'authorizer-asked',
      subject: 'The authorizer',
      settles: [12],
      run: () => authorizerAsked(api),
    },
    {
      id: 'access-denied',
      subject: 'ACCESS_DENIED',
      settles: [9],
      async run() {
        const { method, path } = await protectedOperation(api);
        const response = await api.call(method, path);
        const challenge = response.headers.get('www-authenticate');
        const renamed = response.headers.get('x-amzn-remapped-www-authenticate');
        if (response.status !== 401 || !(await api.isError(response))) {
          return wrong(
            `A call without a credential answers ${said(response)}: the gateway response ACCESS_DENIED is missing or changed.`,
            'Deploy the template again; lib/gateway-responses.ts has it. By hand it is lost with the next deployment.',
          );
        }
        if (challenge === null) {
          return wrong(
            `A 401 has no WWW-Authenticate${renamed === null ? '' : ': API Gateway renames it'}.`,
            "With challenges: 'context', set 'static' in latchkey.config.ts and deploy: API Gateway may map no header from the context. Else put a CloudFront function before the API that renames x-amzn-remapped-www-authenticate (docs/aws-facts.md, 7).",
          );
        }
        return ok(`A 401 has the authorizer's reason in its body, and WWW-Authenticate: ${challenge}.`);
      },
    },
    {
      id: 'context-headers',
      subject: 'Headers of refusals from the context',
      settles: [1],
      run: () => contextHeaders(api),
    },
    {
      id: 'unknown-path',
      subject: 'MISSING_AUTHENTICATION_TOKEN',
      async run() {
        const path = `/doctor-${randomUUID()}`;
        const unknown = await api.call('GET', path);
        if (unknown.status !== 404 || !(await api.isError(unknown))) {
          return wrong(
            `A path that no route has answers ${said(unknown)}.`,
            'The root lacks its catch-all: deploy the template again (apiRows in lambdas/kernel/api-rows.ts).',
          );
        }
        // A method that ANY does not mean reaches no route at all, if API Gateway lets it come so far.
        const unrouted = await api.call('PROPFIND', path);
        const native = unrouted.errorType === 'MissingAuthenticationTokenException';
        return native && (unrouted.status !== 404 || !(await api.isError(unrouted)))
          ? wrong(
              `What no route takes answers ${said(unrouted)}: the gateway response MISSING_AUTHENTICATION_TOKEN is missing or changed.`,
              'Deploy the template again; lib/gateway-responses.ts has it.',
            )
          : ok("A path that no route has is the profile's 404, and so is a method that is none.");
      },
    },
    {
      id: 'catch-all',
      subject: 'The catch-alls',
      run: () => catchAlls(api),
    },
    {
      id: 'preflight',
      subject: 'CORS preflights',
      async run() {
        const { path } = await protectedOperation(api);
        const headers = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
        const response = await api.call('OPTIONS', path, headers);
        const origin = response.headers.get('access-control-allow-origin');
        if (response.status === 204 && origin === null && response.headers.get('vary') === 'Origin')
          return ok('A preflight is answered without a credential, for the origins of cors.allowedOrigins.');
        return response.status === 204 && origin !== null
          ? ok(`A preflight is answered without a credential, for the origin ${origin}.`)
          : wrong(
              `A preflight answers ${said(response)}.`,
              'An OPTIONS without the authorizer must stand beside each ANY (lib/front-door.ts).',
            );
      },
    },
  ];
}

/**
 * Each request has an id of its own, which a denial must bring back in its body: an old one shows a cached result, an
 * id of API Gateway's that the authorizer was never asked. Whether it comes in a header too is told, and no fault by
 * itself: the configuration may do without (`gatewayContextHeaders`). A 429 without Retry-After is one.
 */
async function authorizerAsked(api: Api): Promise<Result> {
  const { method, path } = await protectedOperation(api);
  const ways = await api.waysToPresent('doctor_0000');
  let inHeaders = true;
  for (const credential of ways) {
    const [style] = Object.keys(credential);
    const ids = [randomUUID(), randomUUID()] as const;
    for (const id of ids) {
      const response = await api.call(method, path, { ...credential, 'x-request-id': id });
      if (response.text.includes(id)) {
        inHeaders &&= response.headers.get('x-request-id') === id;
        continue;
      }
      if (response.errorType === 'UnauthorizedException') {
        return wrong(
          `With ${style} alone a call is refused and the authorizer is not asked: it has an identity source or a cache.`,
          UNAUTHORIZED_FIX,
        );
      }
      if (response.status >= 500) {
        return wrong(
          `A call with a wrong credential answers ${said(response)}: the authorizer fails or may not be called.`,
          'See the log of the function "authorizer", and its permission for apigateway.amazonaws.com.',
        );
      }
      if (response.text.includes(ids[0])) {
        return wrong(
          `A second call with ${style} got the answer of the first: the authorizer's results are cached, so that a revoked key goes on working.`,
          UNAUTHORIZED_FIX,
        );
      }
      return wrong(
        `A denial does not bring the authorizer's context: its gateway response is missing or changed. It answers ${said(response)}.`,
        'Deploy the template again; lib/gateway-responses.ts has it. If it stays so, ADR 0002 is to be reopened.',
      );
    }
  }
  return ok(
    `The authorizer decides every call anew, by ${ways.map((way) => Object.keys(way)[0]).join(' and by ')}, and its context reaches ${inHeaders ? 'response bodies and headers' : 'response bodies, and no headers (gatewayContextHeaders)'}.`,
  );
}

/**
 * Records whether API Gateway maps headers of a denial from the authorizer's context, which AWS does not document: what
 * `challenges: 'context'` rests on. The stack of this machine shows nothing of AWS.
 */
async function contextHeaders(api: Api): Promise<Result> {
  const { method, path } = await protectedOperation(api);
  const [way = {}] = await api.waysToPresent('doctor_0000');
  const id = randomUUID();
  const { headers } = await api.call(method, path, { ...way, 'x-request-id': id });
  const says = headers.get('www-authenticate')?.includes('error="invalid_token"')
    ? "a 401 says why in WWW-Authenticate, by challenges: 'context'"
    : headers.get('x-request-id') === id
      ? "challenges: 'context' can be set in latchkey.config.ts"
      : undefined;
  if (says === undefined) {
    return notChecked(
      "No header of a 401 comes from the authorizer's context: gatewayContextHeaders is false, or API Gateway maps none. Keep challenges: 'static'.",
    );
  }
  return new URL(api.url).protocol === 'https:'
    ? ok(`Headers of a 401 come from the authorizer's context: ${says}.`)
    : notChecked(
        `Headers of a 401 come from the authorizer's context here, where it is no proof of AWS: ${says}.`,
      );
}

/** A wrong method on a path of ours must not reach the upstream: with a password in it, for example. */
async function catchAlls(api: Api): Promise<Result> {
  const operations = await api.operations();
  const paths = [...new Set(operations.map(({ path }) => path))];
  const open: string[] = [];
  for (const path of paths) {
    const method = ['PUT', 'PATCH', 'DELETE'].find(
      (candidate) => !operations.some((each) => each.path === path && each.method === candidate),
    );
    if (method === undefined) continue;
    const response = await api.call(method, path.replaceAll(/\{\w+\}/g, 'doctor'));
    if (response.status !== 405) open.push(`${method} ${path} (${response.status})`);
  }
  if (open.length === 0) return ok(`A wrong method on any of ${paths.length} paths of ours is a 405.`);
  return wrong(
    `A wrong method is not caught and goes to the upstream: ${open.join(', ')}.`,
    'The subtree lacks ANY on its root or on {proxy+}: deploy the template again (apiRows in lambdas/kernel/api-rows.ts).',
  );
}

/** A route that takes any credential, and changes nothing. */
export async function protectedOperation(api: Api) {
  const candidates = (await api.operations()).filter(
    ({ method, isPublic, path }) => method === 'GET' && !isPublic && !path.includes('{'),
  );
  const found = candidates.find(({ id }) => id === 'getMe') ?? candidates[0];
  if (found === undefined) throw new Error('The API has no route that takes a credential.');
  return found;
}

export function said({ status, errorType, text }: ApiResponse): string {
  return `${status}${errorType === null ? '' : ` ${errorType}`} ${JSON.stringify(text.slice(0, 120))}`;
}
