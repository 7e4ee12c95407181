import * as z from 'zod';
import {
  type Cors,
  headerNames,
  OWN_ALLOWED_HEADERS,
  OWN_EXPOSED_HEADERS,
} from '../lambdas/contract/cors.ts';
import { fields, text, whole } from './config-fields.ts';

/** The part of the configuration about pages in browsers (docs/configuration.md). */

/** An origin as browsers send it (RFC 6454, 6.2): without a path, in small letters. */
const origin = text(
  /^(\*|https?:\/\/([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?)$/,
  '* or an origin such as https://app.example.com, in small letters and without a slash at its end',
);

/** A token (RFC 9110, 5.6.2) without what would end API Gateway's static text. */
const headerName = text(/^[A-Za-z0-9!#$%&+.^_|~-]{1,100}$/, 'the name of a header');

/** Request headers of common protocols that an API behind the front door may read. */
const ALLOWED_BY_DEFAULT = [
  'If-Match',
  'If-None-Match',
  'traceparent',
  'tracestate',
  'Last-Event-ID',
  'Mcp-Session-Id',
  'Mcp-Protocol-Version',
];

/** API Gateway takes headers of 10,240 bytes in all. */
const MAX_NAMES = 50;

export const cors = fields(
  {
    /** The origins whose pages may call: `['*']` for all, or up to twenty. */
    allowedOrigins: z
      .array(origin, { error: "must be a list of origins, or ['*'] for all" })
      .min(1, { error: "must be a list of at least one origin, or ['*'] for all" })
      .max(20, { error: 'must be at most 20 origins' })
      .refine((origins) => !origins.includes('*') || origins.length === 1, {
        error: 'must have * alone, or origins without it',
      })
      .refine((origins) => new Set(origins).size === origins.length, { error: 'must have each origin once' })
      .readonly(),
    /** Request headers that pages may send besides those of Latchkey's own routes. @default - those of common protocols */
    allowedHeaders: z.array(headerName).max(MAX_NAMES).readonly().default(ALLOWED_BY_DEFAULT),
    /** Response headers that their scripts may read, besides Latchkey's own and those that the upstream names. @default [] */
    exposedHeaders: z.array(headerName).max(MAX_NAMES).readonly().default([]),
    /** Seconds for which browsers may keep the answer to a preflight; many shorten it. @default 86400 */
    maxAge: whole(0, 86_400).default(86_400),
  },
  {
    allowedOrigin:
      "is now allowedOrigins, a list: write allowedOrigins: ['https://app.example.com'] or ['*']",
  },
);

/** What the functions and the API answer by it. */
export function corsOf({ cors: given }: { readonly cors: z.output<typeof cors> }): Cors {
  return {
    allowedOrigins: given.allowedOrigins,
    allowedHeaders: headerNames(OWN_ALLOWED_HEADERS, given.allowedHeaders),
    exposedHeaders: headerNames(OWN_EXPOSED_HEADERS, given.exposedHeaders),
    maxAgeSeconds: given.maxAge,
  };
}
