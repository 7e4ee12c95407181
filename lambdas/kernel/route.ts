import type * as z from 'zod';
import type { Access, Area, Method } from '../contract/access.ts';
import type { Advertised } from '../contract/advertised.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { RouteId, ServiceName } from '../contract/route-id.ts';
import type { Tag } from '../contract/tags.ts';
import type { OperatorServices } from './authentication.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import type { Caller, UserCaller } from './caller.ts';
import type { Claim, ClaimServices, Fingerprint } from './claim.ts';
import type { Credential } from './credential.ts';
import { Problem } from './problem.ts';
import type { Answer, PlainKind, PlainSuccess, ResultKind, Success } from './results.ts';

/** Where a request came from: what logs and `last used` show. */
export interface Origin {
  /** The caller's IP address as API Gateway saw it. */
  readonly address: string;
  /** API Gateway's own. */
  readonly requestId: string;
  /** The caller's `X-Request-ID`, where there is one that is harmless. */
  readonly callerRequestId?: string;
  /** The beginning of the caller's `User-Agent` (RFC 9110, 10.1.5), as far as it is printable ASCII: by it people know their devices. */
  readonly userAgent?: string;
  /** The claim of a call with an idempotency key, on a row that honours it. */
  readonly claim?: Claim;
}

/** A body as it came. */
export interface RawBody {
  readonly bytes: Buffer;
  /** `Content-Encoding` (RFC 9110, 8.4), in lower case; empty for none. */
  readonly encoding: string;
}

/** The parts of a request that are the same for every row. */
interface RequestBase {
  readonly params: Readonly<Record<string, string>>;
  /** As it was called: without the stage, undecoded. */
  readonly path: string;
  readonly origin: Origin;
  /** The workspace that `X-Workspace-Id` names: the authorizer has let in the caller's only. Undefined without a header. */
  readonly workspaceId: string | undefined;
  /** `Accept-Language` (RFC 9110, 12.5.4) as it came; empty without. */
  readonly acceptLanguage: string;
  /** `Accept-Encoding` (RFC 9110, 12.5.3) as it came; empty without. */
  readonly acceptEncoding: string;
  /** The presented credential, where the row asks for it (`takesCredential`); nothing of it has been checked. */
  readonly credential: Credential;
  /** `Authorization: Basic`, where the row asks for it (`takesClient`): null for one that cannot be read. Unchecked. */
  readonly basic: BasicCredentials | null | undefined;
  /** The body of a row that takes `lines`; empty for others. */
  readonly raw: RawBody;
}

/** A request as `lambdas/http` hands it to a row, which reads body and query by its own schemas. */
export interface Incoming extends RequestBase {
  /** The fields of the body. Throws `invalid_field` and what else can be wrong with one. */
  body<Schema extends z.ZodType>(schema: Schema): z.output<Schema>;
  /** The parameters of the query. Throws `invalid_field`. */
  query<Schema extends z.ZodType>(schema: Schema): z.output<Schema>;
  /** The cookies of these names, as far as they came. */
  cookies<Name extends string>(names: readonly Name[]): Cookies<Name>;
  /**
   * Does the work of a row that honours `Idempotency-Key` once for each key, and gives the answer of the first call to
   * repetitions. Without the header there is no claim. Throws `idempotency_key_reused`, `request_in_flight`.
   */
  once(fingerprint: Fingerprint, work: (claim: Claim | undefined) => Promise<unknown>): Promise<unknown>;
}

/** Cookies by name; one that did not come, or came twice, is not there. */
export type Cookies<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** A request as a handler gets it: checked. */
export interface RouteRequest<Body, Query, Cookie extends string> extends RequestBase {
  readonly body: Body;
  readonly query: Query;
  /** Those that the row names in `takesCookies`. */
  readonly cookies: Cookies<Cookie>;
}

/** A row's description, whatever its types: all that readers of the table see. */
interface Description {
  readonly method: Method;
  /** In the default profile; `{name}` stands for one segment, `{name+}` at the end for all that follow. Null for a row that only a profile's `paths` switch on. */
  readonly path: string | null;
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  /** An OAuth endpoint: its errors are RFC 6749's (of a registration RFC 7591's), not the profile's, and its success has no envelope. */
  readonly oauth?: true | 'registration';
  /**
   * People open it in a browser: its errors are pages, and asked for under another host than the deployment's it leads
   * there, where its cookies are.
   */
  readonly page?: true;
  /** Answers scripts of our own origin only: nobody else's page, and no form. */
  readonly sameOrigin?: true;
  /** Takes lines of JSON (NDJSON), as {@link RawBody}; instead of `body`. The schema is that of a line, for the document. */
  readonly lines?: { readonly maxBytes: number; readonly schema: z.ZodType };
  /** Works with the credential itself, not only with whom it proves. */
  readonly takesCredential?: true;
  /** Takes embed tokens too, which no other row does: its handler leaves them in their workspace and within their scopes. */
  readonly takesEmbedTokens?: true;
  /** Takes the credentials of an OAuth client (RFC 6749, 2.3.1). */
  readonly takesClient?: true;
  /** Bytes of its body at most. @default 65,536 */
  readonly maxBytes?: number;
  /** Also takes `application/x-www-form-urlencoded`. */
  readonly takesForm?: true;
  /** The names of the cookies that it reads. */
  readonly takesCookies?: readonly string[];
  readonly query?: z.ZodType;
  readonly success: Success;
  /** Other successful answers: a page that leads on by a redirect has both. */
  readonly alternatives?: readonly PlainSuccess[];
  /** Its place in the metadata. @default - none: no standard knows it */
  readonly advertised?: Advertised;
  /**
   * Honours `Idempotency-Key`: how its requests are told apart. Its handler completes the claim (`answering`) in the
   * transaction that makes what is asked for. @default - the header means nothing
   */
  readonly idempotent?: Fingerprint;
  /** Error codes of the row itself, besides those of every row. */
  readonly errors: readonly ErrorCode[];
}

