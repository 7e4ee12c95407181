import type { ApiRequest } from './api-request.ts';
import type { ApiResponse } from './api-response.ts';

/** An answer with who gave it: a function, `MOCK`, or the type of a gateway response. */
export interface Answer {
  readonly response: ApiResponse;
  readonly answeredBy: string;
  /** Why, where a failure has a reason that the client does not see. */
  readonly reason?: string;
}

/** API Gateway, for one API. */
export interface Gateway {
  /** The API's. */
  readonly logicalId: string;
  /** The first segment of paths that is no part of them, where there is one: null where none is. */
  readonly stageInPath: string | null;
  /** Answers a request, in the order in which API Gateway does. Never rejects. */
  answer(request: ApiRequest, readBody: () => Promise<Buffer>): Promise<Answer>;
}
