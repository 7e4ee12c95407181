/** The table of outcomes, by the frameworks themselves. */
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verify as express } from '../../lambdas/verify/express.ts';
import { latchkey as fastify } from '../../lambdas/verify/fastify.ts';
import { verify as hono } from '../../lambdas/verify/hono.ts';
import type { Identity } from '../../lambdas/verify/index.ts';
import { type Adapter, holdAdapters, served } from '../verify/adapter-suite.ts';
import { PROJECT } from './installation.ts';

const { resolve } = createRequire(join(PROJECT, 'package.json'));
const installed = (name: string) => import(pathToFileURL(resolve(name)).href);

/** As far as this file uses it: `examples.test.ts` compiles with the frameworks' own types. */
interface HonoRequest {
  readonly req: { readonly raw: Request };
  get(name: 'latchkey'): Identity | undefined;
  json(body: object): Response;
}

const ADAPTERS: readonly Adapter[] = [
  {
    name: 'express',
    async start(verifier, seen) {
      const app = (await installed('express')).default();
      app.use(express(verifier));
      app.use((...[request, response]: Parameters<RequestListener>) => {
        const { latchkey, rawHeaders } = request as typeof request & { latchkey?: Identity };
        seen({ identity: latchkey, headers: rawHeaders });
        response.end('{}');
      });
      return served(app as RequestListener);
    },
  },
  {
    name: 'express, in a router that is mounted',
    async start(verifier, seen) {
      const { default: make } = await installed('express');
      const [app, router] = [make(), make.Router()];
      for (const root of ['/items', '/public', '/']) app.use(root, router);
      router.use(express(verifier));
      router.use((...[request, response]: Parameters<RequestListener>) => {
        const { latchkey, rawHeaders } = request as typeof request & { latchkey?: Identity };
        seen({ identity: latchkey, headers: rawHeaders });
        response.end('{}');
      });
      return served(app as RequestListener);
    },
  },
  {
    name: 'hono',
    resolvesPaths: true,
    async start(verifier, seen) {
      const { Hono } = await installed('hono');
      const { getRequestListener } = await installed('@hono/node-server');
      const app = new Hono();
      app.use(hono(verifier, { address: () => '192.0.2.7' }));
      app.all('*', (c: HonoRequest) => {
        seen({ identity: c.get('latchkey'), headers: [...c.req.raw.headers.keys()] });
        return c.json({});
      });
      return served(createServer(getRequestListener(app.fetch)));
    },
  },
  {
    name: 'fastify',
    async start(verifier, seen) {
      const app = (await installed('fastify')).default();
      await app.register(fastify(verifier));
      const answer = async (request: { raw: { rawHeaders: string[] }; latchkey: Identity | undefined }) => {
        seen({ identity: request.latchkey, headers: request.raw.rawHeaders });
        return {};
      };
      app.all('/*', answer);
      await app.ready();
      return served(app.server);
    },
  },
];

holdAdapters(ADAPTERS);