/** One row of the route table: the only place that knows a route of Latchkey's own. */
export interface Route extends Description {
  readonly id: RouteId;
  readonly service: ServiceName;
  readonly access: Access;
  readonly tag: Tag;
}

/** A row with its handler, for whoever has the services that it takes. */
export interface Row<in Services, out Id extends RouteId = RouteId> extends Route {
  readonly id: Id;
  /** Checks the request by the row's schemas, and answers it. The result is of the kind that `success` says. */
  readonly handle: (
    request: Incoming,
    services: Services,
    /** Undefined on a public row. */
    caller: Caller | undefined,
  ) => Promise<unknown>;
}

/** Rows that one function serves. `Services` is what it must have for them. */
export interface RouteGroup<
  in Services,
  out Service extends ServiceName = ServiceName,
  out Id extends RouteId = RouteId,
> {
  readonly service: Service;
  readonly rows: readonly Row<Services, Id>[];
}

/** The services that a function must have to serve a group. */
export type ServicesOf<Group> = Group extends RouteGroup<infer Services> ? Services : never;

/** A row before its group has named it. */
type Unnamed<Services> = Omit<Row<Services>, 'id'>;

/** A row as it is written. Its types are those of its schemas. */
interface Written<
  Schema extends z.ZodType,
  Body extends z.ZodType,
  Query extends z.ZodType,
  Kind extends ResultKind,
  Other extends PlainKind,
  Cookie extends string,
  Call extends readonly unknown[],
  Result,
> extends Description {
  /** @default - the group's */
  readonly tag?: Tag;
  readonly body?: Body;
  readonly query?: Query;
  readonly takesCookies?: readonly Cookie[];
  readonly success: Success<Schema, Kind>;
  readonly alternatives?: readonly PlainSuccess<Other>[];
  readonly handle: (
    request: RouteRequest<z.output<Body>, z.output<Query>, Cookie>,
    ...call: Call
  ) => Promise<Result>;
}

/** Makes a row of what is written. `Call` is what its handler is given after the request, `More` what it says besides. */
type RowMaker<Services, Call extends readonly unknown[], More> = <
  Schema extends z.ZodType,
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Kind extends ResultKind = 'json',
  Other extends PlainKind = never,
  Cookie extends string = never,
  // `const` lets a handler write literals of the schema as they are.
  const Result extends Answer<z.output<Schema>, Kind | Other> = never,
>(
  row: Written<Schema, Body, Query, Kind, Other, Cookie, Call, Result> & More,
) => Unnamed<Services>;

/** Only who has a store of claims can honour an idempotency key, and only of who is proven. */
interface MayClaim<Services> {
  readonly idempotent?: Services extends ClaimServices ? Fingerprint : 'takes services with claims';
}

interface GroupBuilder<Services, Service extends ServiceName> {
  /** A row that anybody may call. */
  readonly public: RowMaker<
    Services,
    [services: Services],
    { readonly idempotent?: 'takes a caller who is proven' }
  >;
  /** A row that takes a credential; `caller` is who the authorizer let in. */
  readonly caller: RowMaker<
    Services,
    [services: Services, caller: Caller],
    { readonly access: Access & { readonly kind: 'credential' } } & MayClaim<Services>
  >;
  /** A row that takes a person's credential, with `scope`; no key's, whatever its scopes. */
  readonly person: RowMaker<
    Services,
    [services: Services, caller: UserCaller],
    { readonly scope: Area | null } & MayClaim<Services>
  >;
  /** A row of who runs the deployment; whatever is no GET is an act, which takes a recent sign-in. */
  readonly operator: RowMaker<
    Services & OperatorServices,
    [services: Services, caller: UserCaller],
    { readonly idempotent?: 'is of a tenant' }
  >;
  /** The group: its rows by their ids. */
  readonly rows: <Id extends RouteId>(
    rows: Readonly<Record<Id, Unnamed<Services>>>,
  ) => RouteGroup<Services, Service, Id>;
}

