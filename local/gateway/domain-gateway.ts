import type { ApiRequest } from './api-request.ts';
import type { Answer, Gateway } from './gateway.ts';

/** A path of the host, and the API that answers below it. */
export interface MappedGateway {
  /** Without slashes at its ends; empty for all that no other takes. */
  readonly path: string;
  readonly gateway: Gateway;
  readonly stage: string | undefined;
}

/** No mapping takes the path: recorded of a domain name without a mapping, Zappa#1248. */
const NO_MAPPING: Answer = {
  response: { status: 403, headers: [['Content-Type', 'application/json']], body: '{"message":"Forbidden"}' },
  answeredBy: 'DOMAIN',
  reason: 'no mapping of the domain name takes the path',
};

/**
 * API Gateway, for a domain name with several APIs: "sends requests to the API mapping that has the longest matching path", and
 * what none matches to that without a path (developer guide, rest-api-mappings). Paths are compared as they came, segment
 * by segment: what AWS does with escapes and capitals nobody has recorded.
 */
export class DomainGateway implements Gateway {
  readonly stageInPath = null;
  readonly logicalId: string;
  readonly #mappings: readonly (MappedGateway & { readonly segments: readonly string[] })[];

  constructor(domainName: string, mappings: readonly MappedGateway[]) {
    this.logicalId = domainName;
    this.#mappings = mappings
      .map((each) => ({ ...each, segments: each.path === '' ? [] : each.path.split('/') }))
      .toSorted((a, b) => b.segments.length - a.segments.length);
  }

  async answer(request: ApiRequest, readBody: () => Promise<Buffer>): Promise<Answer> {
    const given = request.fullPath.slice(1).split('/');
    const mapping = this.#mappings.find(({ segments }) =>
      segments.every((segment, index) => segment === given[index]),
    );
    if (mapping === undefined) return NO_MAPPING;
    const { path, gateway, stage } = mapping;
    const below = path === '' ? request.path : request.path.slice(path.length + 1) || '/';
    return gateway.answer({ ...request, path: below, mappedStage: stage }, readBody);
  }
}
