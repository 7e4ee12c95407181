import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DIRECTORY_ATTRIBUTES } from '../../lambdas/operators/directory-attributes.ts';
import { propertiesOf, templateOf } from './synth.ts';

const PROFILES = ['default', 'memgraph', 'memory-api', 'memoryrelay', 'nams', 'neuroloom'];

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** The statements of a template's policies that may scan, with the role that has each. */
function scans(template: Template): (Statement & { readonly role: string })[] {
  return propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ PolicyDocument, Roles }) =>
    PolicyDocument.Statement.filter(({ Action }: Statement) => [Action].flat().includes('dynamodb:Scan')).map(
      (statement: Statement) => ({ ...statement, role: Roles[0].Ref as string }),
    ),
  );
}

describe('operators', () => {
  it('cost nothing where they are off: no function, path, right or output', async () => {
    const template = await templateOf();
    // The metadata have the configuration, which says that they are off.
    const { Metadata: _, ...deployed } = template.toJSON();
    expect(JSON.stringify(deployed)).not.toMatch(/operators/i);
    expect(scans(template)).toEqual([]);
  });

  it.each(PROFILES)('fit into the stack of %s, below 500 resources', async (profile) => {
    const template = await templateOf({ profile, config: { operators: true } });
    expect(Object.keys(template.toJSON().Resources).length).toBeLessThan(500);
    template.hasOutput('Operators', { Value: 'true' });
    const paths = propertiesOf(template, 'AWS::ApiGateway::Resource').map(({ PathPart }) => PathPart);
    expect(paths).toContain('operators');
  });

  it('have the only function that scans, and it names the attributes of a tenant’s item', async () => {
    const found = scans(await templateOf({ config: { operators: true } }));
    expect(found).toMatchObject([
      {
        role: expect.stringMatching(/^Functionsoperators/),
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...DIRECTORY_ATTRIBUTES] },
          StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        },
      },
    ]);
    expect(DIRECTORY_ATTRIBUTES).not.toContain('passwordHash');
  });

  it('take a credential on every method', async () => {
    const template = await templateOf({ config: { operators: true } });
    const methods = propertiesOf(template, 'AWS::ApiGateway::Method').filter(({ Integration }) =>
      JSON.stringify(Integration).includes('Functionsoperators'),
    );
    expect(methods.length).toBeGreaterThanOrEqual(16);
    for (const { AuthorizationType, ApiKeyRequired } of methods)
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['CUSTOM', true]);
  });
});