/**
 * Begins a group of rows of one function. `Services` is what its handlers are given:
 * `routeGroup<KeyServices>()({ service: 'management', tag: 'API keys' })`.
 */
export function routeGroup<Services>() {
  return <Service extends ServiceName>(group: {
    readonly service: Service;
    readonly tag: Tag;
  }): GroupBuilder<Services, Service> => ({
    public: (row) =>
      erased({ ...group, ...row }, { kind: 'public' }, (request, services: Services) =>
        row.handle(request, services),
      ),
    caller: ({ access, ...row }) =>
      erased({ ...group, ...row }, access, async (request, services: Services, caller) => {
        // The function has refused a request without identity already.
        if (caller === undefined) throw new Problem('missing_credential');
        return row.handle(request, services, caller);
      }),
    person: ({ scope, ...row }) =>
      erased(
        { ...group, ...row },
        { kind: 'credential', scope, callers: 'user' },
        async (request, services: Services, caller) => {
          // The authorizer has refused keys already.
          if (caller?.kind !== 'user') throw new Problem('user_required');
          return row.handle(request, services, caller);
        },
      ),
    operator: (row) => {
      const operated = erased(
        { ...group, ...row },
        { kind: 'operator' },
        async (request, services: Services & OperatorServices, caller) => {
          if (caller?.kind !== 'user') throw new Problem('not_found');
          return row.handle(request, services, caller);
        },
      );
      return {
        ...operated,
        // Before the request is read: who is no operator is told nothing of the row, not even what it takes.
        handle: async (request, services, caller) => {
          if (caller === undefined) throw new Problem('not_found');
          await services.requireOperator(caller, row.method !== 'GET');
          return operated.handle(request, services, caller);
        },
      };
    },
    rows: (rows) => {
      const named = Object.entries(rows) as [keyof typeof rows, Unnamed<Services>][];
      return { service: group.service, rows: named.map(([id, row]) => ({ ...row, id })) };
    },
  });
}

/** The one place where a row loses the types of its schemas, once its handler has been closed over them. */
function erased<Services, Body extends z.ZodType, Query extends z.ZodType, Cookie extends string>(
  row: Omit<Route, 'id' | 'access'> & {
    readonly body?: Body;
    readonly query?: Query;
    readonly takesCookies?: readonly Cookie[];
  },
  access: Access,
  handle: (
    request: RouteRequest<z.output<Body>, z.output<Query>, Cookie>,
    services: Services,
    caller: Caller | undefined,
  ) => Promise<unknown>,
): Unnamed<Services> {
  return {
    ...row,
    access,
    handle: async (request, services, caller) => {
      // Where a row has no schema its type is `ZodUndefined`.
      const body = (row.body && request.body(row.body)) as z.output<Body>;
      const query = (row.query && request.query(row.query)) as z.output<Query>;
      const cookies = request.cookies(row.takesCookies ?? []);
      const call = (claim?: Claim) => {
        const origin = claim === undefined ? request.origin : { ...request.origin, claim };
        return handle({ ...request, origin, body, query, cookies }, services, caller);
      };
      return row.idempotent === undefined ? call() : request.once(row.idempotent, call);
    },
  };
}

/** The ids that more than one of the groups have. */
type DuplicateId<Groups extends readonly unknown[], Seen = never> = Groups extends readonly [
  RouteGroup<never, ServiceName, infer Id>,
  ...infer Rest,
]
  ? (Id & Seen) | DuplicateId<Rest, Seen | Id>
  : never;

/** Names of the faults of a table, for the compiler's message. */
type Fault<Name extends string, Ids> = [Ids] extends [never] ? unknown : { readonly [Key in Name]: Ids };

/** All that the groups' handlers are given. */
type AllServices<Groups extends readonly unknown[]> = Groups extends readonly [
  RouteGroup<infer Services>,
  ...infer Rest,
]
  ? Services & AllServices<Rest>
  : unknown;

type IdOf<Groups extends readonly RouteGroup<never>[]> = Groups[number]['rows'][number]['id'];

/** The groups of one function as one. A group of another function or an id that comes twice does not compile. */
export function servedBy<
  Service extends ServiceName,
  const Groups extends readonly RouteGroup<never, Service>[],
>(
  service: Service,
  groups: Groups & Fault<'duplicateId', DuplicateId<Groups>>,
): RouteGroup<AllServices<Groups>, Service, IdOf<Groups>> {
  const rows: readonly Row<never, IdOf<Groups>>[] = groups.flatMap((group) => group.rows);
  // The services of all groups include those of each.
  return { service, rows: rows as readonly Row<AllServices<Groups>, IdOf<Groups>>[] };
}

/** All rows of all functions. An id that comes twice, or that no row has, does not compile. */
export function everyRow<const Groups extends readonly RouteGroup<never>[]>(
  groups: Groups &
    Fault<'duplicateId', DuplicateId<Groups>> &
    Fault<'missingId', Exclude<RouteId, IdOf<Groups>>>,
): readonly Route[] {
  return groups.flatMap((group) => group.rows);
}
