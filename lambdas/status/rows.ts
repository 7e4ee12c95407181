import * as z from 'zod';
import { type Sent, Text } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';

/** The services of these rows in the function `public`. */
export interface StatusServices {
  /** Throws `unavailable` that names the failing part. */
  readonly checkHealth: () => Promise<void>;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly openApi: () => Sent<z.output<typeof openApiDocument>>;
}

const openApiDocument = z.looseObject({ openapi: z.string() });

const group = routeGroup<StatusServices>()({ service: 'public', tag: 'Service' });

export const statusRoutes = group.rows({
  getHealth: group.public({
    method: 'GET',
    path: '/health',
    summary: 'Whether the database and the signing keys answer',
    success: {
      status: 200,
      description: 'All is well. The answer may be five seconds old.',
      schema: z.object({ status: z.literal('ok'), checks: z.record(z.string(), z.literal('ok')) }),
    },
    errors: ['unavailable'],
    handle: async (_request, { checkHealth }) => {
      await checkHealth();
      return { status: 'ok', checks: { database: 'ok', signing_keys: 'ok' } };
    },
  }),
  getMetrics: group.public({
    method: 'GET',
    path: null,
    summary: 'How many tenants, people, keys and decisions there are, for Prometheus',
    success: {
      kind: 'text',
      status: 200,
      description:
        "Prometheus' text format. Counts may be five seconds old; those of decisions a few minutes, and they begin again at 00:00 UTC.",
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      headers: { 'Cache-Control': 'public, max-age=5' },
    },
    errors: ['unavailable'],
    handle: async (_request, { metrics }) => new Text(await metrics()),
  }),
  getOpenApi: group.public({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    success: {
      kind: 'raw',
      status: 200,
      description: 'OpenAPI 3.1.',
      schema: openApiDocument,
      headers: { 'Cache-Control': 'public, max-age=300' },
    },
    errors: [],
    handle: async (_request, { openApi }) => openApi(),
  }),
});
