import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, type HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METHODS } from '../../../lambdas/contract/access.ts';
import { protectHttpApi } from '../../../lib/protect/http-api.ts';
import { protectRestApi } from '../../../lib/protect/rest-api.ts';
import { DoorStack, emptyApp, ofType, resourcesOf, settingsOf } from './app.ts';

/** Whatever tree of resources and methods there is, and whenever it was made: every method is locked and in the table. */
const SEGMENT = fc.constantFrom('a', 'b', 'items', '{id}', '{other}', 'x-y.z');
const PATH = fc
  .tuple(fc.array(SEGMENT, { maxLength: 5 }), fc.boolean())
  .map(([segments, isProxy]) => `/${[...segments, ...(isProxy ? ['{proxy+}'] : [])].join('/')}`);
const METHOD = fc.constantFrom(...METHODS, 'ANY', 'OPTIONS');
const TREE = fc.uniqueArray(fc.record({ path: PATH, method: METHOD, isLate: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
  selector: ({ path, method }) => `${method} ${path}`,
});

/** The path of a resource, as the template alone tells it. */
function pathIn(resources: ReturnType<typeof resourcesOf>, id: unknown): string {
  const { Ref } = id as { readonly Ref?: string };
  const resource = Ref === undefined ? undefined : resources[Ref]?.Properties;
  return resource === undefined ? '' : `${pathIn(resources, resource.ParentId)}/${resource.PathPart}`;
}

/** The rows that the table must have of a method; the authorizer looks HEAD up by GET. */
const calledBy = (method: string): readonly string[] =>
  (method === 'ANY' ? METHODS : [method]).map((each) => (each === 'HEAD' ? 'GET' : each));

test('of a REST API', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(TREE, (tree) => {
      const stack = new DoorStack(emptyApp());
      const api = new RestApi(stack, 'Api');
      const add = (isLate: boolean) => {
        for (const { path, method } of tree.filter((each) => each.isLate === isLate))
          api.root.resourceForPath(path).addMethod(method, new MockIntegration());
      };
      // An API must have a method, and protect must see one that stays open.
      api.root.addResource('health').addMethod('GET', new MockIntegration());
      add(false);
      protectRestApi(stack.door, api, { setsApiKeySource: true, public: ['GET /health'] });
      add(true);

      const resources = resourcesOf(stack);
      const methods = ofType(stack, 'AWS::ApiGateway::Method');
      expect(methods).toHaveLength(tree.length + 1);
      const { access } = settingsOf(stack);
      const expected: Record<string, Set<string>> = {};
      for (const [, { Properties }] of methods) {
        const path = pathIn(resources, Properties.ResourceId) || '/';
        const method = String(Properties.HttpMethod);
        const isOpen = method === 'OPTIONS' || path === '/health';
        expect([path, method, Properties.AuthorizationType, Properties.ApiKeyRequired]).toEqual(
          isOpen ? [path, method, 'NONE', undefined] : [path, method, 'CUSTOM', true],
        );
        if (!isOpen) for (const each of calledBy(method)) (expected[path] ??= new Set()).add(each);
      }
      const table = Object.entries(access).map(([path, row]) => [path, new Set(Object.keys(row))]);
      expect(Object.fromEntries(table)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('of an HTTP API', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(TREE, (tree) => {
      const stack = new DoorStack(emptyApp());
      const integration = new HttpUrlIntegration('Url', 'https://upstream.example.com');
      const api = new HttpApi(stack, 'Api', { defaultIntegration: integration });
      const add = (isLate: boolean) => {
        for (const { path, method } of tree.filter((each) => each.isLate === isLate))
          api.addRoutes({ path, methods: [method as HttpMethod], integration });
      };
      add(false);
      protectHttpApi(stack.door, api);
      add(true);

      const routes = ofType(stack, 'AWS::ApiGatewayV2::Route');
      expect(routes).toHaveLength(tree.length + 1);
      const { access } = settingsOf(stack);
      for (const [, { Properties }] of routes) {
        const [method = '', path = '$default'] = String(Properties.RouteKey).split(' ');
        const isOpen = method === 'OPTIONS';
        expect([path, method, Properties.AuthorizationType]).toEqual([
          path,
          method,
          isOpen ? 'NONE' : 'CUSTOM',
        ]);
        if (isOpen) continue;
        for (const each of calledBy(path === '$default' ? 'ANY' : method))
          expect(access[path]).toHaveProperty(each);
      }
    }),
    { numRuns: 25 },
  );
});
