/** The list of costs: what it is computed from, and that its lines of logs are those that are written. */
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Guesses } from '../../lambdas/access/guesses.ts';
import { authorizer } from '../../lambdas/http/authorize.ts';
import { logRequest } from '../../lambdas/http/log.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { observe } from '../../lambdas/kernel/metrics.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import {
  ACCESS_FIELDS,
  type Cost,
  costsList,
  costsOfCalls,
  costsOfMonth,
  LINES,
  logBytes,
  type PricedTemplate,
} from '../../lib/docs/costs.ts';
import { profile } from '../../profiles/default.ts';
import { event } from '../http/requests.ts';
import { templateOf } from '../lib/synth.ts';
import { DEPLOYMENT, rightsIn } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

let production: PricedTemplate;
let development: PricedTemplate;
beforeAll(async () => {
  production = (await templateOf({ environment: 'production' })).toJSON() as PricedTemplate;
  development = (await templateOf()).toJSON() as PricedTemplate;
});
afterEach(() => vi.restoreAllMocks());

const usd = (costs: readonly Cost[], service: string) => costs.find((cost) => cost.service === service)?.usd;

describe('the lines that are paid for', () => {
  const written = async (write: () => unknown): Promise<string> => {
    process.env.METRICS_NAMESPACE = 'Latchkey/Latchkey';
    const out = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      await write();
      return String(out.mock.calls[0]?.[0]).trim();
    } finally {
      out.mockRestore();
      delete process.env.METRICS_NAMESPACE;
    }
  };
  const alike = (line: string, real: string) => {
    expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(JSON.parse(real)));
    expect(JSON.stringify(JSON.parse(line)._aws.CloudWatchMetrics)).toBe(
      JSON.stringify(JSON.parse(real)._aws.CloudWatchMetrics),
    );
    expect(Math.abs(line.length - real.length)).toBeLessThan(real.length / 10);
  };

  test('of the authorizer is what an allowed decision writes', async () => {
    const stores = memoryStores();
    const { key } = await (await storeTenant(stores)).createKey();
    const decide = authorizer(
      {
        profile,
        deployment: { ...DEPLOYMENT, rights: rightsIn(profile) },
        access: accessTable(apiRows(routes, profile), rightsIn(profile)),
        store: stores.decisions(),
        tokens: new TokenVerifier('https://api.example.com'),
        guesses: new Guesses(),
        clock: () => NOW,
      },
      { initial: 'i', other: 'o', sandbox: 's', exhausted: 'e' },
      { observe },
    );
    const asked = event({
      method: 'GET',
      resource: '/v1/{proxy+}',
      path: '/v1/things',
      headers: {
        'X-API-Key': [key],
        'X-Amzn-Trace-Id': ['Root=1-69286b1c-3d5f0c6e1b7a9d2f4c8e0a13'],
      },
    });
    const given = { ...asked, methodArn: 'arn:aws:execute-api:eu-central-1:1:api/prod/GET/v1/things' };
    alike(
      LINES.authorizer,
      await written(() => decide(given as unknown as APIGatewayRequestAuthorizerEvent)),
    );
  });

  test('of the forwarder is what it writes of a call', async () => {
    const caller = {
      kind: 'key',
      keyId: `key_${'0'.repeat(32)}`,
      tenantId: crypto.randomUUID(),
      workspaceId: 'w',
      scopes: [],
      environment: 'live',
    } as const;
    const line = {
      requestId: 'UxpzEjEYUj46JR8=',
      gatewayRequestId: 'UxpzEjEYUj46JR8=',
      traceId: '69286b1c3d5f0c6e1b7a9d2f4c8e0a13',
      route: 'GET /v1/{proxy+}',
      status: 200,
      milliseconds: 52.34,
    };
    alike(LINES.forwarder, await written(() => logRequest({ ...line, caller })));
  });

  test('of the access log has its fields', () => {
    expect(Object.keys(JSON.parse(LINES.access))).toEqual(ACCESS_FIELDS);
  });

  test('are all: the platform writes none of its own unless something is wrong', () => {
    const functions = Object.values(production.Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    expect(functions.length).toBeGreaterThan(10);
    for (const { Properties } of functions)
      expect(Properties?.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  });

  test('fall by nearly a third where a hundred allowed decisions share one', () => {
    expect(logBytes(100) / logBytes(1)).toBeLessThan(0.75);
    const logs = (perLine: number) => usd(costsOfCalls(production, perLine), 'CloudWatch Logs') ?? 0;
    expect(logs(100)).toBeLessThan(0.75 * logs(1));
  });
});

describe('the list', () => {
  const edited = (edit: (properties: Record<string, unknown>, type: string, id: string) => void) => {
    const copy = structuredClone(production);
    for (const [id, { Type, Properties = {} }] of Object.entries(copy.Resources)) edit(Properties, Type, id);
    return copy;
  };

  test('follows the functions’ memory', () => {
    const doubled = edited((properties, type, id) => {
      if (type === 'AWS::Lambda::Function' && id.startsWith('Functionsforwarder'))
        properties.MemorySize = 1024;
    });
    const [before, after] = [production, doubled].map((each) => usd(costsOfCalls(each), 'Forwarder') ?? 0);
    // What a request costs whatever its memory is 0.20 a million.
    expect((after ?? 0) - 0.2).toBeCloseTo(2 * ((before ?? 0) - 0.2), 5);
  });

  test('has AWS WAF where the template has it', () => {
    expect(usd(costsOfCalls(production), 'AWS WAF')).toBeCloseTo(0.6);
    expect(usd(costsOfMonth(production), 'AWS WAF')).toBe(7);
    expect(usd(costsOfCalls(development), 'AWS WAF')).toBeUndefined();
    expect(usd(costsOfMonth(development), 'AWS WAF')).toBeUndefined();
  });

  test('counts alarms, an expression by its metrics, and the metrics that the functions write', () => {
    const count = Object.values(production.Resources).filter(
      ({ Type }) => Type === 'AWS::CloudWatch::Alarm',
    ).length;
    // The alarm on AWS WAF reads two.
    expect(usd(costsOfMonth(production), 'Alarms')).toBeCloseTo((count + 1) * 0.1);
    const fewer = edited((properties, type) => {
      if (type === 'AWS::CloudWatch::Alarm' && properties.MetricName === 'SigningKeyAge')
        properties.Namespace = 'AWS/Lambda';
    });
    const metrics = (template: PricedTemplate) => usd(costsOfMonth(template), 'Metrics of our own') ?? 0;
    expect(metrics(production) - metrics(fewer)).toBeCloseTo(0.3);
    expect(metrics(production)).toBeGreaterThan(20 * 0.3);
  });

  test('adds up', () => {
    const list = costsList(production);
    for (const costs of [costsOfCalls(production), costsOfMonth(production)]) {
      const sum = costs.reduce((total, cost) => total + cost.usd, 0);
      expect(list).toContain(`**${sum.toFixed(2)}**`);
      for (const { service, usd: price } of costs) {
        expect(price, service).toBeGreaterThan(0);
        expect(list).toContain(`| ${service} | `);
      }
    }
  });

  test('is a mistake of a template without the functions', () => {
    expect(() => costsOfCalls({ Resources: {} })).toThrow(/no function "authorizer"/);
  });
});
