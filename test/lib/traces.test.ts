import { describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from './synth.ts';

const LAYER = 'arn:aws:lambda:eu-central-1:123456789012:layer:opentelemetry-collector-arm64:7';

/** The variables and layers of every function by its description. */
async function functionsOf(traces: object | null) {
  const functions = propertiesOf(await templateOf({ config: { traces } }), 'AWS::Lambda::Function');
  return functions.map(({ Description, Environment, Layers }) => ({
    name: String(Description),
    endpoint: Environment?.Variables.OTEL_EXPORTER_OTLP_ENDPOINT,
    timeout: Environment?.Variables.OTEL_EXPORTER_OTLP_TIMEOUT,
    layers: Layers,
  }));
}

describe('traces', () => {
  it('give a collector to the functions that requests reach, and to no other', async () => {
    const traces = { otlpUrl: 'http://localhost:4318/', collectorLayerArn: LAYER, timeoutMilliseconds: 100 };
    const functions = await functionsOf(traces);
    const exporting = functions.filter(({ endpoint }) => endpoint !== undefined);
    for (const fn of exporting)
      expect(fn).toMatchObject({ endpoint: 'http://localhost:4318', timeout: '100', layers: [LAYER] });
    const names = exporting.map(({ name }) => name).join('\n');
    expect(names).toMatch(/Decides/);
    expect(names).toMatch(/Carries calls to the upstream/);
    const others = functions.filter(({ endpoint }) => endpoint === undefined);
    expect(others).toHaveLength(6);
    for (const { layers } of others) expect(layers).toBeUndefined();
  });

  it('need no layer for a collector elsewhere', async () => {
    const functions = await functionsOf({ otlpUrl: 'https://collector.example.com/otlp' });
    expect(functions.some(({ endpoint }) => endpoint === 'https://collector.example.com/otlp')).toBe(true);
    expect(functions.every(({ layers }) => layers === undefined)).toBe(true);
  });

  it('are off by default', async () => {
    const functions = await functionsOf(null);
    expect(functions.every(({ endpoint, layers }) => endpoint === undefined && layers === undefined)).toBe(
      true,
    );
  });
});
