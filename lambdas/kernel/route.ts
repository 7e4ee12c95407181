import type * as z from 'zod';
import type { Access, Area, Method } from '../contract/access.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { RouteId, ServiceName } from '../contract/route-id.ts';
import type { Caller, UserCaller } from './caller.ts';
import type { Credential } from './credential.ts';
import type { Ndjson } from './ndjson.ts';
import { Problem } from './problem.ts';

/** Where a request came from: what logs and `last used` show. */
export interface Origin {
  /** The caller's IP address as API Gateway saw it. */
  readonly address: string;
  readonly requestId: string;
}

export interface RouteRequest<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
  /** As it was called: without the stage, undecoded. */
  readonly path: string;
  readonly origin: Origin;
  /** The workspace that `X-Workspace-Id` names: the authorizer has let in the caller's only. Undefined without a header. */
  readonly workspaceId: string | undefined;
  /** What the request presents, where the row asks for it (`takesCredential`); nothing has been checked of it. */
  readonly credential: Credential;
}

/** What a row answers: the fields of a document, or lines. */
export type Result = Readonly<Record<string, unknown>> | Ndjson;

/** A body as it came. */
export interface RawBody {
  readonly bytes: Buffer;
  /** `Content-Encoding` (RFC 9110, 8.4), in lower case; empty for none. */
  readonly encoding: string;
}

/** What a row is to clients that know the standards: where the metadata says that it is (RFC 8414, 2). */
export type Advertised =
  | { readonly endpoint: 'jwks_uri' }
  /** The token endpoint of these grants, by their `grant_type`. */
  | { readonly endpoint: 'token_endpoint'; readonly grants: readonly string[] };

/** One row of the route table: the only place that knows a route of Latchkey's own. */
export interface Route {
  readonly id: RouteId;
  readonly service: ServiceName;
  readonly method: Method;
  /** In the default profile; `{name}` stands for one segment, `{name+}` at the end for all that follow. Null for a row that only a profile's `paths` switch on. */
  readonly path: string | null;
  readonly access: Access;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly body?: z.ZodType;
  /** An OAuth endpoint: its errors are RFC 6749's, not the profile's, and its success has no envelope. */
  readonly oauth?: true;
  /** Takes lines of JSON (NDJSON), as {@link RawBody}; instead of `body`. The schema is that of a line, for the document. */
  readonly lines?: { readonly maxBytes: number; readonly schema: z.ZodType };
  /** Works with the credential itself, not only with whom it proves. */
  readonly takesCredential?: true;
  /** Also takes `application/x-www-form-urlencoded`. */
  readonly takesForm?: true;
  readonly query?: z.ZodType;
  readonly success: {
    readonly status: 200 | 201;
    readonly description: string;
    readonly schema: z.ZodType;
    /** Sent as it is, without the profile's envelope: a document that a standard or a tool defines. */
    readonly raw?: true;
    /** Lines of JSON, always or when they are asked for; the schema is then that of a line, or of what else is sent. */
    readonly ndjson?: 'always' | 'on request';
    /** Not JSON: the handler's result is `{ text }`, sent as it is with this content type. */
    readonly text?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Its place in the metadata. @default - none: no standard knows it */
  readonly advertised?: Advertised;
  /** What the row itself can answer besides what every row can. */
  readonly errors: readonly ErrorCode[];
  // biome-ignore lint/suspicious/noExplicitAny: readers of the table see rows of all functions; `publicRoute` and `callerRoute` type them.
  readonly handle: (request: any, services: any, caller: any) => Promise<Result>;
}

type Typed<Handle, Body extends z.ZodType, Query extends z.ZodType> = Omit<
  Route,
  'handle' | 'body' | 'query' | 'access'
> & {
  readonly body?: Body;
  readonly query?: Query;
  readonly handle: Handle;
};

/** A row that anybody may call. */
export function publicRoute<
  Services,
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodObject,
>(
  row: Typed<
    (request: RouteRequest<z.output<Body>, z.output<Query>>, services: Services) => Promise<Result>,
    Body,
    Query
  >,
): Route {
  return { ...row, access: { kind: 'public' } };
}

/** What a row is given that takes a credential. */
type CallerRequest<Body extends z.ZodType, Query extends z.ZodType> = RouteRequest<
  z.output<Body>,
  z.output<Query>
> & { readonly raw: RawBody };

/** A row that takes a credential; `caller` is who the authorizer let in. */
export function callerRoute<
  Services,
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodObject,
>(
  row: Typed<
    (request: CallerRequest<Body, Query>, services: Services, caller: Caller) => Promise<Result>,
    Body,
    Query
  > & { readonly access: Access & { kind: 'credential' } },
): Route {
  return row;
}

/** A row that takes a person's credential, with the scope of an area; no key's, whatever its scopes. */
export function personRoute<
  Services,
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodObject,
>({
  scope,
  handle,
  ...row
}: Typed<
  (request: CallerRequest<Body, Query>, services: Services, caller: UserCaller) => Promise<Result>,
  Body,
  Query
> & { readonly scope: Area | null }): Route {
  return {
    ...row,
    access: { kind: 'credential', scope, callers: 'user' },
    // The authorizer has refused keys already.
    handle: async (request: CallerRequest<Body, Query>, services: Services, caller: Caller) => {
      if (caller.kind !== 'user') throw new Problem('user_required');
      return handle(request, services, caller);
    },
  };
}
